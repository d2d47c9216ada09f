// @ts-check
/** Where a token stands, in words. */

/** @typedef {import("../server/calls.js").Token} Token */

/** An expiry that is nearer than this stands out. */
const SOON_MS = 7 * 24 * 60 * 60 * 1_000;

/** What each status is called. */
const WORDS = { active: "Active", pending: "Pending", expired: "Expired", revoked: "Revoked" };

/** Whether the edge has yet to confirm something about it. @param {Token} token */
export const isPending = (token) => token.status === "pending";

/** Whether it works, or is about to. @param {Token} token */
export const isAlive = (token) => token.status === "active" || (isPending(token) && !token.revokedAt);

/** Whether it works beside the one that replaced it. @param {Token} token */
export const isInGrace = (token) => isAlive(token) && token.supersededBy !== null;

/**
 * The status, and what there is to say about it.
 * @param {Token} token
 * @returns {{word: string, tone: string, note: string}} the tone is a class of table.css
 */
export const statusOf = (token) => ({ word: WORDS[token.status], tone: token.status, note: note(token) });

/** @param {Token} token */
function note(token) {
  if (isPending(token) && token.revokedAt) return "being revoked";
  if (token.supersededBy) return "replaced";
  return isPending(token) ? "until the whole edge knows" : "";
}

/** When it ends by itself, in milliseconds since 1970. @param {Token} token */
export function endOf({ expiresAt, graceEndsAt }) {
  const end = graceEndsAt ?? expiresAt;
  return end ? Date.parse(end) : Infinity;
}

/** When the next of these ends that has not ended yet, in milliseconds since 1970. @param {Token[]} tokens */
export const nextEnd = (tokens) => Math.min(...tokens.map(endOf).filter((end) => end > Date.now()));

/** How near its expiry is. @param {Token} token @returns {"never" | "past" | "soon" | "later"} */
export function expiryOf({ expiresAt }) {
  if (!expiresAt) return "never";
  const left = Date.parse(expiresAt) - Date.now();
  if (left <= 0) return "past";
  return left <= SOON_MS ? "soon" : "later";
}
