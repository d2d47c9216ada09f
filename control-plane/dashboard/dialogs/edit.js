// @ts-check
/** "Edit": another name, other scopes. */
import { ChangedMeanwhile, changeToken } from "../server/change_token.js";
import { changed } from "../server/changed.js";
import { openForm } from "./form.js";
import { h, named } from "../screen/dom.js";
import { lastManagerWarning } from "./last_manager.js";
import { isOwnToken, session } from "../server/session.js";
import { nameField, scopesField } from "./token_fields.js";
import { toast } from "../screen/toasts.js";

const OWN = "This is the token that you are signed in with: without admin you can no longer manage tokens.";
const LOST = "The change may have been made all the same.";

/** @param {import("../server/calls.js").Token} token */
export function openEdit(token) {
  const [name, scopes] = [nameField(token.name), scopesField(token.scopes)];
  const workspaceId = session().workspace.id;
  let seen = token;
  openForm({
    title: ["Edit “", named(token.name), "”"],
    intro: [
      h("p", {}, h("code", {}, token.prefix), " · Its project and its expiry stay as they are."),
      isOwnToken(token.id) && [h("p", { class: "note warning" }, OWN), lastManagerWarning(workspaceId, token)],
    ],
    fields: [name, scopes],
    action: "Save changes",
    read: () => changes(seen, name.value(), scopes.value()),
    send: (request) => changeToken(workspaceId, seen, request).catch(whenFailed),
    lost: () => `${LOST} Trying again does no harm.`,
    abandoned: () => {
      toast(["“", named(token.name), "”: ", LOST]);
      changed();
    },
    done: ({ status, body }) => {
      toast([
        named(body.name),
        status === 202 ? " is changed; part of the edge has not confirmed that yet." : " is changed, everywhere.",
      ]);
      changed();
    },
  });

  /** What it has become is shown, so that the change is made of that. @param {unknown} failure @returns {never} */
  function whenFailed(failure) {
    if (failure instanceof ChangedMeanwhile) {
      seen = failure.now;
      name.set(seen.name);
      scopes.set(seen.scopes);
    }
    throw failure;
  }
}

/**
 * Only what differs is sent; null if nothing does.
 * @param {import("../server/calls.js").Token} token
 * @param {string} name
 * @param {string[]} scopes
 */
function changes(token, name, scopes) {
  const isRenamed = name.trim() !== token.name;
  const isRescoped = scopes.join() !== token.scopes.join();
  return isRenamed || isRescoped ? { ...(isRenamed && { name }), ...(isRescoped && { scopes }) } : null;
}
