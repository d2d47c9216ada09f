// @ts-check
/** What the tab is called. */
import { untwisted } from "./dom.js";

/** Names the page in the tab. @param {string} title */
export function setTitle(title) {
  document.title = `${untwisted(title)} · Deplo`;
}
