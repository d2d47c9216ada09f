// @ts-check
/** Says that a token works in a moment, and what came of it as soon as the whole edge has confirmed it. */
import * as calls from "../server/calls.js";
import { h } from "../screen/dom.js";
import { pause } from "../screen/pause.js";
import { spinner } from "../screen/states.js";
import { Problem } from "../server/problem.js";
import { currentSession } from "../server/session.js";
import { isPending } from "../rules/status.js";

/** @typedef {import("../server/calls.js").Token} Token */

/** Wait between two looks, in milliseconds. */
const LOOK_MS = 2_000;

/** Statuses of answers to somebody who may not see these tokens. */
const HIDDEN = [401, 403, 404];

const WAITING = "Part of the edge has not confirmed this yet: the token works everywhere in a moment.";
const WORKS = "The whole edge has confirmed it: the token works everywhere.";
const DEAD = "The token does not work: it has expired, or was revoked meanwhile.";
const OLD_REFUSED = " The old token is refused everywhere.";
const UNSEEN =
  "Part of the edge had not confirmed this yet. That takes no more than a moment, but cannot be seen here: " +
  "you are no longer signed in as before.";

/**
 * @param {string[]} ids of the token, and of the one that it replaces
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
export function untilEffective(ids, signal) {
  const words = h("p", { role: "status", class: "note" }, spinner(), WAITING);
  confirmed(ids, signal).then((tokens) => words.replaceChildren(tokens ? verdict(tokens) : UNSEEN));
  return words;
}

/** @param {Token[]} tokens */
const verdict = ([token, old]) =>
  (token.status === "active" ? WORKS : DEAD) + (old?.status === "revoked" ? OLD_REFUSED : "");

/** @param {string[]} ids @param {AbortSignal} signal @returns {Promise<Token[] | null>} null if that cannot be seen */
async function confirmed(ids, signal) {
  const workspaceId = currentSession()?.workspace.id;
  while (workspaceId && !signal.aborted) {
    await pause(LOOK_MS);
    if (currentSession()?.workspace.id !== workspaceId) return null;
    try {
      const answers = await Promise.all(ids.map((id) => calls.readToken(workspaceId, id, signal)));
      const tokens = answers.map(({ body }) => body);
      if (!tokens.some(isPending)) return tokens;
    } catch (failure) {
      if (failure instanceof Problem && HIDDEN.includes(failure.status)) return null;
    }
  }
  return null;
}
