// @ts-check
/** Fetches what the page shows again and again: the only place that does. */
import { Problem } from "./problem.js";
import { toast } from "../screen/toasts.js";

/** Waits between two refreshes, in milliseconds. */
const CALM_MS = 10_000;
const PENDING_MS = 2_000;

/** How long after the end of a token the server is asked, in milliseconds: its clock may be a little behind. */
const AFTER_END_MS = 200;

/**
 * @typedef {{refresh: () => Promise<void>, isPending: () => boolean, nextEnd: () => number}} Polled `nextEnd` is when the
 *   next token that is shown ends, in milliseconds since 1970
 */

/**
 * What is polled now. `isWanted` asks for another refresh after the one that runs; `excuse` takes back the words about
 * a failure.
 * @type {{page: Polled | null, timer: ReturnType<typeof setTimeout> | undefined, running: Promise<void> | null,
 *   isWanted: boolean, excuse: (() => void) | null}}
 */
const state = { page: null, timer: undefined, running: null, isWanted: false, excuse: null };

/**
 * Polls this page from now on, instead of the one before.
 * @param {Polled | null} page
 * @returns {Promise<void>} when it was refreshed once
 */
export function poll(page) {
  clearTimeout(state.timer);
  Object.assign(state, { page, running: null, isWanted: false });
  if (page) return refreshNow();
  takeBack();
  return Promise.resolve();
}

/** Refreshes at once; if that is under way already, once more after it. @returns {Promise<void>} when it is done */
export function refreshNow() {
  if (state.running) state.isWanted = true;
  else if (state.page) state.running = run(state.page);
  return state.running ?? Promise.resolve();
}

/** @param {Polled} page */
async function run(page) {
  clearTimeout(state.timer);
  const waitMs = await page.refresh().then(recovered, failed);
  if (page !== state.page) return;
  state.running = null;
  if (state.isWanted) {
    state.isWanted = false;
    return refreshNow();
  }
  state.timer = setTimeout(whenVisible, Math.max(waitMs, pauseOf(page)));
}

/** How long what is shown may be expected to stay right, in milliseconds. @param {Polled} page */
function pauseOf(page) {
  const untilEnd = page.nextEnd() - Date.now() + AFTER_END_MS;
  return Math.min(page.isPending() ? PENDING_MS : CALM_MS, untilEnd);
}

function whenVisible() {
  if (document.visibilityState === "visible") refreshNow();
}

/** Nothing to wait for beyond the usual. */
function recovered() {
  if (state.excuse) toast("Up to date again.");
  takeBack();
  return 0;
}

function takeBack() {
  state.excuse?.();
  state.excuse = null;
}

/** Says once that what is shown may be old. @param {unknown} failure @returns {number} milliseconds to wait at least */
function failed(failure) {
  if (failure instanceof DOMException && failure.name === "AbortError") return 0;
  if (!(failure instanceof Problem)) reportError(failure);
  if (!(failure instanceof Problem) || failure.status === 401) return 0;
  state.excuse ??= toast(`${failure.message} What is shown may be old; trying again.`, { stays: true });
  return failure.retryAfterS * 1_000;
}

document.addEventListener("visibilitychange", whenVisible);
