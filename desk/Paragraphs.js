import { enhance, go, send } from "../extension/Contributions/desk.js";

/** An override is sent as JSON; when it is written, the page is shown anew. */
function overriding(context) {
  for (const form of document.querySelectorAll("form.override")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      const given = Object.fromEntries(new FormData(form));
      const answer = await send(context, "override", given);
      button.disabled = false;
      if (answer) {
        const here = new URL(window.location.href);
        here.searchParams.set("done", given.label);
        here.searchParams.set("wrote", answer.wrote);
        go(here.href);
      }
    });
  }
}

export default {
  onExtensionPageLoad(context) {
    enhance();
    overriding(context);
    document.getElementById("written")?.focus();
  },
};
