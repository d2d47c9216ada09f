// @ts-check
/** Names of tokens, for the ids by which lists and the audit log call them. */
import * as calls from "./calls.js";
import { session } from "./session.js";

/** @type {Map<string, string>} */
const names = new Map();

/** Ids that need not be asked for: those without a name have none among the newest tokens. @type {Set<string>} */
const settled = new Set();

/** Remembers what tokens are called. @param {{id: string, name: string}[]} tokens */
export function learnNames(tokens) {
  for (const { id, name } of tokens) {
    names.set(id, name);
    settled.add(id);
  }
}

/** Has them asked for again when they are needed: what is known may be old. */
export const doubtNames = () => settled.clear();

/** Forgets them: another workspace has others. */
export function forgetNames() {
  names.clear();
  settled.clear();
}

/**
 * Asks for the newest tokens of every status, if the name of one of these is not settled.
 * @param {(string | null)[]} ids
 * @param {AbortSignal} signal
 */
export async function learnNamesOf(ids, signal) {
  const open = ids.filter((id) => id?.startsWith("tok_") && !settled.has(id));
  if (open.length === 0) return;
  const { body } = await calls.listTokens(session().workspace.id, { status: "all" }, signal);
  open.forEach((id) => id && settled.add(id));
  learnNames(body.data);
}

/** Whether its name is known. @param {string} id */
export const isKnown = (id) => names.has(id);

/** Who did something: a token's name, its id if that is not known, or `operator`. @param {string} id */
export const nameOf = (id) => names.get(id) ?? id;
