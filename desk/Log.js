import { enhance, go, send } from "../extension/Contributions/desk.js";

/** Undoing is sent as JSON; when it is done, the page is shown anew and says so. */
function undoing(context) {
  const button = document.getElementById("take-back");
  button?.addEventListener("click", async () => {
    button.disabled = true;
    const answer = await send(context, "undo", { write: button.dataset.write });
    button.disabled = false;
    if (answer) {
      go(button.dataset.done);
    }
  });
}

export default {
  onExtensionPageLoad(context) {
    enhance();
    undoing(context);
    document.querySelector("#undone, #undoing")?.focus();
  },
};
