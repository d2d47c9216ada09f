// @ts-check
/** What a search finds. */

/** Whole tokens, which somebody may paste to find out whose they are. */
const WHOLE_TOKEN = /^\w+_[0-9A-Za-z]{32}$/;

/** Characters of a token's text that are never shown. */
const HIDDEN_LEN = 28;

/** Whether this is a secret, which must not get into the address. @param {string} query */
export const isSecret = (query) => WHOLE_TOKEN.test(query.trim());

/**
 * Whether a token is found by its name, prefix or id.
 * @param {string} query
 * @returns {(token: import("../server/calls.js").Token) => boolean}
 */
export function finds(query) {
  const text = query.trim();
  const needle = (isSecret(text) ? text.slice(0, -HIDDEN_LEN) : text).toLocaleLowerCase();
  return ({ name, prefix, id }) => [name, prefix, id].some((field) => field.toLocaleLowerCase().includes(needle));
}
