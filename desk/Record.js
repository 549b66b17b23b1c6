import { addingDonors } from "./Donor.js";
import { agreed, enhance, fetchPart, go, ready, refuse, report, send, sendFile } from "../extension/Contributions/desk.js";

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

/** Put what may have been meant in a field beside what is said of it, as buttons that say it. */
function offer(place, field, choices) {
  for (const choice of choices) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "muted";
    button.textContent = choice;
    button.addEventListener("click", () => {
      field.value = choice;
      field.form.requestSubmit();
    });
    place.append(" ", button);
  }
}

/**
 * Say what is wrong at its field, else above the form, and go there. What may have been meant stands
 * beside it as buttons: one is put in the place of what was said.
 */
function tell({ fault, field, said, choices }) {
  const at = byId("event").querySelector(`[data-field="${field}"]`);
  if (!at) {
    refuse(fault);
    focusRefused();
    return;
  }
  const inputs = [...at.querySelectorAll("input, select")];
  const input = inputs.find((each) => said && each.value.trim() === said.trim()) ?? inputs[0];
  const place = at.querySelector(".fault");
  place.textContent = fault;
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", `help-${field} fault-${field}`);
  offer(place, input, said ? choices : []);
  input.closest("details")?.setAttribute("open", "");
  input.focus();
}

function focusRefused() {
  const place = byId("desk-refused");
  if (!place.hidden) {
    place.tabIndex = -1;
    place.focus();
  }
}

/** Send the form and let its button wait meanwhile: the book is loaded for it. */
async function carryOut(context, button, endpoint, more, said = values()) {
  const form = { event: byId("event").dataset.event, values: said, about: about(said), ...more(said) };
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  clearFaults();
  const answer = await send(context, endpoint, form);
  button.disabled = false;
  button.removeAttribute("aria-busy");
  if (answer === null) {
    focusRefused();
  } else if (answer.changed) {
    return checkAgain(context);
  } else if (answer.fault) {
    tell(answer);
    return null;
  }
  return answer;
}

/** Somebody wrote meanwhile: what was filled in stays, and what it would do now is shown. */
async function checkAgain(context) {
  byId("plan").replaceChildren();
  if (await check(context)) {
    report(byId("event").dataset.changed);
  }
  return null;
}

let kept = ""; // the path of the paper, once it is kept
let checked = null; // what was in the fields when it was checked: that is booked

/** Show what the form will book, and remember in which book. Tells whether it can be booked. */
async function check(context) {
  const [file] = byId("paper").files;
  const before = JSON.stringify(values());
  const answer = await carryOut(context, byId("show"), "show", (said) => {
    if (kept) {
      said.document = kept;
    }
    return { paper: kept ? "" : (file?.name ?? "") };
  });
  if (answer && before !== JSON.stringify(values())) {
    return false; // a field was changed meanwhile: what came back is not what is on the screen
  }
  if (answer) {
    checked = JSON.parse(before);
    byId("desk").dataset.book = answer.book;
    byId("plan").innerHTML = answer.html;
    byId("plan").focus();
  }
  return answer !== null;
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
    if (!approves && !(await agreed(button))) {
      return;
    }
    const form = { entry: button.dataset.entry, by: by?.value };
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    const answer = await send(context, approves ? "approve" : "take-out", form);
    if (answer) {
      const { written, wrote } = answer;
      again(approves ? { written, wrote } : { taken: 1, wrote });
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

/** What stands in the grid: rows that are not empty (with where they stand), and the totals. */
function gridValues() {
  const lines = [...byId("grid").querySelectorAll("tbody tr")];
  const rows = lines.map((line) =>
    Object.fromEntries([...line.querySelectorAll("input")].map((each) => [each.dataset.name, each.value.trim()])),
  );
  const kept = rows.map((row, at) => [row, at]).filter(([row]) => Object.values(row).some(Boolean));
  const control = [...byId("grid").querySelectorAll(".total")]
    .map((pair) => [...pair.querySelectorAll("input")].map((each) => each.value.trim()))
    .filter(([amount]) => amount);
  return {
    rows: kept.map(([row]) => row),
    places: kept.map(([, at]) => at),
    control,
    common: { entered_by: byId("grid-by").value },
  };
}

/** Say what is wrong in the grid at its cell, else below it; what may be meant stands beside it. */
function tellGrid({ fault, row, field, said, choices }, places) {
  const lines = byId("grid").querySelectorAll("tbody tr");
  const line = row >= 0 ? lines[places[row]] : null;
  const place = field === "control" ? byId("fault-control") : byId("fault-rows");
  const cell = line?.querySelector(`[data-name="${field}"]`) ?? line?.querySelector("input");
  place.textContent = line ? `${places[row] + 1}: ${fault}` : fault;
  offer(place, cell, cell && choices ? choices : []);
  const at = cell ?? byId("control").querySelector("input");
  at.setAttribute("aria-invalid", "true");
  at.setAttribute("aria-describedby", place.id);
  at.focus();
}

/** Many payments at once: what was checked is booked, and a change takes what was shown away. */
function gridding(context) {
  const grid = byId("grid");
  if (!grid) {
    return;
  }
  let sent = null;
  byId("grid-by").value ||= window.localStorage.getItem("pledgebook-by") ?? "";

  async function ask(button, endpoint, form) {
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    for (const each of ["fault-control", "fault-rows"]) {
      byId(each).textContent = "";
    }
    grid.querySelectorAll("[aria-invalid]").forEach((each) => each.removeAttribute("aria-invalid"));
    const answer = await send(context, endpoint, form);
    button.disabled = false;
    button.removeAttribute("aria-busy");
    return answer;
  }

  async function checkRows() {
    byId("plan").replaceChildren();
    const form = gridValues();
    const before = JSON.stringify(form);
    const answer = await ask(byId("check-grid"), "grid", form);
    if (answer?.fault) {
      tellGrid(answer, form.places);
    } else if (answer && before === JSON.stringify(gridValues())) {
      sent = form;
      byId("desk").dataset.book = answer.book;
      byId("plan").innerHTML = answer.html;
      byId("plan").focus();
      return true;
    }
    return false;
  }

  grid.addEventListener("submit", (event) => {
    event.preventDefault();
    checkRows();
  });
  grid.addEventListener("input", () => byId("plan").replaceChildren());
  byId("plan").addEventListener("click", async (event) => {
    const button = event.target.closest("#record-grid");
    const answer = button && (await ask(button, "record-grid", sent));
    if (answer?.changed) {
      if (await checkRows()) {
        report(grid.dataset.changed);
      }
    } else if (answer?.fault) {
      tellGrid(answer, sent.places);
    } else if (answer) {
      window.localStorage.setItem("pledgebook-by", byId("grid-by").value);
      again({ booked: answer.booked, wrote: answer.wrote });
    }
  });
  byId("more-rows").addEventListener("click", () => {
    const body = grid.querySelector("tbody");
    for (let left = 10; left; left -= 1) {
      const line = body.lastElementChild.cloneNode(true);
      const number = body.rows.length + 1;
      line.querySelector("th").textContent = number;
      for (const each of line.querySelectorAll("input")) {
        each.value = "";
        each.setAttribute("aria-label", each.getAttribute("aria-label").replace(/\d+$/, number));
      }
      body.append(line);
    }
  });
  // Cells pasted from a spreadsheet fill the cells from here on.
  grid.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    const cell = event.target.closest("td");
    if (!cell || !/[\t\n]/.test(text.trim())) {
      return;
    }
    event.preventDefault();
    text.trimEnd().split(/\r?\n/).forEach((line, down) => {
      const row = grid.querySelectorAll("tbody tr")[cell.parentElement.rowIndex - 1 + down];
      line.split("\t").forEach((value, along) => {
        const to = row?.cells[cell.cellIndex + along]?.querySelector("input");
        if (to) {
          to.value = value.trim();
        }
      });
    });
    byId("plan").replaceChildren();
  });
}

export default {
  onExtensionPageLoad(context) {
    enhance();
    addingDonors();
    byId("written")?.focus();
    deciding(context);
    gridding(context);
    const form = byId("event");
    if (!form) {
      return;
    }
    byId("field-entered_by").value ||= window.localStorage.getItem("pledgebook-by") ?? "";
    const paper = byId("paper");
    kept = "";

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      byId("plan").replaceChildren();
      check(context);
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
        const { book } = byId("desk").dataset;
        const asked = { name: file.name, day: checked.day, about: about(checked), book };
        const answer = await sendFile(NAME, "keep", asked, file);
        if (!answer) {
          focusRefused();
          return;
        }
        if (answer.changed) {
          await checkAgain(context);
          return;
        }
        kept = answer.path;
      }
      const future = byId("future")?.checked ?? false; // asked only of a date after today
      const said = kept ? { ...checked, document: kept } : checked;
      const answer = await carryOut(context, button, "record", () => ({ future }), said);
      if (answer) {
        window.localStorage.setItem("pledgebook-by", byId("field-entered_by").value);
        again({ written: answer.written, wrote: answer.wrote });
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
