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

/** Send a file's bytes to an endpoint of the page that takes one; `asked` goes into its address. */
export async function sendFile(name, endpoint, asked, file) {
  const here = window.location.pathname;
  const base = here.slice(0, here.indexOf("/extension/"));
  const query = new URLSearchParams(asked);
  const headers = { "Content-Type": "application/octet-stream" };
  const address = `${base}/extension/${name}/${endpoint}?${query}`;
  return answered(fetch(address, { method: "POST", headers, body: file }));
}

/** Get a part of a page by itself as text of the page; null where it could not be had. */
export async function fetchPart(name, endpoint, asked) {
  const here = window.location.pathname;
  const base = here.slice(0, here.indexOf("/extension/"));
  try {
    const response = await fetch(`${base}/extension/${name}/${endpoint}?${new URLSearchParams(asked)}`);
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
    const refused = kind.includes("json") ? (await response.json()).refused : response.statusText;
    refuse(refused);
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

/** Let forms that only choose what is shown (`form.choose`) go as links do. */
export function enhance() {
  ready(desk());
  for (const form of desk()?.querySelectorAll("form.choose:not([data-file])") ?? []) {
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
