import { around } from "../extension/Contributions/around.js";
import { enhance } from "../extension/Contributions/desk.js";

// Fava loads this on every page, and so what stands around each.
export default { ...around, onExtensionPageLoad: enhance };
