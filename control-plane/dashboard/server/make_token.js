// @ts-check
/**
 * Makes tokens, so that a lost answer costs none: a request is repeated under its own key, and makes nothing twice. What
 * was made then is not shown again, so it is rotated at once: that text is shown instead.
 */
import * as calls from "./calls.js";
import { Problem } from "./problem.js";
import { session } from "./session.js";

/**
 * @typedef {{status: number, body: import("./calls.js").Token & {token: string, replayed?: boolean},
 *   workspaceId: string, apiUrl: string}} Made `workspaceId` is whose it is, `apiUrl` where it works
 */

/**
 * For the workspace that one is signed in to now.
 * @param {(workspaceId: string, body: object, key: string) => Promise<import("./api.js").Answer>} send creates or
 *   rotates under a key
 * @returns {(body: object) => Promise<Made>} to be called again after a failure, as often as one likes
 */
export function maker(send) {
  const { workspace, apiUrl } = session();
  const keyOf = keys();
  return async (body) => {
    let answer = await send(workspace.id, body, keyOf(JSON.stringify(body)));
    while (answer.body.replayed) {
      const { id } = answer.body;
      answer = await calls.rotateToken(workspace.id, id, {}, keyOf(id)).catch(whenMade);
    }
    return { ...answer, workspaceId: workspace.id, apiUrl };
  };
}

/** Whatever hinders the rotation, the first token is made, and nobody has its text. @param {unknown} failure @returns {never} */
function whenMade(failure) {
  if (failure instanceof Problem) failure.isLost = true;
  throw failure;
}

/** A key for each thing that is asked for, the same when it is asked for again. */
function keys() {
  /** @type {Map<string, string>} */
  const drawn = new Map();
  return (/** @type {string} */ what) => {
    const key = drawn.get(what) ?? crypto.randomUUID();
    drawn.set(what, key);
    return key;
  };
}
