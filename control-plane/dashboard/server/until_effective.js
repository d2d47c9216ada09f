// @ts-check
/** Says that a token works in a moment, and that it does as soon as the whole edge has confirmed it. */
import * as calls from "./calls.js";
import { h } from "../screen/dom.js";
import { currentSession } from "./session.js";
import { isPending } from "../rules/status.js";

/** Wait between two looks, in milliseconds. */
const LOOK_MS = 2_000;

const WAITING = "Part of the edge has not confirmed this yet: the token works everywhere in a moment.";

/**
 * @param {string[]} ids of the tokens that have to be confirmed
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
export function untilEffective(ids, signal) {
  const words = h("p", { role: "status", class: "note waiting" }, h("span", { class: "spinner" }), WAITING);
  watch(ids, signal).then((isEffective) => {
    if (isEffective) words.replaceChildren("The whole edge has confirmed it: the token works everywhere.");
  });
  return words;
}

/** @param {string[]} ids @param {AbortSignal} signal @returns {Promise<boolean>} false if that cannot be known here */
async function watch(ids, signal) {
  while (!signal.aborted && currentSession()) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (await areEffective(ids, signal)) return true;
  }
  return false;
}

/** @param {string[]} ids @param {AbortSignal} signal */
async function areEffective(ids, signal) {
  const workspaceId = currentSession()?.workspace.id;
  if (!workspaceId) return false;
  try {
    const answers = await Promise.all(ids.map((id) => calls.readToken(workspaceId, id, signal)));
    return !answers.some(({ body }) => isPending(body));
  } catch {
    return false;
  }
}
