// @ts-check
/** What can be done to a token: the buttons of a row and of a token's page. */
import { openEdit } from "../dialogs/edit.js";
import { openRevoke } from "../dialogs/revoke.js";
import { openRotate } from "../dialogs/rotate.js";
import { h } from "../screen/dom.js";
import { icon } from "../screen/icons.js";
import { mayChange, mayRevoke, mayRotate } from "../rules/permissions.js";

/** @typedef {import("../server/calls.js").Token} Token */

/**
 * @type {{verb: string, icon: "rotate" | "pencil" | "trash", may: (token: Token) => boolean, open: (token: Token) =>
 *   void}[]}
 */
const ACTIONS = [
  { verb: "Rotate", icon: "rotate", may: mayRotate, open: openRotate },
  { verb: "Edit", icon: "pencil", may: mayChange, open: openEdit },
  { verb: "Revoke", icon: "trash", may: mayRevoke, open: openRevoke },
];

/**
 * Only what can work is offered.
 * @param {Token} token
 * @param {{inWords?: boolean}} [options] with the verb beside the drawing
 */
export const tokenActions = (token, { inWords = false } = {}) =>
  h(
    "div",
    { class: inWords ? "buttons" : "row-actions" },
    ACTIONS.filter(({ may }) => may(token)).map((action) =>
      h(
        "button",
        {
          type: "button",
          class: `${inWords ? "button" : "icon-button"} action-${action.verb.toLowerCase()}`,
          "data-key": action.verb,
          "aria-label": `${action.verb} ${token.name}`,
          title: inWords ? null : action.verb,
          onclick: () => action.open(token),
        },
        icon(action.icon),
        inWords && action.verb,
      ),
    ),
  );
