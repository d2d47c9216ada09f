// @ts-check
/** "Revoke": asks, waits until the whole edge refuses the token, and says since when. */
import { isBusy, submitOnce } from "../screen/busy.js";
import * as calls from "../server/calls.js";
import { changed } from "../server/changed.js";
import { button, dialogButtons, openDialog } from "./dialog.js";
import { h, named } from "../screen/dom.js";
import { alertBox } from "../server/problem.js";
import { endSession, ending, isOwnToken, session } from "../server/session.js";
import { time } from "../screen/time.js";
import { toast } from "../screen/toasts.js";

/** Wait before a pending revocation is asked for again, in milliseconds; the server waits by itself too. */
const AGAIN_MS = 1_000;

const WAITING = "Revoking: waiting until the whole edge refuses it …";
const PENDING = "Revoked, but part of the edge has not confirmed yet. This goes on by itself …";
const UNSEEN =
  "Revoked, but part of the edge has not confirmed yet. It will by itself; you are signed out, and cannot see when.";

/** @typedef {import("../server/calls.js").Token} Token */

/** @param {Token} token */
export function openRevoke(token) {
  const isOwn = isOwnToken(token.id);
  const workspaceId = session().workspace.id;
  const alert = alertBox();
  const progress = h("div", { role: "status", class: "progress" });
  const revoke = button("Revoke token", null, { class: "button danger" });
  const cancel = button("Cancel", dismiss, { autofocus: true });
  const question = h(
    "div",
    {},
    facts(token),
    isOwn && h("p", { class: "note warning" }, "You are signed in with this token: revoking it signs you out."),
  );
  const form = h(
    "form",
    { onsubmit: submitOnce(revoke, run) },
    question,
    progress,
    alert.element,
    dialogButtons(cancel, revoke),
  );
  const dialog = openDialog({
    title: ["Revoke “", named(token.name), "”?"],
    content: form,
    dismiss,
    mayClose: () => !isBusy(revoke) && !isDone(),
    closed: () => isOwn && isRevoked && endSession("revoked"),
  });
  let isRevoked = false;
  const isOpen = () => dialog.element.isConnected;
  const isDone = () => revoke.hidden;

  function dismiss() {
    dialog.close();
  }

  async function run() {
    alert.clear();
    say(WAITING);
    cancel.textContent = "Close";
    try {
      finish(await untilEffective());
    } catch (failure) {
      whenFailed(failure);
    }
  }

  /** Repeats the call while it is pending and somebody looks. @returns {Promise<import("../server/calls.js").Receipt>} */
  async function untilEffective() {
    for (;;) {
      const { body } = await (isOwn
        ? ending("revoked", calls.revokeOwnToken)
        : calls.revokeToken(workspaceId, token.id));
      if (!isRevoked) changedUnlessOwn();
      isRevoked = true;
      if (body.effectiveAt || isOwn || !isOpen()) return body;
      say(PENDING);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  /** One's own session is over with the token: what follows it waits until the dialog is closed. */
  function changedUnlessOwn() {
    if (!isOwn) changed();
  }

  /** @param {import("../server/calls.js").Receipt} receipt */
  function finish({ effectiveAt }) {
    const words = effectiveAt ? ["Refused everywhere since ", time(effectiveAt, "clock")] : [isOwn ? UNSEEN : PENDING];
    if (!isOpen()) return toast([named(token.name), ": ", words]);
    progress.replaceChildren(h("p", { class: effectiveAt ? "done" : "note" }, words));
    revoke.hidden = true;
    cancel.textContent = "Done";
    cancel.focus();
    if (!isOwn) changed();
  }

  /** @param {unknown} failure */
  function whenFailed(failure) {
    if (!isOpen())
      return toast([named(token.name), " may not be revoked: ", String(/** @type {any} */ (failure).message)]);
    progress.replaceChildren();
    cancel.textContent = isRevoked ? "Close" : "Cancel";
    alert.say(failure);
    if (isRevoked) changed();
  }

  /** @param {string} words */
  const say = (words) =>
    progress.replaceChildren(h("p", { class: "note waiting" }, h("span", { class: "spinner" }), words));
}

/** @param {Token} token */
const facts = ({ prefix, lastUsedAt }) => [
  h("p", {}, h("code", {}, prefix), " · ", ...(lastUsedAt ? ["Last used ", time(lastUsedAt)] : ["Never used"])),
  h("p", { class: "quiet" }, "Whatever uses it is refused at once. This cannot be undone."),
];
