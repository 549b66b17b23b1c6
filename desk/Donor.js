import { enhance, fetchPart, sendTo } from "../extension/Contributions/desk.js";
import { sending } from "./Setup.js";

const desk = () => document.getElementById("desk");

function put(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Show whether the field's text names a donor and, where it does not, what may be added. */
async function look(field, part) {
  const asked = field.value.trim();
  const found = asked ? JSON.parse((await fetchPart("Donor", "known", { name: asked })) ?? "{}") : {};
  if (field.value.trim() !== asked) {
    return; // something else was written meanwhile
  }
  part.hidden = !found.proposed;
  if (part.hidden) {
    return;
  }
  const near = part.querySelector(".near");
  near.hidden = !found.near.length;
  near.querySelector("span").replaceChildren(
    ...found.near.map(({ name, code }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `${name} (${code})`;
      button.addEventListener("click", () => put(field, code));
      return button;
    }),
  );
  for (const [name, value] of Object.entries({ name: asked, kind: found.kind, code: found.proposed })) {
    part.querySelector(`[data-part=${name}]`).value = value;
  }
}

async function add(field, part) {
  const values = {};
  for (const each of part.querySelectorAll("[data-part]")) {
    values[each.dataset.part] = each.value;
  }
  const button = part.querySelector(".add");
  const fault = part.querySelector(".fault");
  fault.textContent = "";
  button.disabled = true;
  const answer = await sendTo("Donor", "add", { values });
  button.disabled = false;
  if (answer === null) {
    return; // why is said above the page
  }
  if (answer.code) {
    desk().dataset.book = answer.book;
    part.hidden = true;
    put(field, answer.name);
    field.focus();
  } else {
    fault.textContent = answer.fault;
    part.querySelector(`[data-part="${answer.field}"]`)?.focus();
  }
}

/** Let what `add_donor.html` put beside fields work, within `root`. */
export function addingDonors(root = desk()) {
  for (const part of root.querySelectorAll("[data-add-donor]")) {
    const field = document.getElementById(part.dataset.addDonor);
    field.addEventListener("change", () => look(field, part));
    part.querySelector(".add").addEventListener("click", () => add(field, part));
    part.addEventListener("input", (event) => event.stopPropagation()); // nothing of the form changed
    part.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("input")) {
        event.preventDefault(); // which would send the form that it stands in
        add(field, part);
      }
    });
  }
}

export default {
  onExtensionPageLoad(context) {
    enhance();
    sending(context);
    addingDonors();
  },
};
