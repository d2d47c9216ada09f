// @ts-check
/** Every call that the dashboard makes, each with its path. */
import { SESSION, request, requestUntilAnswered } from "./api.js";

/**
 * @typedef {{id: string, name: string, prefix: string, scopes: string[], projectId: string | null, createdAt: string,
 *   createdBy: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null,
 *   status: "active" | "pending" | "expired" | "revoked", supersededBy: string | null,
 *   graceEndsAt: string | null}} Token
 * @typedef {{id: string, name: string, plan: "free" | "pro" | "team", tokenLimit: number | null,
 *   tokensUsed: number}} Workspace
 * @typedef {{csrfToken: string, expiresAt: string, apiUrl: string, workspace: Workspace, accessToken: Token}} Session
 * @typedef {{id: string, name: string, createdAt: string}} Project
 * @typedef {{number: number, at: string, actor: string, action: string, tokenId: string | null,
 *   projectId: string | null, address: string | null, userAgent: string | null, requestId: string | null,
 *   before: Record<string, any> | null, after: Record<string, any> | null}} AuditEvent
 * @typedef {{id: string, status: "revoked" | "pending", revokedAt: string, effectiveAt: string | null}} Receipt
 */

/** Entries that one answer holds at most. */
const PAGE_MAX = 200;

/** The path of a workspace's things. @param {string} workspaceId @param {...string} parts */
const within = (workspaceId, ...parts) => ["", "workspaces", workspaceId, ...parts].map(encodeURIComponent).join("/");

/** @param {string} path @param {Record<string, any>} parameters those without a value are left out */
function withQuery(path, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value);
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

export const readSession = () => request("GET", SESSION);

/** @param {string} token */
export const openSession = (token) => request("POST", SESSION, { body: { token } });

export const closeSession = () => request("DELETE", SESSION);

/** @param {AbortSignal} signal */
export const readOwnToken = (signal) => request("GET", "/access-token", { signal });

export const revokeOwnToken = () => requestUntilAnswered("DELETE", "/access-token");

/** @param {string} workspaceId @param {object} filter status, projectId, cursor @param {AbortSignal} [signal] */
export const listTokens = (workspaceId, filter, signal) =>
  request("GET", withQuery(within(workspaceId, "access-tokens"), { limit: PAGE_MAX, ...filter }), { signal });

/** @param {string} workspaceId @param {string} id @param {AbortSignal} [signal] */
export const readToken = (workspaceId, id, signal) =>
  request("GET", within(workspaceId, "access-tokens", id), { signal });

/** @param {string} workspaceId @param {object} body @param {string} key */
export const createToken = (workspaceId, body, key) =>
  requestUntilAnswered("POST", within(workspaceId, "access-tokens"), { body, key });

/** @param {string} workspaceId @param {string} id @param {object} body @param {string} key */
export const rotateToken = (workspaceId, id, body, key) =>
  requestUntilAnswered("POST", within(workspaceId, "access-tokens", id, "rotate"), { body, key });

/** @param {string} workspaceId @param {string} id @param {object} body @param {string} etag of what is changed */
export const changeToken = (workspaceId, id, body, etag) =>
  requestUntilAnswered("PATCH", within(workspaceId, "access-tokens", id), { body, etag });

/** @param {string} workspaceId @param {string} id */
export const revokeToken = (workspaceId, id) =>
  requestUntilAnswered("DELETE", within(workspaceId, "access-tokens", id));

/** @param {string} workspaceId @param {object} filter cursor @param {AbortSignal} [signal] */
export const listProjects = (workspaceId, filter, signal) =>
  request("GET", withQuery(within(workspaceId, "projects"), { limit: PAGE_MAX, ...filter }), { signal });

/** @param {string} workspaceId @param {object} filter tokenId, cursor, limit @param {AbortSignal} signal */
export const listAuditEvents = (workspaceId, filter, signal) =>
  request("GET", withQuery(within(workspaceId, "audit-events"), filter), { signal });
