// @ts-check
/** The scopes and what each allows. */

/** In the order in which they are shown, with the documentation's sentences. */
const SCOPES = [
  { name: "deploy", allows: "Creates deployments." },
  { name: "read", allows: "Lists projects, deployments and token metadata." },
  { name: "delete", allows: "Archives deployments and deletes projects." },
  { name: "admin", allows: "Everything, members and tokens included." },
];

/**
 * The scopes that the holder of some may give away: nobody gives more than they have.
 * @param {string[]} own
 */
export const givenBy = (own) => SCOPES.filter(({ name }) => own.includes(name) || own.includes("admin"));
