import { agreed, enhance, go, refuse, send, sendTo } from "../extension/Contributions/desk.js";

/** Whether somebody changed what stood in a control. */
function isChanged(control) {
  if (control.type === "checkbox") {
    return control.checked !== control.defaultChecked;
  }
  if (control.options) {
    const first = Math.max(0, [...control.options].findIndex((each) => each.defaultSelected));
    return control.selectedIndex !== first;
  }
  return control.value !== control.defaultValue;
}

/**
 * What stands in a form's fields, by name: text, true for a flag, a list of what was chosen. Of a
 * form that edits only what was changed: the rest is another's, who may have changed it meanwhile.
 */
function written(form) {
  const said = {};
  for (const field of form.querySelectorAll("[data-field]")) {
    const { field: name, kind } = field.dataset;
    const controls = [...field.querySelectorAll("input, select, textarea")];
    if ("edits" in form.dataset && !controls.some(isChanged)) {
      continue;
    }
    if (kind === "flag") {
      said[name] = field.querySelector("input").checked;
    } else if (kind === "several") {
      said[name] = [...field.querySelectorAll("input:checked")].map((each) => each.value);
    } else {
      said[name] = field.querySelector("input, select, textarea").value;
    }
  }
  return said;
}

function clearFaults(form) {
  document.getElementById("desk-refused").hidden = true;
  for (const each of form.querySelectorAll("[data-field]")) {
    each.querySelector(".fault").textContent = "";
    each.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
  }
}

/** Say what is wrong at its field, else above the page, and go there. */
function tell(form, { fault, field }) {
  const at = form.querySelector(`[data-field="${CSS.escape(field)}"]`);
  const place = document.getElementById("desk-refused");
  if (at) {
    at.querySelector(".fault").textContent = fault;
    const input = at.querySelector("input, select, textarea");
    input.setAttribute("aria-invalid", "true");
    input.focus();
    return;
  }
  refuse(fault);
  place.tabIndex = -1;
  place.focus();
}

/** Show what an answer or a form says comes next; another host path is loaded as a whole. */
function follow(where) {
  const base = (path) => path.split("/")[1];
  const next = new URL(where, window.location.href);
  if (base(next.pathname) === base(window.location.pathname)) {
    go(next.href);
  } else {
    window.location.assign(next.href);
  }
}

/** Let every form of `forms.html` send itself as JSON to its endpoint. */
export function sending(context) {
  for (const form of document.querySelectorAll("#desk form[data-endpoint]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const { endpoint, sent, done, page } = form.dataset;
      const button = form.querySelector("button[type=submit]");
      if (button.dataset.sure && !(await agreed(button))) {
        return;
      }
      clearFaults(form);
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
      const whole = { ...JSON.parse(sent || "{}"), values: written(form) };
      const answer = page ? await sendTo(page, endpoint, whole) : await send(context, endpoint, whole);
      button.disabled = false;
      button.removeAttribute("aria-busy");
      if (answer?.fault) {
        tell(form, answer);
      } else if (answer) {
        follow(answer.where ?? done);
      }
    });
  }
  document.getElementById("written")?.focus();
}

export default {
  onExtensionPageLoad(context) {
    enhance();
    sending(context);
  },
};
