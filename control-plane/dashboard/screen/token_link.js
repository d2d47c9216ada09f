// @ts-check
/** Tokens by their names, where only their ids are known. */
import { h, named } from "./dom.js";
import { tokenHref } from "./router.js";
import { isKnown, nameOf } from "../server/names.js";
import { session } from "../server/session.js";

/** Its name, as a link to its page if there is one. @param {string} id */
export const tokenLink = (id) =>
  isToken(id) && maySee(id) ? h("a", { href: tokenHref(id), title: id }, named(nameOf(id))) : id;

/** Or else the operator. @param {string} id */
const isToken = (id) => id.startsWith("tok_");

/** A project's token sees its project's only, and knows the names of those. @param {string} id */
const maySee = (id) => session().accessToken.projectId === null || isKnown(id);
