// @ts-check
/** "New Token": opens the form once. */
import { clickOnce } from "../screen/busy.js";
import { h } from "../screen/dom.js";
import { icon } from "../screen/icons.js";
import { openNewToken } from "../dialogs/new_token.js";
import { mayManage } from "../rules/permissions.js";

/** Whether the form is about to open: there is more than one such button. */
let isOpening = false;

/** @param {AbortSignal} signal of the page: once that is left, no form opens over another one */
export function newTokenButton(signal) {
  if (!mayManage()) return null;
  const onclick = clickOnce(() => openOnce(signal));
  return h("button", { type: "button", class: "button primary", onclick }, icon("plus"), "New Token");
}

/** @param {AbortSignal} signal */
async function openOnce(signal) {
  if (isOpening) return;
  isOpening = true;
  try {
    await openNewToken(signal);
  } finally {
    isOpening = false;
  }
}
