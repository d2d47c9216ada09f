// @ts-check
/** Names of tokens, for the ids by which lists and the audit log call them. */
import * as calls from "./calls.js";
import { h, named } from "../screen/dom.js";
import { tokenHref } from "../screen/router.js";
import { session } from "./session.js";

/** @type {Map<string, string>} */
const names = new Map();
let isAsked = false;

/** Remembers what tokens are called. @param {import("./calls.js").Token[]} tokens */
export const learnNames = (tokens) => tokens.forEach(({ id, name }) => names.set(id, name));

/** Forgets them: another workspace has others. */
export function forgetNames() {
  names.clear();
  isAsked = false;
}

/**
 * Asks once for the newest tokens of every status, if one of these has no name yet.
 * @param {(string | null)[]} ids
 * @param {AbortSignal} signal
 */
export async function learnNamesOf(ids, signal) {
  if (isAsked || ids.every((id) => !id?.startsWith("tok_") || names.has(id))) return;
  const { body } = await calls.listTokens(session().workspace.id, { status: "all" }, signal);
  isAsked = true;
  learnNames(body.data);
}

/** Who did something: a token's name, its id if that is not known, or `operator`. @param {string} id */
export const nameOf = (id) => names.get(id) ?? id;

/** Its name, as a link to its page. @param {string} id */
export const tokenLink = (id) =>
  id.startsWith("tok_") ? h("a", { href: tokenHref(id), title: id }, named(nameOf(id))) : id;
