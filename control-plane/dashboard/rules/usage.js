// @ts-check
/** How much of its plan a workspace uses. */
import { h } from "../screen/dom.js";
import { session } from "../server/session.js";

const PLANS = { free: "Free", pro: "Pro", team: "Team" };

/** What a plan is called. @param {keyof typeof PLANS} plan */
export const planName = (plan) => PLANS[plan];

/** Whether the plan has no room for another token. */
export function isFull() {
  const { tokenLimit, tokensUsed } = session().workspace;
  return tokenLimit !== null && tokensUsed >= tokenLimit;
}

/** `3 of 50 tokens used`, with a bar; or `3 tokens used, no limit`. */
export function usage() {
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
  return h("p", { class: "usage" }, `${used} of ${tokenLimit} tokens used`, bar);
}
