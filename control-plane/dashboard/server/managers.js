// @ts-check
/** Who manages a workspace's tokens: admin tokens that cover all of it. */
import * as calls from "./calls.js";
import { isAlive } from "../rules/status.js";

/** @typedef {import("./calls.js").Token} Token */

/** A token that was replaced stops by itself: its successor counts. @param {Token} token */
const isManager = (token) =>
  isAlive(token) && token.scopes.includes("admin") && token.projectId === null && !token.supersededBy;

/**
 * Whether nobody else could manage the workspace's tokens.
 * @param {string} workspaceId
 * @param {Token} token
 * @param {AbortSignal} [signal]
 */
export async function isLastManager(workspaceId, token, signal) {
  if (!isManager(token)) return false;
  let cursor = null;
  do {
    const { body } = await calls.listTokens(workspaceId, { status: "active", cursor }, signal);
    if (body.data.some((/** @type {Token} */ other) => isManager(other) && other.id !== token.id)) return false;
    cursor = body.nextCursor;
  } while (cursor);
  return true;
}
