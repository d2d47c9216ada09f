// @ts-check
/**
 * Where each entry of the history was scrolled to. A page's content comes after the browser has looked for the place, so
 * Back would lead to the top.
 */

/** @type {Map<string, number>} */
const places = new Map();
let entry = "";

history.scrollRestoration = "manual";

/** Remembers the place of the entry that is left, and begins the next one at its top. */
export function startEntry() {
  places.set(entry, scrollY);
  entry = /** @type {any} */ (window).navigation?.currentEntry?.key ?? "";
  scrollTo(0, 0);
}

/** Goes to where the entry was left, unless somebody has scrolled meanwhile. */
export function returnToPlace() {
  if (scrollY === 0) scrollTo(0, places.get(entry) ?? 0);
}
