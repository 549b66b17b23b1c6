import { enhance } from "../extension/Contributions/desk.js";
import { sending } from "./Setup.js";

export default {
  onExtensionPageLoad(context) {
    enhance();
    sending(context);
  },
};
