// @ts-check
/** "Revoke": asks, waits until the whole edge refuses the token, and says since when. */
import { isBusy, submitOnce } from "../screen/busy.js";
import * as calls from "../server/calls.js";
import { changed, lookAgain } from "../server/changed.js";
import { button, dialogButtons, openDialog } from "./dialog.js";
import { h, named } from "../screen/dom.js";
import { lastManagerWarning } from "./last_manager.js";
import { pause } from "../screen/pause.js";
import { alertBox } from "../screen/alert.js";
import { Problem } from "../server/problem.js";
import { currentSession, endSession, ending, isOwnToken, session } from "../server/session.js";
import { spinner } from "../screen/states.js";
import { time } from "../screen/time.js";
import { toast } from "../screen/toasts.js";

/** Waits before a pending revocation is asked for again, in milliseconds; the server waits by itself too. */
const AGAIN_MS = 1_000;
const AGAIN_MS_MAX = 5_000;

const ACTION = "Revoke token";
const LOST = "The token may have been revoked all the same. Trying again does no harm, and shows since when.";
const OWN = "You are signed in with this token: revoking it signs you out.";
const WAITING = "Revoking: waiting until the whole edge refuses it …";
const PENDING = "Revoked, but part of the edge has not confirmed yet. This goes on by itself …";
const UNSEEN = "Revoked. Since when the whole edge refuses it cannot be seen here: you are signed out.";
const SIGNED_OUT =
  "You are signed out: the token was revoked, unless the session was over before. Another token's list shows which.";

/** @typedef {import("../server/calls.js").Token} Token */
/** @typedef {{effectiveAt: string | null, unseen?: string}} Outcome what is known of a revocation */

/** @param {Token} token */
export function openRevoke(token) {
  const isOwn = isOwnToken(token.id);
  const workspaceId = session().workspace.id;
  const alert = alertBox();
  const progress = h("div", { role: "status", class: "progress" });
  const watch = new AbortController();
  const last = lastManagerWarning(workspaceId, token, watch.signal);
  const revoke = button(ACTION, null, { class: "button danger" });
  const cancel = button("Cancel", () => dialog.close(), { autofocus: true });
  const form = h(
    "form",
    { onsubmit: submitOnce(revoke, run) },
    h("div", {}, facts(token)),
    isOwn && h("p", { class: "note warning" }, OWN),
    last,
    progress,
    alert.element,
    dialogButtons(cancel, revoke),
  );
  const title = ["Revoke “", named(token.name), "”?"];
  const dialog = openDialog({ title, content: form, dismiss: () => dialog.close(), mayClose, closed });
  const isOpen = () => dialog.element.isConnected;
  let isLost = false;

  function closed() {
    watch.abort();
  }

  /** One's own revocation signs out, and is told all the same; others are no business of whoever comes next. */
  function mayClose() {
    return !isOwn || !(isBusy(revoke) || revoke.hidden);
  }

  async function run() {
    alert.clear();
    say(WAITING);
    cancel.textContent = "Close";
    try {
      const outcome = await (isOwn ? revokeOwn() : revokeOther());
      if (isOwn) endSession("revoked");
      changed();
      finish(outcome.effectiveAt || isOwn ? outcome : await confirmed());
    } catch (failure) {
      whenFailed(failure);
    }
  }

  /** @returns {Promise<Outcome>} */
  const revokeOther = async () => (await calls.revokeToken(workspaceId, token.id)).body;

  /** Asks again while somebody looks. Whatever fails on the way, it is revoked. @returns {Promise<Outcome>} */
  async function confirmed() {
    say(PENDING);
    for (let wait = AGAIN_MS; isOpen(); wait = Math.min(2 * wait, AGAIN_MS_MAX)) {
      await pause(wait);
      const outcome = await revokeOther().catch(() => null);
      if (outcome?.effectiveAt) return outcome;
    }
    return { effectiveAt: null };
  }

  /** @param {Outcome} outcome */
  function finish({ effectiveAt, unseen = UNSEEN }) {
    const words = effectiveAt ? ["Refused everywhere since ", time(effectiveAt, "clock")] : [unseen];
    if (!isOpen()) return effectiveAt && tell(": ", words);
    progress.replaceChildren(h("p", { class: effectiveAt ? "done" : "note" }, words));
    if (unseen !== SIGNED_OUT) dialog.rename(["“", named(token.name), "” is revoked"]);
    last.remove();
    revoke.hidden = true;
    cancel.textContent = "Done";
    cancel.focus();
    changed();
  }

  /** @param {unknown} failure */
  function whenFailed(failure) {
    if (!isOpen()) return tell(" may or may not be revoked: ", String(/** @type {any} */ (failure).message));
    progress.replaceChildren();
    isLost = failure instanceof Problem && failure.after(isLost).isLost;
    cancel.textContent = isLost ? "Close" : "Cancel";
    revoke.textContent = isLost ? "Try again" : ACTION;
    alert.say(failure);
    if (isLost) alert.element.prepend(h("p", { class: "alert" }, LOST));
    if (isLost) changed();
    else lookAgain(failure);
  }

  /** Tells in the corner what came of it, but nobody of another workspace. @param {...any} words */
  function tell(...words) {
    if (currentSession()?.workspace.id === workspaceId) toast([named(token.name), words]);
  }

  /** @param {string} words */
  const say = (words) => progress.replaceChildren(h("p", { class: "note" }, spinner(), words));
}

/**
 * A browser may repeat a request whose answer was lost, and tell nobody: then the token itself has ended the session.
 * @returns {Promise<Outcome>}
 */
async function revokeOwn() {
  try {
    return (await ending("revoked", calls.revokeOwnToken)).body;
  } catch (failure) {
    if (failure instanceof Problem && failure.status === 401) return { effectiveAt: null, unseen: SIGNED_OUT };
    throw failure;
  }
}

/** @param {Token} token */
const facts = ({ prefix, lastUsedAt }) => [
  h("p", {}, h("code", {}, prefix), " · ", ...(lastUsedAt ? ["Last used ", time(lastUsedAt)] : ["Never used"])),
  h("p", { class: "quiet" }, "Whatever uses it is refused at once. This cannot be undone."),
];
