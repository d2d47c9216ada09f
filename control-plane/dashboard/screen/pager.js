// @ts-check
/** Pages of a list: which part is shown, and the way to the next. */
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** Rows on a page. */
export const PAGE_ROWS = 50;

const number = (/** @type {number} */ count) => count.toLocaleString("en");

/** How many pages so many rows make. @param {number} count */
export const pagesOf = (count) => Math.max(1, Math.ceil(count / PAGE_ROWS));

/**
 * @typedef {{page: number, count: number, isComplete: boolean}} Part of a list: `page` from 1 on; `isComplete` tells
 *   whether there are no more rows than `count`
 */

/** `51–100 of 120`. @param {Part} part @param {string} [to] what stands between first and last */
export function rangeOf({ page, count, isComplete }, to = "–") {
  const [first, last] = [(page - 1) * PAGE_ROWS + 1, Math.min(page * PAGE_ROWS, count)];
  return count ? `${number(first)}${to}${number(last)} of ${isComplete ? "" : "more than "}${number(count)}` : "";
}

/** @param {Part} part @param {(page: number) => void} turn */
export function pager(part, turn) {
  const { page, count, isComplete } = part;
  return h(
    "div",
    { class: "pager", role: "group", "aria-label": "Pages" },
    h("span", {}, rangeOf(part)),
    turner("Previous page", "previous", page > 1, () => turn(page - 1)),
    turner("Next page", "next", page < pagesOf(count) || !isComplete, () => turn(page + 1)),
  );
}

/**
 * It keeps the focus, which a disabled one would lose.
 * @param {string} label
 * @param {"previous" | "next"} drawing
 * @param {boolean} isOn
 * @param {() => void} turn
 */
const turner = (label, drawing, isOn, turn) =>
  h(
    "button",
    {
      type: "button",
      class: "icon-button",
      "aria-label": label,
      "aria-disabled": isOn ? null : "true",
      onclick: isOn ? turn : null,
    },
    icon(drawing),
  );
