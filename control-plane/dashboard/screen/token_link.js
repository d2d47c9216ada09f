// @ts-check
/** Tokens by their names, where only their ids are known. */
import { h, named } from "./dom.js";
import { tokenHref } from "./router.js";
import { nameOf } from "../server/names.js";

/** Its name, as a link to its page. @param {string} id */
export const tokenLink = (id) =>
  id.startsWith("tok_") ? h("a", { href: tokenHref(id), title: id }, named(nameOf(id))) : id;
