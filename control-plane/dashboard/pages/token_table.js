// @ts-check
/** The table of tokens. */
import { expiryMark, lastUse, projectMark, scopeBadges, statusBadge } from "../screen/badges.js";
import { h, named } from "../screen/dom.js";
import { nameOf } from "../server/names.js";
import { tokenHref } from "../screen/router.js";
import { isOwnToken } from "../server/session.js";
import { table } from "../screen/table.js";
import { time } from "../screen/time.js";
import { tokenActions } from "./token_actions.js";

/** @typedef {import("../server/calls.js").Token} Token */

/** @type {import("../screen/table.js").Column<Token>[]} */
const COLUMNS = [
  { title: "Name", name: "name", cell: nameCell },
  { title: "Scopes", name: "scopes", cell: ({ scopes }) => scopeBadges(scopes) },
  { title: "Project", name: "project", cell: ({ projectId }) => projectMark(projectId) },
  { title: "Created", name: "created", cell: createdCell },
  { title: "Last used", name: "used", cell: ({ lastUsedAt }) => lastUse(lastUsedAt) },
  { title: "Expires", name: "expires", cell: expiryMark },
  { title: "Status", name: "status", cell: statusBadge },
  { title: "Actions", name: "actions", isUnseen: true, cell: (token) => tokenActions(token) },
];

/** @param {Token} token */
function nameCell({ id, name, prefix }) {
  const link = h("a", { href: tokenHref(id), class: "token-name" }, named(name));
  return [link, isOwnToken(id) && h("span", { class: "own" }, "signed in"), h("code", { class: "sub" }, prefix)];
}

/** @param {Token} token */
function createdCell({ createdAt, createdBy }) {
  return [time(createdAt), h("span", { class: "sub", title: createdBy }, "by ", named(nameOf(createdBy)))];
}

/** @param {Token[]} rows */
export const tokenTable = (rows) => table({ label: "Tokens", columns: COLUMNS, rows, key: ({ id }) => id });
