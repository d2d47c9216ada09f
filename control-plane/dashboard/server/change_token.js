// @ts-check
/**
 * Changes a token as somebody has seen it: what another one has changed meanwhile is not overwritten. The server decides,
 * by the name that it gives each state.
 */
import * as calls from "./calls.js";
import { Problem } from "./problem.js";
import { isPending } from "../rules/status.js";

/** @typedef {import("./calls.js").Token} Token */
/** @typedef {{name?: string, scopes?: string[]}} Change */

/** The token is another one than was seen. */
export class ChangedMeanwhile extends Problem {
  /** @param {Token} now */
  constructor(now) {
    const is = `“${now.name}”, with ${now.scopes.join(", ")}`;
    super({
      status: 412,
      type: "precondition-failed",
      detail: `This token was changed meanwhile, and nothing of yours was saved. It is now ${is}, as shown above.`,
    });
    /** What it is now. */
    this.now = now;
  }
}

/**
 * @param {string} workspaceId
 * @param {Token} seen
 * @param {Change} change
 * @returns {Promise<{status: number, body: Token}>}
 */
export async function changeToken(workspaceId, seen, change) {
  const { body: now, etag } = await calls.readToken(workspaceId, seen.id).catch(whenNotSent);
  // As after an answer that was lost.
  if (isDone(now, change)) return { status: isPending(now) ? 202 : 200, body: now };
  if (!isDone(now, { name: seen.name, scopes: seen.scopes })) throw new ChangedMeanwhile(now);
  try {
    return await calls.changeToken(workspaceId, seen.id, change, etag);
  } catch (failure) {
    if (failure instanceof Problem && failure.slug === "precondition-failed")
      return changeToken(workspaceId, seen, change);
    throw failure;
  }
}

/** Whether a token is already what a change would make of it. @param {Token} token @param {Change} change */
const isDone = (token, { name = token.name, scopes = token.scopes }) =>
  token.name === name.trim() && token.scopes.join() === scopes.join();

/** Nothing can have come of what was not sent. @param {unknown} failure @returns {never} */
function whenNotSent(failure) {
  if (failure instanceof Problem) failure.isLost = false;
  throw failure;
}
