// @ts-check
/** What a list shows when there is nothing to list: it loads, it failed, it is empty. */
import { h } from "./dom.js";
import { describe } from "./alert.js";

/** Something is under way. */
export const spinner = () => h("span", { class: "spinner" });

/** @param {string} words */
export const loading = (words) => h("p", { class: "state quiet", "data-key": "loading" }, spinner(), words);

/** @param {unknown} problem @param {() => void} retry */
export const failure = (problem, retry) =>
  h(
    "div",
    { class: "state", role: "alert", "data-key": "failure" },
    describe(problem),
    h("button", { type: "button", class: "button", onclick: retry }, "Try again"),
  );

/** @param {string} title @param {any} words @param {any} action */
export const empty = (title, words, action) =>
  h("div", { class: "state", "data-key": title }, h("h2", {}, title), h("p", { class: "quiet" }, words), action);
