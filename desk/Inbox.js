import { agreed, enhance, fetchPart, go, send, sendFile } from "../extension/Contributions/desk.js";
import { sending } from "./Setup.js";

const STEP = 700;
const byId = (id) => document.getElementById(id);

/** What is chosen already, as the address states it. */
function chosen() {
  const text = byId("file").dataset.choices;
  return { names: {}, tables: {}, answers: {}, ...(text ? JSON.parse(text) : {}) };
}

/** Put what stands in the list of names into the choices: nothing typed there is lost on the way. */
function name(choices) {
  for (const each of byId("meanings")?.elements ?? []) {
    if (each.name && each.value) {
      choices.answers[each.name] = each.value;
    }
  }
  for (const each of byId("names")?.querySelectorAll("tr[data-name]") ?? []) {
    const [code, kind] = ["code", "kind"].map((key) => each.querySelector(`[name=${key}]`).value.trim());
    delete choices.names[each.dataset.name];
    if (code) {
      choices.names[each.dataset.name] = kind ? `${code}:${kind}` : code;
    }
  }
}

/** Put what is typed as an answer and not sent yet into the choices, to be there after the look. */
function keepTyped(choices) {
  choices.typed = {};
  for (const form of document.querySelectorAll(".question form.answer")) {
    const text = form.elements.value.value.trim();
    const { id } = form.closest(".question").dataset;
    if (text && !(id in choices.answers)) {
      choices.typed[id] = text;
    }
  }
}

/** Read the file anew by the choices. What stands on the screen till then is not booked any more. */
function look(choices, asked = {}) {
  name(choices);
  keepTyped(choices);
  const address = new URL(window.location.href);
  for (const each of ["page", "taken", "wrote", "replaced", "changed", "at"]) {
    address.searchParams.delete(each);
  }
  for (const [key, value] of Object.entries(asked)) {
    address.searchParams.set(key, value);
  }
  address.searchParams.set("before", byId("file").dataset.choices);
  address.searchParams.set("choices", JSON.stringify(choices));
  holdBack();
  underWay();
  go(address.href);
}

/** Hold the button back: what the screen shows is what is booked, and it is not looked at yet. */
function holdBack(reason) {
  const button = byId("import");
  if (button) {
    button.disabled = true;
    byId("look-first").hidden = !reason;
  }
}

/** Show how far the file is read or booked, until the page is another. */
async function underWay() {
  const place = byId("under-way");
  const { file } = byId("file").dataset;
  const bar = place?.querySelector("progress");
  const words = place?.querySelector("[data-words]");
  while (place?.isConnected) {
    await new Promise((resolve) => setTimeout(resolve, STEP));
    if (!place.isConnected || place.dataset.done) {
      return;
    }
    place.hidden = false;
    const text = await fetchPart("Inbox", "progress", { file });
    const { done, of } = JSON.parse(text || "{}");
    if (of) {
      [bar.max, bar.value] = [of, done];
      words.textContent = words.dataset.words.replace("{done}", done).replace("{of}", of);
    }
  }
}

/** Go to a file of the inbox, or with "" to the list. */
function goTo(file, asked = {}) {
  const address = new URL(window.location.href);
  address.search = new URLSearchParams({ ...(file ? { file } : {}), ...asked });
  go(address.href);
}

/** Put what the form says of its table into the choices; what is as it was found is left out. */
function correct(form) {
  const choices = chosen();
  const own = "described" in form.dataset;
  const before = (own ? choices.described : choices.tables[form.dataset.table]) ?? {};
  const said = { columns: own ? {} : { ...before.columns }, constants: {} };
  for (const each of form.elements) {
    const [kind, rest] = [each.name.split("-", 1)[0], each.name.slice(each.name.indexOf("-") + 1)];
    if (kind === "column" && each.value !== each.dataset.found) {
      said.columns[rest] = each.value;
    } else if (kind === "constant" && each.value) {
      said.constants[rest] = each.value;
    } else if (each.name === "units" && each.value) {
      said.units = each.value;
    }
  }
  choices.fund = form.elements.fund.value;
  if (own) {
    choices.described = { ...said, sheet: before.sheet, row: before.row };
    look(choices);
    return;
  }
  choices.tables[form.dataset.table] = said;
  const empty = !Object.keys(said.columns).length && !Object.keys(said.constants).length;
  if (empty && Object.keys(said).length === 2) {
    delete choices.tables[form.dataset.table];
  }
  look(choices);
}

/** Take answers by their questions' ids, or with null take them back, and look again. */
function answerAll(answers) {
  const choices = chosen();
  for (const [id, value] of Object.entries(answers)) {
    if (value === null) {
      delete choices.answers[id];
    } else {
      choices.answers[id] = value;
    }
  }
  look(choices);
}

/** Write beside each answer what it would book, one question after the other. */
async function weigh(cards) {
  const { file, choices } = byId("file").dataset;
  for (const card of cards) {
    const text = await fetchPart("Inbox", "weigh", { file, choices, id: card.dataset.id });
    if (!text || !card.isConnected) {
      return;
    }
    for (const [value, books] of Object.entries(JSON.parse(text))) {
      const place = card.querySelector(`.books[data-value="${CSS.escape(value)}"]`);
      if (place) {
        place.textContent = books;
      }
    }
  }
}

export default {
  onExtensionPageLoad(context) {
    enhance();
    sending(context);
    for (const card of document.querySelectorAll(".question, #answered > li")) {
      const { id } = card.dataset;
      card.addEventListener("click", (event) => {
        const button = event.target.closest("[data-answer], [data-take-back], [data-weigh]");
        if (button && "weigh" in button.dataset) {
          button.disabled = true;
          weigh([card]);
        } else if (button) {
          answerAll({ [id]: "takeBack" in button.dataset ? null : button.dataset.answer });
        }
      });
      card.querySelector("form.answer")?.addEventListener("submit", async (event) => {
        event.preventDefault();
        const value = event.target.elements.value.value.trim();
        const { file, choices } = byId("file").dataset;
        if (await fetchPart("Inbox", "weigh", { file, choices, id, value })) {
          answerAll({ [id]: value });
        }
      });
    }
    byId("as-before")?.addEventListener("click", (event) => {
      answerAll(JSON.parse(event.target.dataset.answers));
    });
    byId("propose")?.addEventListener("click", () => {
      for (const each of byId("names").querySelectorAll("tr[data-name]")) {
        const [code, kind] = ["code", "kind"].map((name) => each.querySelector(`[name=${name}]`));
        if (!code.value && code.dataset.kind) {
          [code.value, kind.value] = [code.dataset.free, code.dataset.kind];
        }
      }
    });
    if (byId("questions")?.dataset.weighed !== undefined) {
      weigh(document.querySelectorAll(".question"));
    }
    const form = byId("correct");
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      correct(form);
    });
    if (form && !("described" in form.dataset)) {
      for (const each of form.elements) {
        each.addEventListener("change", () => correct(form));
      }
    }
    byId("describe")?.addEventListener("submit", (event) => {
      event.preventDefault();
      const { sheet, row } = event.target.elements;
      look({ ...chosen(), tables: {}, described: { sheet: sheet.value, row: Number(row.value) } });
    });
    byId("names")?.addEventListener("submit", (event) => {
      event.preventDefault();
      look(chosen());
    });
    // What the screen shows is what is booked: what is written and not looked at yet holds it back.
    byId("meanings")?.addEventListener("submit", (event) => {
      event.preventDefault();
      look(chosen());
    });
    for (const each of [byId("names"), byId("meanings"), form, ...document.querySelectorAll("form.answer")]) {
      each?.addEventListener("input", () => holdBack("unsent"));
    }
    if (document.querySelector(".question form.answer input[data-typed]")) {
      holdBack("unsent");
    }
    (document.querySelector("#rows [aria-current]") ?? byId("sought"))?.scrollIntoView({ block: "center" });
    byId("names")?.addEventListener("click", (event) => {
      const near = event.target.closest("button.near");
      if (near) {
        near.closest("tr").querySelector("[name=code]").value = near.dataset.code;
        near.closest("tr").querySelector("[name=kind]").value = "";
        look(chosen());
      }
    });
    byId("names")?.addEventListener("change", (event) => {
      const own = event.target.closest("tr[data-name]");
      const rows = own ? [own] : [...byId("names").querySelectorAll("tr[data-name]")];
      if (event.target.id !== "all-kinds" && event.target.name !== "kind") {
        return;
      }
      for (const each of rows) {
        const [code, kind] = ["code", "kind"].map((name) => each.querySelector(`[name=${name}]`));
        if (event.target.id === "all-kinds" && !code.value) {
          kind.value = event.target.value;
        }
        if (kind.value && !code.value) {
          code.value = code.dataset.free;
        } else if (!kind.value && code.value === code.dataset.free) {
          code.value = "";
        }
      }
    });
    byId("bank")?.addEventListener("submit", (event) => {
      event.preventDefault();
      const choices = chosen();
      choices.bank = event.target.elements.bank.value;
      look(choices);
    });
    for (const form of document.querySelectorAll("form.charges")) {
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const { file, stamp, choices } = byId("file").dataset;
        const words = form.elements.words.value;
        if (await send(context, "charges", { file, stamp, choices, entry: form.dataset.entry, words })) {
          look(chosen());
        }
      });
    }
    byId("import")?.addEventListener("click", async (event) => {
      const button = event.target;
      const { file, stamp, choices } = byId("file").dataset;
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
      underWay();
      const answer = await send(context, "import", { file, stamp, choices });
      if (answer?.changed) {
        look(chosen(), { changed: 1 });
      } else if (answer) {
        goTo(file, { taken: answer.taken, wrote: answer.wrote });
      } else {
        byId("under-way").dataset.done = "yes";
        byId("under-way").hidden = true;
        button.disabled = false;
        button.removeAttribute("aria-busy");
      }
    });
    for (const place of [byId("upload"), byId("replace")]) {
      place?.addEventListener("submit", async (event) => {
        event.preventDefault();
        const [file] = place.elements.file.files;
        const { replaces = "" } = place.dataset;
        const answer = file && (await sendFile("Inbox", "upload", { name: file.name, replaces }, file));
        if (answer) {
          const { choices } = byId("file")?.dataset ?? {};
          const same = answer.replaced && answer.file === replaces;
          goTo(answer.file, answer.replaced ? { replaced: answer.replaced, ...(same && choices ? { choices } : {}) } : {});
        }
      });
    }
    byId("remove")?.addEventListener("click", async (event) => {
      const { file, stamp } = byId("file").dataset;
      const answer = (await agreed(event.target)) && (await send(context, "remove", { file, stamp }));
      if (answer) {
        goTo("", { removed: answer.removed });
      }
    });
    byId("restore")?.addEventListener("click", async (event) => {
      const answer = await send(context, "restore", { file: event.target.dataset.file });
      if (answer) {
        goTo(answer.file);
      }
    });
  },
};
