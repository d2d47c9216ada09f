// @ts-check
/** How much of its plan a workspace uses. */
import { session } from "../server/session.js";

const PLANS = { free: "Free", pro: "Pro", team: "Team" };

/** What a plan is called. @param {keyof typeof PLANS} plan */
export const planName = (plan) => PLANS[plan];

/** Whether the plan has no room for another token. */
export function isFull() {
  const { tokenLimit, tokensUsed } = session().workspace;
  return tokenLimit !== null && tokensUsed >= tokenLimit;
}
