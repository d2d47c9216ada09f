// @ts-check
/** "Rotate": another token takes its place, now or after a grace. */
import * as calls from "../server/calls.js";
import { changed } from "../server/changed.js";
import { openForm } from "./form.js";
import { openSecret } from "./secret.js";
import { h, named } from "../screen/dom.js";
import { choiceField } from "../screen/fields.js";
import { maker } from "../server/make_token.js";
import { endOf } from "../rules/status.js";
import { endSession, ending, isOwnToken } from "../server/session.js";
import { time } from "../screen/time.js";
import { toast } from "../screen/toasts.js";

/** For how long the old token still works, in seconds. */
const GRACES = [
  { value: "0", label: "At once" },
  { value: "3600", label: "After 1 hour" },
  { value: "86400", label: "After 1 day" },
  { value: "604800", label: "After 7 days" },
];

const LOST =
  "The token may have been replaced all the same. Trying again sends the same request, and replaces nothing twice.";

const LOST_OWN =
  "You are signed out, so the token was most likely replaced, and the new text was lost on the way. " +
  "Sign in with another admin token and rotate the new one.";

const ORPHANED = "It may have been replaced without anybody having the new text. If so, rotate the new one.";

/** @typedef {import("../server/calls.js").Token} Token */

/** @param {Token} token */
export function openRotate(token) {
  const isOwn = isOwnToken(token.id);
  const grace = choiceField({
    label: "The old token stops working",
    pointer: "/graceSeconds",
    type: "radio",
    options: GRACES,
    columns: true,
    chosen: [GRACES[0].value],
    hint: `“At once” stops whatever still uses it.${token.expiresAt ? " It never works longer than it would have." : ""}`,
  });
  const endsSession = () => isOwn && grace.value()[0] === GRACES[0].value;
  const rotate = maker((workspaceId, body, key) => calls.rotateToken(workspaceId, token.id, body, key));
  openForm({
    title: ["Rotate “", named(token.name), "”"],
    intro: intro(token),
    fields: [grace],
    action: "Rotate token",
    read: () => ({ graceSeconds: Number(grace.value()[0]) }),
    send: (request) => (endsSession() ? ending("rotated", () => rotate(request)) : rotate(request)),
    done: (made) => showSuccessor(token, made, Number(grace.value()[0]), endsSession()),
    lost: ({ status }) => (status !== 401 ? LOST : endsSession() ? LOST_OWN : ORPHANED),
    abandoned: () => {
      toast(["“", named(token.name), "”: ", ORPHANED]);
      changed();
    },
  });
}

/** @param {Token} token */
function intro(token) {
  const words = "A new token with the same name, scopes, project and expiry takes its place. Its text is shown once.";
  const own = "This is the token that you are signed in with: when it stops working you are signed out.";
  return [
    h("p", {}, h("code", {}, token.prefix)),
    h("p", {}, words),
    isOwnToken(token.id) && h("p", { class: "note warning" }, own),
  ];
}

const SIGN_IN = "You were signed in with the old token. Sign in with this one after you have closed this.";

/**
 * @param {Token} old
 * @param {import("../server/make_token.js").Made} made
 * @param {number} graceS for how many seconds the old one still works
 * @param {boolean} endsSession
 */
function showSuccessor(old, made, graceS, endsSession) {
  openSecret(made, {
    title: "Token rotated",
    notes: [endOfOld(old, graceS), ...(endsSession ? [SIGN_IN] : [])],
    alsoWatch: [old.id],
  });
  if (endsSession) endSession("rotated");
  changed();
}

/** A grace is never longer than the old token would have lived. @param {Token} old @param {number} graceS in seconds */
function endOfOld(old, graceS) {
  if (graceS === 0) return "The old token works no more.";
  const end = Math.min(Date.now() + graceS * 1_000, endOf(old));
  return ["The old token works until ", time(new Date(end), "moment"), "."];
}
