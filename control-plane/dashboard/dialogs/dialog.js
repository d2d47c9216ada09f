// @ts-check
/**
 * Modal dialogs, on the native element: it holds the focus inside and gives it back. None closes by itself: Esc and
 * every button ask the dialog's own `dismiss`.
 */
import { h, newId } from "../screen/dom.js";
import { focusPage } from "../screen/morph.js";

/**
 * @typedef {{element: HTMLDialogElement, body: HTMLElement, close: () => void}} Dialog
 * @typedef {{dialog: Dialog, mayClose: () => boolean, close: () => void}} Open
 */

/** @type {Set<Open>} */
const open = new Set();

/**
 * Opens a dialog over all else.
 * @param {object} options
 * @param {any} options.title
 * @param {any} options.content
 * @param {() => void} options.dismiss what Esc does
 * @param {() => boolean} [options.mayClose] whether leaving the page behind it closes it too
 * @param {() => void} [options.closed] called when it is gone, however that came
 * @returns {Dialog}
 */
export function openDialog({ title, content, dismiss, mayClose = () => true, closed = () => {} }) {
  const heading = h("h2", { id: newId(), tabindex: "-1" }, title);
  const body = h("div", { class: "dialog-body" }, content);
  const element = h("dialog", { "aria-labelledby": heading.id, closedby: "none" }, heading, body);
  const entry = { dialog: { element, body, close }, mayClose, close };
  let isWanted = true;

  function close() {
    if (!isWanted) return;
    isWanted = false;
    open.delete(entry);
    element.close();
    element.remove();
    if (document.activeElement === document.body) focusPage();
    closed();
  }

  element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => whenEscape(event, dismiss));
  element.addEventListener(
    "cancel",
    (/** @type {Event} */ event) => event.target === element && event.preventDefault(),
  );
  element.addEventListener("close", () => isWanted && element.showModal());
  document.body.append(element);
  open.add(entry);
  element.showModal();
  return entry.dialog;
}

/** @param {KeyboardEvent} event @param {() => void} dismiss */
function whenEscape(event, dismiss) {
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
  event.preventDefault();
  dismiss();
}

/** Closes those that belong to the page behind them; not one that shows a secret, or waits for one. */
export function closeDialogs() {
  for (const { mayClose, close } of [...open]) if (mayClose()) close();
}

/** The row of buttons at the end of a dialog. @param {...any} buttons */
export const dialogButtons = (...buttons) => h("div", { class: "dialog-buttons" }, buttons);

/**
 * @param {string} label
 * @param {((event: Event) => unknown) | null} onclick none: it submits the form
 * @param {Record<string, any>} [attributes]
 * @returns {HTMLButtonElement}
 */
export const button = (label, onclick, attributes = {}) =>
  h("button", { type: onclick ? "button" : "submit", class: "button", onclick, ...attributes }, label);
