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
 * @param {{page: number, count: number, isComplete: boolean, turn: (page: number) => void}} pager `page` from 1 on;
 *   `isComplete` tells whether there are no more rows than `count`
 */
export function pager({ page, count, isComplete, turn }) {
  const [first, last] = [(page - 1) * PAGE_ROWS + 1, Math.min(page * PAGE_ROWS, count)];
  const total = `${isComplete ? "" : "more than "}${number(count)}`;
  return h(
    "div",
    { class: "pager", role: "group", "aria-label": "Pages" },
    h("span", {}, count ? `${number(first)}–${number(last)} of ${total}` : ""),
    turner("Previous page", "previous", page > 1, () => turn(page - 1)),
    turner("Next page", "next", page < pagesOf(count) || !isComplete, () => turn(page + 1)),
  );
}

/** @param {string} label @param {"previous" | "next"} drawing @param {boolean} isOn @param {() => void} onclick */
const turner = (label, drawing, isOn, onclick) =>
  h("button", { type: "button", class: "icon-button", "aria-label": label, disabled: !isOn, onclick }, icon(drawing));
