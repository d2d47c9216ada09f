// @ts-check
/** What went wrong, as it is shown. */
import { h } from "./dom.js";
import { Problem } from "../server/problem.js";

/**
 * A failure in words, with what support needs to find it.
 * @param {unknown} failure
 * @returns {Node[]}
 */
export function describe(failure) {
  const requestId = failure instanceof Problem ? failure.requestId : undefined;
  const words = failure instanceof Error ? failure.message : String(failure);
  return [
    h("p", {}, words),
    ...(requestId ? [h("p", { class: "request-id" }, "Request id ", h("code", {}, requestId))] : []),
  ];
}

/**
 * A place for a failure, which is read out when it appears.
 * @returns {{element: HTMLElement, say: (failure: unknown) => void, clear: () => void}}
 */
export function alertBox() {
  const element = h("div", { role: "alert", class: "alert-slot" });
  return {
    element,
    say: (failure) => element.replaceChildren(h("div", { class: "alert" }, describe(failure))),
    clear: () => element.replaceChildren(),
  };
}
