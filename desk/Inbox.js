import { enhance, fetchPart, go, send, sendFile } from "../extension/Contributions/desk.js";

const byId = (id) => document.getElementById(id);

/** What is chosen already, as the address states it. */
function chosen() {
  const text = byId("file").dataset.choices;
  return { names: {}, tables: {}, answers: {}, ...(text ? JSON.parse(text) : {}) };
}

/** Put what stands in the list of names into the choices: nothing typed there is lost on the way. */
function name(choices) {
  for (const each of byId("names")?.querySelectorAll("tr[data-name]") ?? []) {
    const [code, kind] = ["code", "kind"].map((key) => each.querySelector(`[name=${key}]`).value.trim());
    delete choices.names[each.dataset.name];
    if (code) {
      choices.names[each.dataset.name] = kind ? `${code}:${kind}` : code;
    }
  }
}

function look(choices) {
  name(choices);
  const address = new URL(window.location.href);
  address.searchParams.set("choices", JSON.stringify(choices));
  address.searchParams.delete("page");
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
    // What the screen shows is what is taken: names that are not looked at yet keep the button back.
    byId("names")?.addEventListener("input", () => {
      const button = byId("import");
      button.disabled = true;
      byId("names-first").hidden = false;
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
    byId("import")?.addEventListener("click", async (event) => {
      const button = event.target;
      const { file, stamp, choices } = byId("file").dataset;
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
      const answer = await send(context, "import", { file, stamp, choices });
      if (answer) {
        const address = new URL(window.location.href);
        address.search = "";
        address.searchParams.set("file", file);
        address.searchParams.set("taken", answer.taken);
        go(address.href);
      } else {
        button.disabled = false;
        button.removeAttribute("aria-busy");
      }
    });
    byId("upload")?.addEventListener("submit", async (event) => {
      event.preventDefault();
      const [file] = event.target.elements.file.files;
      const answer = file && (await sendFile("Inbox", "upload", { name: file.name }, file));
      if (answer) {
        const address = new URL(window.location.href);
        address.search = "";
        address.searchParams.set("file", answer.file);
        go(address.href);
      }
    });
  },
};
