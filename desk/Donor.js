import { enhance } from "../extension/Donor/desk.js";

export default { onExtensionPageLoad: enhance };
