// @ts-check
/**
 * Modal dialogs, on the native element: it holds the focus inside and gives it back. None closes by itself: Esc, the
 * system's gestures and every button ask the dialog's own `dismiss`.
 */
import { h, newId, present } from "../screen/dom.js";
import { focusPage } from "../screen/morph.js";

/**
 * @typedef {{element: HTMLDialogElement, rename: (title: any) => void, close: () => void}} Dialog
 * @typedef {{mayClose: () => boolean, mayLeave: () => boolean, dismiss: () => void, close: () => void}} Open
 */

/** The last one lies above the others. @type {Set<Open>} */
const open = new Set();

/**
 * Opens a dialog over all else.
 * @param {object} options
 * @param {any} options.title
 * @param {any} options.content
 * @param {() => void} options.dismiss what Esc does
 * @param {() => boolean} [options.mayClose] whether leaving the page behind it closes it too
 * @param {() => boolean} [options.mayLeave] whether the dashboard is left without a question
 * @param {() => void} [options.closed] called when it is gone, however that came
 * @returns {Dialog}
 */
export function openDialog({ title, content, dismiss, mayClose = yes, mayLeave = yes, closed = () => {} }) {
  const heading = h("h2", { id: newId(), tabindex: "-1" }, title);
  const body = h("div", { class: "dialog-body" }, content);
  const element = h("dialog", { "aria-labelledby": heading.id }, heading, body);
  const entry = { mayClose, mayLeave, dismiss, close };
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

  function whenCancelled(/** @type {Event} */ event) {
    if (event.target !== element) return;
    event.preventDefault();
    dismiss();
  }

  element.addEventListener("cancel", whenCancelled);
  element.addEventListener("close", () => isWanted && element.showModal());
  document.body.append(element);
  open.add(entry);
  element.showModal();
  const rename = (/** @type {any} */ title) => heading.replaceChildren(...present([title]));
  return { element, rename, close };
}

const yes = () => true;

/** Wherever the focus is, and before the browser asks: it would close at the second time. @param {KeyboardEvent} event */
function whenEscape(event) {
  const top = [...open].at(-1);
  if (!top || event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
  event.preventDefault();
  top.dismiss();
}

/** Asks before a secret is lost. @param {Event} event */
function whenLeaving(event) {
  if (![...open].every(({ mayLeave }) => mayLeave())) event.preventDefault();
}

addEventListener("keydown", whenEscape);
addEventListener("beforeunload", whenLeaving);

/** Closes those that may go with the page behind them. */
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
