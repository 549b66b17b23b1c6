import { enhance } from "../extension/Contributions/desk.js";

export default { onExtensionPageLoad: enhance };
