// @ts-check
/** What a search finds. */
import { session } from "../server/session.js";

/**
 * What of a query may be kept. Of a token's text, which somebody may paste to find out whose it is, that is its prefix:
 * whatever stands around it, and even if its first letter was missed.
 * @param {string} query
 */
export function withoutSecret(query) {
  const [, kind] = session().accessToken.prefix.split("_");
  return new RegExp(`(?:sk|\\bk?)_${kind}_\\w{0,4}`, "i").exec(query)?.[0] ?? query;
}

/**
 * Whether a token is found by its name, prefix or id.
 * @param {string} query
 * @returns {(token: import("../server/calls.js").Token) => boolean}
 */
export function finds(query) {
  const needle = query.trim().toLocaleLowerCase();
  return ({ name, prefix, id }) => [name, prefix, id].some((field) => field.toLocaleLowerCase().includes(needle));
}
