import { addingDonors } from "./Donor.js";
import { agreed, enhance, fetchPart, go, ready, refuse, report, send } from "../extension/Contributions/desk.js";

const NAME = "Reconcile";
const byId = (id) => document.getElementById(id);
const rows = () => [...(byId("waiting")?.tBodies[0].rows ?? [])];
const visible = () => rows().filter((row) => !row.hidden);
const row = (label) => rows().find((each) => each.dataset.receipt === label);
const shown = () => byId("receipt")?.querySelector("h2")?.dataset.receipt;
const linkOf = (each) => each?.querySelector("a");

let asked = 0;

/** Put one receipt's panel in its place; `focus` says where the keyboard goes then. */
async function choose(label, { find = "", focus = "" } = {}) {
  asked += 1;
  const own = asked;
  const html = await fetchPart(NAME, "receipt", { receipt: label, find });
  if (html === null || own !== asked) {
    return; // another one was asked for meanwhile: a late answer takes nobody's place
  }
  byId("receipt").innerHTML = html;
  ready(byId("receipt"));
  addingDonors(byId("receipt"));
  for (const each of rows()) {
    each.toggleAttribute("aria-current", each.dataset.receipt === label);
    if (each.dataset.receipt === label) {
      each.setAttribute("aria-current", "true");
    }
  }
  const place = new URL(window.location.href);
  place.searchParams.set("receipt", label);
  window.history.replaceState(window.history.state, "", place);
  if (focus === "list") {
    linkOf(row(label))?.focus();
  } else if (focus === "panel") {
    focusPanel();
  }
}

function focusPanel() {
  (byId("receipt").querySelector(".offers button") ?? byId("receipt").querySelector("h2")).focus();
}

/** Go on to the next receipt that nobody decided, after the one that is shown. */
async function goOn(focus) {
  const all = visible();
  const at = all.findIndex((each) => each.dataset.receipt === shown());
  const next = [...all.slice(at + 1), ...all.slice(0, at)].find(
    (each) => !each.classList.contains("decided"),
  );
  if (next) {
    await choose(next.dataset.receipt, { focus });
  } else {
    byId("record")?.querySelector("input")?.focus();
  }
}

/** What is said of all money of which the bank says the same, if anything is. */
function always() {
  const form = byId("always");
  if (!form?.elements.always.checked) {
    return {};
  }
  const { words, donor } = form.elements;
  const where = ["amount", "least", "most", "currency", "way"].map((name) => [name, form.elements[name].value]);
  return { always: words.value, always_donor: donor.value, always_where: Object.fromEntries(where) };
}

/** The candidate of a number: what it is, so that no other one is decided for in its place. */
function offered(number) {
  const button = byId("receipt").querySelector(`[data-number="${number}"]`);
  return button && { receipt: shown(), offer: button.dataset.offer, ...always() };
}

/** A text as an amount's plain digits, where it is one; else the text: 39,975.00 is 39975. */
function asDigits(text) {
  const plain = text.replace(/[\s'’]/g, "");
  if (!/^\d[\d.,]*$/.test(plain)) {
    return text;
  }
  const [, whole, decimals = ""] = /^(.*?)(?:[.,](\d{1,2}))?$/.exec(plain);
  return whole.replace(/[.,]/g, "") + (Number(decimals) ? `.${decimals.padEnd(2, "0")}` : "");
}

/** Show what is decided now, as the server answered. */
function take(answer, told) {
  for (const each of rows()) {
    const what = answer.decided[each.dataset.receipt];
    const cell = each.querySelector(".verdict");
    cell.dataset.before ??= cell.textContent;
    each.classList.toggle("decided", what !== undefined);
    cell.textContent = what ?? (cell.dataset.before === "decided" ? "" : cell.dataset.before);
  }
  byId("decided").innerHTML = answer.html;
  byId("progress").textContent = answer.progress;
  ready(byId("decided"));
  const by = byId("record")?.elements.by;
  if (by) {
    by.value ||= window.localStorage.getItem("pledgebook-by") ?? "";
  }
  if (told) {
    report(told);
  }
}

export default {
  onExtensionPageLoad(context) {
    enhance();
    addingDonors();
    const page = byId("desk");
    const label = () => shown();

    async function decide(endpoint, form, focus = "list") {
      const about = label();
      const answer = await send(context, endpoint, form);
      if (answer) {
        take(answer, about && answer.decided[about] ? `${about}: ${answer.decided[about]}` : "");
        await goOn(focus);
      }
    }

    /** Write into the book, which takes a load of it; the button waits meanwhile. */
    async function andReload(button, endpoint, form) {
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
      const answer = await send(context, endpoint, form);
      if (answer) {
        const address = new URL(window.location.pathname, window.location.href);
        address.searchParams.set("wrote", answer.wrote);
        if (answer.recorded) {
          address.searchParams.set("recorded", answer.recorded);
        }
        go(address.href);
      } else {
        button.disabled = false;
        button.removeAttribute("aria-busy");
        await showDecided();
      }
    }

    /** Show the decisions as they are now, and the book in which they are booked. */
    async function showDecided() {
      const refused = byId("desk-refused").textContent;
      const text = await fetchPart(NAME, "decided", {});
      if (text !== null) {
        const answer = JSON.parse(text);
        take(answer);
        page.dataset.book = answer.book;
        refuse(refused);
      }
    }

    page.addEventListener("click", async (event) => {
      const button = event.target.closest("button");
      const link = event.target.closest("#waiting a");
      if (link) {
        event.preventDefault();
        event.stopPropagation();
        const chosen = link.closest("tr").dataset.receipt;
        if (chosen === shown() && !byId("find")?.elements.find.value) {
          focusPanel(); // it is there: what was begun in it stays
        } else {
          choose(chosen, { focus: "panel" });
        }
      } else if (!button || button.disabled) {
        return;
      } else if (button.dataset.number) {
        decide("accept", offered(button.dataset.number));
      } else if (button.id === "accept-certain") {
        button.disabled = true;
        decide("accept", { all: true });
      } else if (button.id === "leave") {
        goOn("list");
      } else if (button.id === "withdraw-all") {
        if (await agreed(button)) {
          send(context, "withdraw", { all: true }).then((answer) => answer && take(answer));
        }
      } else if (button.classList.contains("withdraw")) {
        const form = { receipt: button.dataset.receipt };
        send(context, "withdraw", form).then((answer) => answer && take(answer));
      } else if (button.id === "show-entries") {
        fetchPart(NAME, "entries", {}).then((html) => {
          byId("entries").innerHTML = html ?? "";
        });
      } else if (button.classList.contains("undo")) {
        const form = { receipt: button.dataset.receipt, day: byId("undo-day").value };
        if (await agreed(button)) {
          andReload(button, "undo", form);
        }
      }
    });

    page.addEventListener("submit", (event) => {
      const form = event.target;
      if (form.id === "find") {
        event.preventDefault();
        event.stopPropagation();
        choose(label(), { find: form.elements.find.value, focus: "panel" });
      } else if (form.id === "by-hand") {
        event.preventDefault();
        const settles = [...form.querySelectorAll("input[name=label]:checked")].map((box) => {
          const own = box.closest("tr");
          const [amount, value] = ["amount", "value"].map(
            (name) => own.querySelector(`input[name=${name}]`).value,
          );
          return { label: box.value, amount, value };
        });
        const others = [...form.querySelectorAll("input[name=receipt]:checked")];
        const receipts = [label(), ...others.map((box) => box.value)];
        const charges = form.elements.charges.checked || form.elements.kept.value;
        decide("decide", { receipts, settles, charges, ...always() });
      } else if (form.id === "gift") {
        event.preventDefault();
        const gift = Object.fromEntries(new FormData(form));
        decide("decide", { receipts: [label()], ...gift, ...always() });
      } else if (form.id === "record") {
        event.preventDefault();
        const by = form.elements.by.value;
        window.localStorage.setItem("pledgebook-by", by);
        const { seen } = byId("decided").querySelector("[data-seen]").dataset;
        andReload(event.submitter ?? form.querySelector("button"), "record", { by, seen });
      } else if (form.id === "always") {
        event.preventDefault();
      }
    });

    byId("narrow")?.addEventListener("input", (event) => {
      const sought = asDigits(event.target.value).toLowerCase().split(/\s+/);
      for (const each of rows()) {
        const text = each.textContent.toLowerCase().replaceAll(",", "");
        each.hidden = !sought.every((word) => text.includes(word));
      }
    });

    byId("waiting")?.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) {
        return;
      }
      const all = visible();
      const at = all.indexOf(event.target.closest("tr"));
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
      if (to !== undefined && all[to]) {
        event.preventDefault();
        linkOf(all[to]).focus();
        choose(all[to].dataset.receipt, { focus: "list" });
      } else if (/^[1-9]$/.test(event.key)) {
        event.preventDefault();
        event.stopPropagation();
        const offer = offered(event.key);
        if (offer) {
          decide("accept", offer);
        }
      }
    });

    byId("receipt")?.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        linkOf(row(label()))?.focus();
      }
    });

    const by = byId("record")?.elements.by;
    if (by) {
      by.value ||= window.localStorage.getItem("pledgebook-by") ?? "";
    }
  },
};
