// @ts-check
/** What a search finds. */
import { session } from "../server/session.js";

/** More letters and digits in a row than an id has: a token's, of which four may be kept. */
const LONG = /([A-Za-z0-9]{4})[A-Za-z0-9]{23,}/g;

/**
 * What of a query may be kept. Of a token's text, which somebody may paste to find out whose it is, that is its prefix:
 * whatever stands around it, and even if its first letters were missed.
 * @param {string} query
 */
export function withoutSecret(query) {
  // All tokens begin alike: as the shown prefix does without its four letters and the ellipsis.
  const beginning = session().accessToken.prefix.slice(0, -5);
  const whole = new RegExp(`${beginning}\\w{0,4}`, "i").exec(query)?.[0];
  return whole ?? query.replace(LONG, "$1");
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
