// What the scripts of the desk's pages share. Pages can be read without any of it.

const desk = () => document.getElementById("desk");

/** Say a sentence in one of the page's two places for it; the other is emptied. */
function say(id, sentence) {
  for (const each of ["desk-refused", "desk-done"]) {
    const place = document.getElementById(each);
    if (place) {
      place.textContent = each === id ? sentence : "";
      place.hidden = each !== id;
    }
  }
  document.getElementById(id)?.scrollIntoView({ block: "nearest" });
}

export const refuse = (sentence) => say("desk-refused", sentence);
export const report = (sentence) => say("desk-done", sentence);

/** Go to an address of Fava's as a click on a link would, without loading the whole of Fava. */
export function go(address) {
  const link = document.createElement("a");
  link.href = address;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}

/**
 * Send a form to an endpoint of the page that writes. Returns its answer, or null where it was
 * refused: the reason is then on the page. The server is told which book the page showed.
 */
export async function send(context, endpoint, form) {
  const body = { ...form, book: desk()?.dataset.book };
  return answered(context.api.request(endpoint, "POST", undefined, body, "raw"));
}

/** The address of an endpoint of a page of the desk. */
function addressOf(page, endpoint) {
  const here = window.location.pathname;
  return `${here.slice(0, here.indexOf("/extension/"))}/extension/${page}/${endpoint}`;
}

/** As `send`, to an endpoint of another page of the desk. */
export async function sendTo(page, endpoint, form) {
  const body = JSON.stringify({ ...form, book: desk()?.dataset.book });
  const headers = { "Content-Type": "application/json" };
  return answered(fetch(addressOf(page, endpoint), { method: "POST", headers, body }));
}

/** Send a file's bytes to an endpoint of the page that takes one; `asked` goes into its address. */
export async function sendFile(name, endpoint, asked, file) {
  const headers = { "Content-Type": "application/octet-stream" };
  const address = `${addressOf(name, endpoint)}?${new URLSearchParams(asked)}`;
  return answered(fetch(address, { method: "POST", headers, body: file }));
}

/** Get a part of a page by itself as text of the page; null where it could not be had. */
export async function fetchPart(name, endpoint, asked) {
  try {
    const response = await fetch(`${addressOf(name, endpoint)}?${new URLSearchParams(asked)}`);
    const text = await response.text();
    if (response.ok) {
      return text;
    }
    refuse(text);
  } catch (error) {
    refuse(String(error));
  }
  return null;
}

async function answered(request) {
  try {
    const response = await request;
    if (response.ok) {
      return await response.json();
    }
    const kind = response.headers.get("Content-Type") ?? "";
    const said = kind.includes("json") ? await response.json() : { refused: response.statusText };
    if (said.book) {
      desk().dataset.book = said.book; // what was filled in may be sent again, into that book
    }
    refuse(said.refused);
  } catch (error) {
    refuse(String(error));
  }
  return null;
}

/** Ask before something is done that is not simply done again: `data-sure` of the button asks it. */
export function agreed(button) {
  const dialog = document.createElement("dialog");
  const question = document.createElement("p");
  question.textContent = button.dataset.sure;
  dialog.setAttribute("aria-label", button.dataset.sure);
  const form = document.createElement("form");
  form.method = "dialog";
  for (const [value, text] of [["yes", button.textContent], ["", desk().dataset.leave]]) {
    const each = document.createElement("button");
    [each.value, each.textContent] = [value, text];
    form.append(each, " ");
  }
  dialog.append(question, form);
  desk().append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}

/** Let buttons work that only a script answers, now that it is there: before that they do nothing. */
export function ready(root) {
  for (const button of root.querySelectorAll("button[data-when-ready]")) {
    button.disabled = false;
  }
}

/** The headings over each column of a table, those over several in front of their own. */
function titlesOf(head) {
  const titles = [];
  const taken = new Set();
  [...head.rows].forEach((row, at) => {
    let column = 0;
    for (const cell of row.cells) {
      while (taken.has(`${at} ${column}`)) {
        column += 1;
      }
      for (let across = 0; across < cell.colSpan; across += 1, column += 1) {
        titles[column] = [titles[column], cell.textContent.trim()].filter(Boolean).join(": ");
        for (let down = 1; down < cell.rowSpan; down += 1) {
          taken.add(`${at + down} ${column}`);
        }
      }
    }
  });
  return titles;
}

const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TFOOT: "rowgroup", TR: "row", TD: "cell" };

/** A place narrower than this many pixels shows the lines of a table that does not fit as cards. */
const NARROW = 720;

/** Show the lines of a table as cards as long as its place is narrow and it does not fit. */
const fitting = new ResizeObserver((places) => {
  for (const { target, contentRect } of places) {
    const table = target.querySelector("table.folds");
    if (table) {
      if (!table.classList.contains("cards")) {
        table.dataset.width = String(table.scrollWidth);
      }
      const fits = Number(table.dataset.width) <= contentRect.width + 1;
      table.classList.toggle("cards", !fits && contentRect.width < NARROW);
    }
  }
});

/** Let tables become cards (desk.css): each cell knows its heading. A table that asks something in
 * its headings stays one. */
function fold(root) {
  for (const table of root.querySelectorAll(".scroll table:not(.folds)")) {
    const head = table.tHead;
    if (!head || head.querySelector("select, input, button")) {
      continue;
    }
    const titles = titlesOf(head);
    for (const row of [...table.tBodies, table.tFoot].filter(Boolean).flatMap((each) => [...each.rows])) {
      let column = 0;
      for (const cell of row.cells) {
        cell.dataset.title = titles[column] ?? "";
        column += cell.colSpan;
      }
    }
    for (const each of [table, ...table.querySelectorAll("thead, tbody, tfoot, tr, td, th")]) {
      const heads = each.closest("thead") ? "columnheader" : "rowheader";
      each.setAttribute("role", ROLES[each.tagName] ?? heads);
    }
    table.classList.add("folds");
    fitting.observe(table.closest(".scroll"));
  }
}

/** Get a file that takes a while to make, and say so meanwhile; why there is none is said as well. */
async function keepFile(event) {
  const link = event.currentTarget;
  event.preventDefault();
  if (link.hasAttribute("aria-busy")) {
    return;
  }
  link.setAttribute("aria-busy", "true");
  report(desk().dataset.making);
  try {
    const response = await fetch(link.href);
    if (response.ok) {
      const named = /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") ?? "");
      const made = document.createElement("a");
      made.href = URL.createObjectURL(await response.blob());
      made.download = named?.[1] ?? "";
      made.dataset.remote = "";
      made.click();
      URL.revokeObjectURL(made.href);
      report(desk()?.dataset.made ?? "");
    } else {
      refuse(await response.text());
    }
  } catch (error) {
    refuse(String(error));
  }
  link.removeAttribute("aria-busy");
}

/** Let forms that only choose what is shown (`form.choose`) go as links do. */
export function enhance() {
  const root = desk();
  if (!root) {
    return;
  }
  ready(root);
  fold(root);
  new MutationObserver(() => fold(root)).observe(root, { childList: true, subtree: true });
  for (const link of root.querySelectorAll("a[download]")) {
    link.addEventListener("click", keepFile);
  }
  for (const form of root.querySelectorAll("form.choose:not([data-file])")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const address = new URL(form.action);
      for (const [key, value] of new FormData(form)) {
        if (value) {
          address.searchParams.set(key, value);
        } else {
          address.searchParams.delete(key);
        }
      }
      go(address.href);
    });
  }
}
