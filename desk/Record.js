import { enhance, fetchPart, go, ready, refuse, send, sendFile } from "../extension/Contributions/desk.js";

const NAME = "Record";
const WAIT = 150;
const byId = (id) => document.getElementById(id);

/** What stands in the fields, by name: text, true for a flag, a list of rows of parts. */
function values() {
  const said = {};
  for (const field of byId("event").querySelectorAll("[data-field]")) {
    const { field: name, kind } = field.dataset;
    if (kind === "flag") {
      said[name] = field.querySelector("input").checked;
    } else if (kind === "parts") {
      said[name] = [...field.querySelectorAll(".parts")].map((row) =>
        [...row.querySelectorAll("input")].map((each) => each.value),
      );
    } else {
      said[name] = field.querySelector("input, select").value;
    }
  }
  return said;
}

/** Whom the event is about, for the name of its paper. */
function about(said) {
  return said.donor || said.label || said.pledge || said.paid?.[0]?.[0] || "";
}

function clearFaults() {
  refuse("");
  byId("desk-refused").hidden = true;
  for (const each of byId("event").querySelectorAll("[data-field]")) {
    each.querySelector(".fault").textContent = "";
    each.querySelectorAll("input, select").forEach((input) => input.removeAttribute("aria-invalid"));
  }
}

/** Say what is wrong at its field, else above the form, and go there. */
function tell({ fault, field }) {
  const at = byId("event").querySelector(`[data-field="${field}"]`);
  if (at) {
    at.querySelector(".fault").textContent = fault;
    const input = at.querySelector("input, select");
    input.setAttribute("aria-invalid", "true");
    input.closest("details")?.setAttribute("open", "");
    input.focus();
  } else {
    refuse(fault);
    focusRefused();
  }
}

function focusRefused() {
  const place = byId("desk-refused");
  if (!place.hidden) {
    place.tabIndex = -1;
    place.focus();
  }
}

/** Send the form and let its button wait meanwhile: the book is loaded for it. */
async function carryOut(context, button, endpoint, more) {
  const said = values();
  const form = { event: byId("event").dataset.event, values: said, about: about(said), ...more(said) };
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  clearFaults();
  const answer = await send(context, endpoint, form);
  button.disabled = false;
  button.removeAttribute("aria-busy");
  if (answer === null) {
    focusRefused();
  } else if (answer.fault) {
    tell(answer);
    return null;
  }
  return answer;
}

/** Approve entries that wait, and take wrong ones out; the page is then shown anew. */
function deciding(context) {
  byId("desk").addEventListener("click", async (event) => {
    const button = event.target.closest("button.approve, button.take-out");
    if (!button) {
      return;
    }
    const approves = button.classList.contains("approve");
    const by = byId("by");
    const fault = byId("fault-by");
    if (approves && !by.value.trim()) {
      fault.textContent = fault.dataset.fault;
      by.focus();
      return;
    }
    const form = { entry: button.dataset.entry, by: by?.value };
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    const answer = await send(context, approves ? "approve" : "take-out", form);
    if (answer) {
      again(approves ? { written: answer.written } : { taken: 1 });
    } else {
      button.disabled = false;
      button.removeAttribute("aria-busy");
      focusRefused();
    }
  });
}

/** Show the page's beginning, with what was done. */
function again(asked) {
  const address = new URL(window.location.pathname, window.location.href);
  address.search = new URLSearchParams(asked);
  go(address.href);
}

export default {
  onExtensionPageLoad(context) {
    enhance();
    byId("written")?.focus();
    deciding(context);
    const form = byId("event");
    if (!form) {
      return;
    }
    byId("field-entered_by").value ||= window.localStorage.getItem("pledgebook-by") ?? "";
    const paper = byId("paper");
    let kept = ""; // the path of the paper, once it is kept

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const [file] = paper.files;
      byId("plan").replaceChildren();
      const answer = await carryOut(context, byId("show"), "show", (said) => {
        if (kept) {
          said.document = kept;
        }
        return { paper: kept ? "" : (file?.name ?? "") };
      });
      if (answer) {
        byId("plan").innerHTML = answer.html;
        byId("plan").focus();
      }
    });

    // What is shown is what will be recorded: a change takes it away.
    form.addEventListener("input", () => byId("plan").replaceChildren());

    byId("plan").addEventListener("click", async (event) => {
      const button = event.target.closest("#record");
      if (!button) {
        return;
      }
      const [file] = paper.files;
      if (file && !kept) {
        const said = values();
        const { book } = byId("desk").dataset;
        const asked = { name: file.name, day: said.day, about: about(said), book };
        const answer = await sendFile(NAME, "keep", asked, file);
        if (!answer) {
          focusRefused();
          return;
        }
        kept = answer.path;
      }
      const answer = await carryOut(context, button, "record", (said) => {
        if (kept) {
          said.document = kept;
        }
        return { future: byId("future")?.checked ?? false }; // asked only of a date after today
      });
      if (answer) {
        window.localStorage.setItem("pledgebook-by", byId("field-entered_by").value);
        again({ written: answer.written });
      }
    });

    paper.addEventListener("change", () => {
      kept = "";
      byId("plan").replaceChildren();
    });
    const drop = byId("drop");
    drop.addEventListener("dragover", (event) => event.preventDefault());
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (!paper.disabled && event.dataTransfer.files.length) {
        paper.files = event.dataTransfer.files;
        paper.dispatchEvent(new Event("change"));
      }
    });

    form.addEventListener("click", (event) => {
      if (event.target.classList.contains("more")) {
        const rows = event.target.parentElement.querySelector(".rows");
        const row = rows.lastElementChild.cloneNode(true);
        row.querySelectorAll("input").forEach((each) => {
          each.value = "";
        });
        rows.append(row);
        row.querySelector("input").focus();
      }
    });

    // A long list of proposals is sought on the server, as it is written.
    let timer = 0;
    form.addEventListener("input", (event) => {
      const list = event.target.list;
      if (list?.dataset.more !== undefined) {
        clearTimeout(timer);
        timer = setTimeout(async () => {
          const asked = { kind: list.dataset.kind, find: event.target.value };
          const html = await fetchPart(NAME, "proposals", asked);
          if (html !== null) {
            list.innerHTML = html;
          }
        }, WAIT);
      }
    });
  },
};
