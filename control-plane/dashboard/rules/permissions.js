// @ts-check
/** What the signed-in token may do, so that nothing is offered that the server would refuse. The server decides. */
import { currentSession, isOwnToken } from "../server/session.js";
import { isAlive } from "./status.js";

/** @typedef {import("../server/calls.js").Token} Token */

/** @param {string} scope */
const has = (scope) => {
  const scopes = currentSession()?.accessToken.scopes ?? [];
  return scopes.includes(scope) || scopes.includes("admin");
};

/** Whether lists of tokens and projects may be seen. */
export const mayList = () => has("read");

/** Whether tokens may be managed and the audit log be seen. */
export const mayManage = () => has("admin");

/** Whether it may be edited. @param {Token} token */
export const mayChange = (token) => mayManage() && isAlive(token);

/** A token may revoke itself, whatever else it may do. @param {Token} token */
export const mayRevoke = (token) => mayChange(token) || (isOwnToken(token.id) && isAlive(token));

/** A rotated token is not rotated again: its successor is. @param {Token} token */
export const mayRotate = (token) => mayChange(token) && !token.supersededBy;
