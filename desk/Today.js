import { enhance, fetchPart } from "../extension/Contributions/desk.js";

/** Say beside each file what of it is to be taken and what waits, one file after the other. */
async function count() {
  for (const place of document.querySelectorAll(".rows[data-file]")) {
    const said = await fetchPart("Today", "rows", { file: place.dataset.file });
    if (said === null || !place.isConnected) {
      return;
    }
    place.textContent = said;
  }
}

export default {
  onExtensionPageLoad() {
    enhance();
    count();
  },
};
