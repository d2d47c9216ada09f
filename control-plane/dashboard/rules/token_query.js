// @ts-check
/** What of the list of tokens is asked for, as the address has it. */
import { tokensHref } from "../screen/router.js";
import { withoutSecret } from "./search.js";

/** @typedef {{status: string, project: string, q: string, page: number}} Query an empty project means all of them */

/** The statuses that can be asked for. @type {[string, string][]} */
export const STATUSES = [
  ["active", "Active"],
  ["expired", "Expired"],
  ["revoked", "Revoked"],
  ["all", "All"],
];

/** What is shown when nothing is asked for. @type {Query} */
export const EVERYTHING = { status: STATUSES[0][0], project: "", q: "", page: 1 };

/** Whether nothing narrows the list. @param {Query} query */
export const isUsual = ({ status, project, q }) => status === EVERYTHING.status && !project && !q;

/** @param {URLSearchParams} query of an address, which anybody may have typed @returns {Query} */
export function readQuery(query) {
  const get = (/** @type {string} */ name) => query.get(name) ?? "";
  const status = STATUSES.find(([value]) => value === get("status"))?.[0] ?? EVERYTHING.status;
  const page = Math.max(1, Number.parseInt(get("page")) || 1);
  return { status, project: get("project"), q: withoutSecret(get("q")), page };
}

/** The address. What is usual is left out. @param {Query} query */
export function hrefOf({ status, project, q, page }) {
  const isOther = status !== EVERYTHING.status;
  return tokensHref({ status: isOther ? status : "", project, q, page: page > 1 ? page : "" });
}
