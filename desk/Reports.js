import { enhance } from "../extension/Reports/desk.js";

export default { onExtensionPageLoad: enhance };
