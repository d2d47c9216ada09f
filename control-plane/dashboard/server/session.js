// @ts-check
/** Who is signed in. The cookie is out of reach of scripts; what stands here is what the server says of it. */
import { actFor } from "./api.js";
import * as calls from "./calls.js";
import { Problem } from "./problem.js";
import { endOf } from "../rules/status.js";
import { tellTabs } from "./tabs.js";

/** @typedef {import("./calls.js").Session} Session */

/** Why nobody is signed in, for the sign-in page. */
const REASONS = {
  none: "",
  over: "You were signed out: the access token was revoked, or the session is over.",
  elsewhere: "You signed out in another tab.",
  revoked: "You revoked the access token that you were signed in with.",
  rotated: "The access token that you were signed in with was replaced. Sign in with the new one.",
  expired: "You were signed out: the access token has expired.",
};

/** Tells `change` whenever anything about the session changed. */
export const sessionEvents = new EventTarget();

/** @typedef {keyof typeof REASONS} Reason */

/** @type {{session: Session | null, reason: Reason, expected: Reason | null, asked: number}} */
const state = { session: null, reason: "none", expected: null, asked: 0 };

/** The session, or null. */
export const currentSession = () => state.session;

/** The session, where there is one. @returns {Session} */
export function session() {
  if (!state.session) throw new Problem({ status: 401, detail: REASONS.over });
  return state.session;
}

/** Why nobody is signed in, in words. */
export const whySignedOut = () => REASONS[state.reason];

/** Whether this is the token that one is signed in with. @param {string} id */
export const isOwnToken = (id) => state.session?.accessToken.id === id;

/**
 * Asks the server who is signed in. An answer that a newer one has overtaken is dropped.
 * @param {Reason} [reason] what to say if nobody is any more
 */
export async function loadSession(reason = "over") {
  const asked = ++state.asked;
  const answer = await calls.readSession().catch(whenNobody);
  if (asked !== state.asked) return;
  if (answer?.body) become(answer.body);
  else if (state.session) endSession(reason);
}

/** Without a cookie the answer is null; 401 means that the session is over. @param {unknown} failure */
function whenNobody(failure) {
  if (failure instanceof Problem && failure.status === 401) return null;
  throw failure;
}

/**
 * Exchanges a token for a session.
 * @param {string} token
 * @returns {Promise<boolean>} whether the browser kept the session's cookie
 */
export async function signIn(token) {
  await calls.openSession(token);
  await loadSession();
  if (state.session) tellTabs("signed-in");
  return state.session !== null;
}

/** Signs out, here and in all tabs. */
export async function signOut() {
  await calls.closeSession();
  endSession("none");
  tellTabs("signed-out");
}

/**
 * Carries out what ends the session, so that whoever notices first knows why.
 * @template Answer
 * @param {Reason} reason
 * @param {() => Promise<Answer>} action
 */
export async function ending(reason, action) {
  state.expected = reason;
  try {
    return await action();
  } catch (failure) {
    if (!(failure instanceof Problem && failure.isLost)) state.expected = null;
    throw failure;
  }
}

/** Forgets the session: it is over. @param {Reason} reason what was expected explains an end that came by itself */
export function endSession(reason) {
  if (!state.session) return;
  state.asked++;
  const why = reason === "over" ? (state.expected ?? likely(state.session)) : reason;
  Object.assign(state, { session: null, reason: why, expected: null });
  actFor("", () => {});
  sessionEvents.dispatchEvent(new Event("change"));
}

/** Why a session is over that ended by itself. @param {Session} session @returns {Reason} */
function likely({ accessToken }) {
  if (endOf(accessToken) > Date.now()) return "over";
  return accessToken.supersededBy ? "rotated" : "expired";
}

/** @param {Session} session */
function become(session) {
  state.session = session;
  actFor(session.csrfToken, () => endSession("over"));
  sessionEvents.dispatchEvent(new Event("change"));
}
