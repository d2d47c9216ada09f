// @ts-check
/** What the list of tokens shows instead of rows, and beside them. */
import { h } from "../screen/dom.js";
import { empty, loading } from "../screen/states.js";
import { mayManage } from "../rules/permissions.js";
import { isUsual } from "../rules/token_query.js";
import { isOwnToken } from "../server/session.js";
import { newTokenButton } from "./new_token_button.js";
import { TOKENS_MAX } from "./token_list.js";

const FIRST_STEP =
  "A token lets a program act for this workspace. Create one for each program, with no more scopes than it needs.";

/** What there is to say of tokens of the past, if there are none. @type {Record<string, {title: string, words: string}>} */
const PAST = {
  expired: { title: "No expired tokens", words: "No token of this workspace has come to the end of its time." },
  revoked: { title: "No revoked tokens", words: "No token of this workspace was revoked or replaced." },
};

/** @typedef {import("../rules/token_query.js").Query} Query */
/** @typedef {import("./token_list.js").TokenList} TokenList */

/**
 * Instead of rows, if there are none.
 * @param {TokenList} list
 * @param {Query} query
 * @param {() => void} clear
 * @param {AbortSignal} signal
 */
export function nothing(list, query, clear, signal) {
  if (!list.isAtEnd()) return loading("Searching …");
  if (isUsual(query)) return empty("No tokens yet", FIRST_STEP, newTokenButton(signal));
  const past = !query.q && !query.project && PAST[query.status];
  if (past) return empty(past.title, past.words, clearing("Show the active ones", clear));
  return empty(
    "No token matches",
    "No token has this name, prefix or id, and this status and project.",
    clearing("Clear search and filters", clear),
  );
}

/** @param {string} label @param {() => void} clear */
const clearing = (label, clear) => h("button", { type: "button", class: "button", onclick: clear }, label);

/**
 * What to do first, beside the only token: the one that somebody is signed in with.
 * @param {TokenList} list
 * @param {Query} query
 */
export function firstStep(list, query) {
  const isFirst = isUsual(query) && list.isComplete() && list.tokens().every(({ id }) => isOwnToken(id));
  return isFirst && mayManage() && h("p", { class: "first-step quiet", "data-key": "first-step" }, FIRST_STEP);
}

/**
 * How far a search has come, unless it has seen everything.
 * @param {TokenList} list
 * @param {Query} query
 */
export function bounds(list, query) {
  if (!query.q || list.isComplete()) return null;
  const words = list.isAtEnd()
    ? `Only the newest ${TOKENS_MAX.toLocaleString("en")} tokens were searched.`
    : "Searching …";
  return h("p", { class: "quiet" }, words);
}
