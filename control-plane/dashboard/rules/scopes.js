// @ts-check
/** The scopes and what each allows. */

/** In the order in which they are shown, with the documentation's sentences. Who opens a form is an admin, and may give all. */
export const SCOPES = [
  { name: "deploy", allows: "Creates deployments." },
  { name: "read", allows: "Lists projects, deployments and token metadata." },
  { name: "delete", allows: "Archives deployments and deletes projects." },
  { name: "admin", allows: "Everything, members and tokens included." },
];
