// @ts-check
/** How much of its plan a workspace uses, as it is shown. */
import { h } from "./dom.js";
import { isInGrace } from "../rules/status.js";
import { isFull } from "../rules/usage.js";
import { session } from "../server/session.js";

/**
 * `3 of 50 tokens used`, with a bar; or `3 tokens used, no limit`.
 * @param {import("../server/calls.js").Token[]} [tokens] that are shown: some may work and not count
 */
export function usage(tokens = []) {
  const { tokenLimit, tokensUsed } = session().workspace;
  const used = tokensUsed.toLocaleString("en");
  if (tokenLimit === null)
    return h("p", { class: "usage" }, `${used} ${tokensUsed === 1 ? "token" : "tokens"} used, no limit`);
  const bar = h("progress", {
    max: tokenLimit,
    value: Math.min(tokensUsed, tokenLimit),
    "aria-hidden": "true",
    class: isFull() ? "full" : null,
  });
  const words = tokens.some(isInGrace) && h("span", { class: "hint" }, "Replaced tokens in their grace do not count.");
  return h("p", { class: "usage" }, `${used} of ${tokenLimit} tokens used`, bar, words);
}
