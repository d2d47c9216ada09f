// @ts-check
/** Names of tokens, for the ids by which lists and the audit log call them. */
import * as calls from "./calls.js";
import { session } from "./session.js";

/** @type {Map<string, string>} */
const names = new Map();

/** Ids that were asked for: those without a name have none among the newest tokens. @type {Set<string>} */
const asked = new Set();

/** Remembers what tokens are called. @param {import("./calls.js").Token[]} tokens */
export const learnNames = (tokens) => tokens.forEach(({ id, name }) => names.set(id, name));

/** Forgets them: another workspace has others. */
export function forgetNames() {
  names.clear();
  asked.clear();
}

/**
 * Asks for the newest tokens of every status, if one of these has no name yet; once for each.
 * @param {(string | null)[]} ids
 * @param {AbortSignal} signal
 */
export async function learnNamesOf(ids, signal) {
  const missing = ids.filter((id) => id?.startsWith("tok_") && !names.has(id) && !asked.has(id));
  if (missing.length === 0) return;
  const { body } = await calls.listTokens(session().workspace.id, { status: "all" }, signal);
  missing.forEach((id) => id && asked.add(id));
  learnNames(body.data);
}

/** Whether its name is known. @param {string} id */
export const isKnown = (id) => names.has(id);

/** Who did something: a token's name, its id if that is not known, or `operator`. @param {string} id */
export const nameOf = (id) => names.get(id) ?? id;
