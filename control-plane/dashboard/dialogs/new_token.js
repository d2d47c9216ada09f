// @ts-check
/** "New Token": what it is called, what it may do, where, and for how long. */
import * as calls from "../server/calls.js";
import { button, dialogButtons, openDialog } from "./dialog.js";
import { openForm } from "./form.js";
import { openSecret } from "./secret.js";
import { h, named } from "../screen/dom.js";
import { Problem } from "../server/problem.js";
import { maker } from "../server/make_token.js";
import { changed } from "../server/changed.js";
import { projectsForMenu } from "../server/projects.js";
import { session } from "../server/session.js";
import { expiryField, nameField, projectField, scopesField } from "./token_fields.js";
import { toast } from "../screen/toasts.js";
import { isFull, planName } from "../rules/usage.js";

const TITLE = "New Token";

const ORPHANED = "It may have been made without anybody having its text. If it is in the list, revoke it.";

const LOST = "The token may have been made all the same. Trying again sends the same request, and makes nothing twice.";

/**
 * Opens the form; or says that the plan is full, before anybody has filled it in.
 * @param {AbortSignal} signal once it is aborted, no form opens
 */
export async function openNewToken(signal) {
  if (isFull()) return openFull();
  const intro = await projectsForMenu(signal).catch(withoutProjects);
  if (!signal.aborted) openFields(intro);
}

/** @param {Error} failure */
const withoutProjects = ({ message }) =>
  h("p", { role: "alert", class: "alert" }, `The projects could not be fetched, and none can be chosen: ${message}`);

function openFull() {
  const { plan, tokenLimit } = session().workspace;
  const dialog = openDialog({
    title: TITLE,
    dismiss: () => dialog.close(),
    content: [
      h(
        "p",
        { class: "alert" },
        `This workspace uses all ${tokenLimit} tokens of the ${planName(plan)} plan. Revoke one, or change the plan.`,
      ),
      dialogButtons(button("Close", () => dialog.close(), { autofocus: true })),
    ],
  });
}

/** @param {any} intro */
function openFields(intro) {
  const [name, scopes, project, expiry] = [nameField(), scopesField(), projectField(), expiryField()];
  const make = maker(calls.createToken);
  const read = () => {
    const request = {
      name: name.value(),
      scopes: scopes.value(),
      projectId: project.value() || null,
      expiresAt: expiry.value(),
    };
    const errors = missing(request, expiry.missing());
    if (errors.length > 0) throw new Problem({ status: 422, errors });
    return request;
  };

  openForm({
    title: TITLE,
    intro,
    fields: [name, scopes, project, expiry],
    action: "Create token",
    read,
    send: make,
    lost: ({ status }) => (status === 401 ? ORPHANED : LOST),
    done: (made) => {
      openSecret(made);
      changed();
    },
    abandoned: () => {
      toast(["“", named(name.value()), "”: ", ORPHANED]);
      changed();
    },
  });
}

/**
 * What the server would refuse at once.
 * @param {{name: string, scopes: string[]}} request
 * @param {string} ofExpiry what is wrong with the expiry
 */
function missing({ name, scopes }, ofExpiry) {
  const errors = [];
  if (!name.trim()) errors.push({ pointer: "/name", detail: "a token needs a name" });
  if (scopes.length === 0) errors.push({ pointer: "/scopes", detail: "choose at least one scope" });
  if (ofExpiry) errors.push({ pointer: "/expiresAt", detail: ofExpiry });
  return errors;
}
