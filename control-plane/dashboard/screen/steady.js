// @ts-check
/** Keeps rows where they are while a pointer is at work among them, so that a refresh moves nothing under it. */

/** A pointer that rests longer than this, in milliseconds, is not at work. */
const REST_MS = 3_000;

/**
 * Watches the pointer over an element.
 * @param {HTMLElement} element
 * @returns {() => boolean} whether a pointer is at work there
 */
export function pointerOver(element) {
  let last = -Infinity;
  const note = (/** @type {PointerEvent} */ event) => {
    last = event.timeStamp;
  };
  element.addEventListener("pointermove", note);
  element.addEventListener("pointerdown", note);
  return () => element.matches(":hover") && performance.now() - last < REST_MS;
}

/**
 * Rows in the order in which they are shown already, each as it is now.
 * @template {{id: string}} Row
 * @param {Row[]} shown
 * @param {Row[]} fresh
 */
export function inPlace(shown, fresh) {
  const byId = new Map(fresh.map((row) => [row.id, row]));
  return shown.map((row) => byId.get(row.id) ?? row);
}
