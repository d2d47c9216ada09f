// @ts-check
/**
 * Where each entry of the history was scrolled to. A page's content comes after the browser has looked for the place, so
 * Back would lead to the top.
 */

/** @type {Map<string, number>} */
const places = new Map();
let entry = "";

history.scrollRestoration = "manual";

/** Remembers the place of the entry before, if another one is shown now. Each has a name, in its own state. */
export function noteEntry() {
  if (history.state?.entry === entry) return;
  places.set(entry, scrollY);
  entry = history.state?.entry ?? crypto.randomUUID();
  history.replaceState({ entry }, "");
}

/** Goes to where the entry was left, unless somebody has scrolled meanwhile. */
export function returnToPlace() {
  if (scrollY === 0) scrollTo(0, places.get(entry) ?? 0);
}
