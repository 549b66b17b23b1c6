// What the desk adds around every page of Fava: its pages first in the sidebar with the counts of
// what waits, keys, help, and a link past the sidebar. Where Fava's markup is another than it is
// looked for, nothing is done. Today.js, which Fava loads on every page, runs it.

import { fetchPart } from "./desk.js";

/** The desk's pages in their order, each with the letter that follows g. Fava's letters stay its own:
 * where one is taken, the desk's is the capital, or another. */
export const PAGES = [
  ["Today", "T"],
  ["Inbox", "I"],
  ["Reconcile", "r"],
  ["Record", "w"],
  ["Contributions", "C"],
  ["Donor", "D"],
  ["Letters", "l"],
  ["Paragraphs", "p"],
  ["Reports", "R"],
  ["Close", "z"],
  ["Setup", "S"],
  ["Log", "L"],
];

const IS_PAGE = /^(.*)\/extension\/(\w+)\/$/;

/** The links of the sidebar to the desk's pages, by the page's name; Fava's own to a dialog of the
 * page that is shown (#add-transaction) is none. */
function links() {
  const found = new Map();
  for (const link of document.querySelectorAll("aside a[href]:not([href^='#'])")) {
    const named = IS_PAGE.exec(new URL(link.href).pathname);
    if (named) {
      found.set(named[2], link);
    }
  }
  return found;
}

/** The name of the desk's page that is shown, or null on a page of Fava. */
const shown = () => (document.getElementById("desk") ? IS_PAGE.exec(location.pathname)?.[2] : null);

/** Put the desk's pages before Fava's, in their order, and tell Fava's list of keys theirs. */
function arrange() {
  const found = links();
  const list = found.get("Today")?.closest("ul");
  if (!list?.parentElement) {
    return;
  }
  const ours = [];
  for (const [name, key] of PAGES) {
    const item = found.get(name)?.closest("li");
    if (item?.parentElement === list) {
      found.get(name).dataset.key = `g ${key}`;
      ours.push(item);
    }
  }
  if (ours.some((item, at) => list.children[at] !== item)) {
    list.prepend(...ours);
  }
  if (list.parentElement.querySelector("ul") !== list) {
    list.parentElement.prepend(list);
  }
}

/** Write how much waits beside each page: `counts` has the number and what it is of, by name. */
function count(counts) {
  for (const [name, link] of links()) {
    const [number, words] = counts[name] ?? [0, ""];
    let bubble = link.querySelector(".waits");
    if (!number) {
      bubble?.remove();
      continue;
    }
    if (!bubble) {
      bubble = document.createElement("span");
      bubble.className = "waits";
      link.append(bubble);
    }
    bubble.textContent = String(number);
    bubble.title = words;
  }
}

/** Tell of the rows of the inbox among what waits, where a page lists that. */
function tell([number, words] = [0, ""]) {
  for (const link of document.querySelectorAll("#desk a[data-waits]")) {
    link.querySelector("strong").textContent = String(number);
    link.querySelector("span").textContent = words.replace(/^\d+ /, "");
    const item = link.closest("li");
    item.hidden = !number;
    item.parentElement.hidden = [...item.parentElement.children].every((each) => each.hidden);
  }
}

let asking = null;

/** Ask what waits. The files of the inbox are read one a request, so that no page waits for all. */
async function askWhatWaits(api) {
  const asked = {};
  asking = asked;
  for (let more = true; more && asking === asked; ) {
    const answer = await api.request("waits", "GET", {}, undefined, "raw").catch(() => null);
    if (!answer?.ok || asking !== asked) {
      return;
    }
    const said = await answer.json();
    more = said.more;
    count(said.counts);
    tell(said.counts.Inbox);
    for (const place of document.querySelectorAll("#desk [data-rows]")) {
      place.textContent = said.files[place.dataset.rows] ?? place.textContent;
    }
  }
}

/** Open the help of the page beside it, or close it; without a script its link opens it as a page. */
async function help(link) {
  const place = document.getElementById("desk-help");
  if (!place.hidden) {
    place.hidden = true;
    link.setAttribute("aria-expanded", "false");
    return;
  }
  const text = await fetchPart(shown(), "guide", {});
  if (text !== null && place.isConnected) {
    place.innerHTML = text;
    place.hidden = false;
    link.setAttribute("aria-expanded", "true");
    place.focus();
  }
}

function clicked(event) {
  const link = event.target instanceof Element ? event.target.closest("#desk a.help") : null;
  if (link && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    event.stopPropagation();
    help(link);
  }
}

const isEditable = (each) =>
  each instanceof HTMLElement &&
  (["INPUT", "SELECT", "TEXTAREA"].includes(each.tagName) || each.isContentEditable);

let before = "";

/** Answer the desk's keys before Fava sees them: r alone would be its reload. */
function pressed(event) {
  if (!event.isTrusted || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (event.key === "Escape") {
    const place = document.getElementById("desk-help");
    if (place && !place.hidden) {
      place.hidden = true;
      document.querySelector("#desk a.help")?.focus();
    }
    return;
  }
  if (isEditable(event.target) || event.key === "Shift") {
    return;
  }
  const after = before;
  before = event.key;
  const page = after === "g" ? PAGES.find(([, key]) => key === event.key) : undefined;
  const link = page && links().get(page[0]);
  if (link) {
    taken(event);
    link.click();
  } else if (event.key === "/") {
    taken(event);
    const field = document.getElementById("desk-search");
    if (field) {
      field.focus();
    } else {
      links().get("Contributions")?.click();
    }
  }
}

/** Keep a key from Fava, and let it forget the g before it. */
function taken(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
  before = "";
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "Unidentified" }));
}

/** Move the link past the sidebar to where the tabulator key finds it first. */
function leadPast() {
  for (const old of document.querySelectorAll("body > a.desk-skip")) {
    old.remove();
  }
  const link = document.querySelector("#desk a.desk-skip");
  if (link) {
    document.body.prepend(link);
  }
}

/** Have the desk's style on Fava's pages too, for what stands in the sidebar. */
function style(api) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = api;
  document.head.append(link);
}

/**
 * Keep of Fava's notes that a file changed one at most, and none where the page shows the book as it
 * is: after a write of its own it was made anew. They would cover the sidebar, one on the other.
 */
async function thin() {
  const notes = [...document.querySelectorAll(".notifications .warning")];
  notes.slice(0, -1).forEach((note) => note.remove());
  const last = notes.at(-1);
  const link = links().get(shown());
  const book = document.querySelector("#desk[data-book]")?.dataset.book;
  if (!last || !link || !book) {
    return;
  }
  const answer = await fetch(new URL("book", link.href.replace(/[?#].*/, ""))).catch(() => null);
  const said = answer?.ok ? await answer.json() : {};
  if (said.book === document.querySelector("#desk[data-book]")?.dataset.book) {
    last.remove();
  }
}

/** Watch for notes of Fava's: they come whenever its page asks whether a file changed. */
function watchNotes() {
  new MutationObserver((changes) => {
    const came = changes.flatMap((each) => [...each.addedNodes]);
    if (came.some((each) => each instanceof Element && each.matches(".warning, .notifications"))) {
      thin();
    }
  }).observe(document.body, { childList: true, subtree: true });
}

export const around = {
  init() {
    const today = links().get("Today");
    if (today) {
      style(new URL("desk.css", today.href).href);
    }
    window.addEventListener("keydown", pressed, true);
    watchNotes();
    document.addEventListener("click", clicked, true);
  },
  onPageLoad(context) {
    document.body.toggleAttribute("data-desk", Boolean(shown()));
    // A page that was made just now needs none of Fava's notes that the book was changed before it.
    document.querySelectorAll(".notifications .warning").forEach((note) => note.remove());
    arrange();
    leadPast();
    askWhatWaits(context.api);
  },
};
