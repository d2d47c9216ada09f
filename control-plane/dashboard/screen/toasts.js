// @ts-check
/** Short words in the corner: what was done, or that the server cannot be reached. They move nothing else. */
import { h } from "./dom.js";

const SHOWN_MS = 6_000;

const corner = /** @type {HTMLElement} */ (document.getElementById("toasts"));

/**
 * Says something, for a few seconds or until it is taken back.
 * @param {any} words text, nodes, or a list of them
 * @param {{stays?: boolean}} [options]
 * @returns {() => void} takes it back
 */
export function toast(words, { stays = false } = {}) {
  const element = h("p", { class: "toast" }, words);
  corner.append(element);
  const remove = () => element.remove();
  if (!stays) setTimeout(remove, SHOWN_MS);
  return remove;
}

/** Takes everything back: it was said to somebody else. */
export const clearToasts = () => corner.replaceChildren();
