// @ts-check
/** One request to the server: cookie, CSRF token, time limit; and its answer or its problem. */
import { Problem, lateAnswer, noAnswer } from "./problem.js";

/** Longest wait for what is read, in milliseconds: the server answers that at once, or hangs. */
const READ_MS_MAX = 15_000;

/** Longest wait for what changes something, in milliseconds. The server waits for the edge, up to 27 s. */
const CHANGE_MS_MAX = 30_000;

/** Waits before a request whose answer was lost is sent again, in milliseconds. */
const REPEATS_MS = [500, 1_500];

/** Whoever asks for the session itself hears from the answer that it is over. */
export const SESSION = "/session";

/** The session's CSRF token, and whom to tell when the session is over. */
const current = { csrfToken: "", whenOver: () => {} };

/**
 * Sends what follows in the name of this session.
 * @param {string} csrfToken empty without a session
 * @param {() => void} whenOver called when the server no longer knows the session
 */
export function actFor(csrfToken, whenOver) {
  Object.assign(current, { csrfToken, whenOver });
}

/**
 * @typedef {{body?: object, key?: string, etag?: string, signal?: AbortSignal, csrfToken?: string}} Options `key` is the
 *   Idempotency-Key; `etag` the state for which a change is meant; `csrfToken` that of the session in whose name it is
 *   sent, if not the current one
 * @typedef {{status: number, body: any, etag: string}} Answer
 */

/**
 * Sends one request. An `AbortError` is the caller's own doing, everything else that fails is a `Problem`.
 * @param {string} method
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<Answer>}
 */
export async function request(method, path, options = {}) {
  const { csrfToken = current.csrfToken } = options;
  const response = await send(method, path, { ...options, csrfToken });
  const body = await read(response, options.signal);
  if (response.ok) return { status: response.status, body, etag: response.headers.get("ETag") ?? "" };
  if (response.status === 401 && path !== SESSION && csrfToken === current.csrfToken) current.whenOver();
  throw new Problem({ ...body, status: response.status }, Number(response.headers.get("Retry-After")) || 0);
}

/**
 * As `request`, for what does no harm when it is carried out twice: repeats it when the answer is lost, always in the
 * name of the same session. Its problem tells of all that were sent.
 * @param {string} method
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<Answer>}
 */
export async function requestUntilAnswered(method, path, options = {}) {
  const { csrfToken } = current;
  const waits = REPEATS_MS.values();
  for (let wasLost = false; ; wasLost = true) {
    try {
      return await request(method, path, { ...options, csrfToken });
    } catch (failure) {
      const wait = waits.next();
      if (!(failure instanceof Problem)) throw failure;
      // Whoever has waited that long decides whether to go on.
      if (!failure.isLost || failure.isLate || wait.done) throw failure.after(wasLost);
      await new Promise((resolve) => setTimeout(resolve, wait.value));
    }
  }
}

/** @param {string} method @param {string} path @param {Options} options */
async function send(method, path, { body, key, etag, signal, csrfToken = "" }) {
  const headers = new Headers({ Accept: "application/json" });
  if (method !== "GET") headers.set("X-CSRF-Token", csrfToken);
  if (body) headers.set("Content-Type", "application/json");
  if (key) headers.set("Idempotency-Key", key);
  if (etag) headers.set("If-Match", etag);
  const limit = AbortSignal.timeout(method === "GET" ? READ_MS_MAX : CHANGE_MS_MAX);
  const stop = signal ? AbortSignal.any([signal, limit]) : limit;
  const init = { method, headers, body: body && JSON.stringify(body), signal: stop };
  return fetch(path, { ...init, credentials: "same-origin", redirect: "error" }).catch((why) => fail(why, signal));
}

/** @param {Response} response @param {AbortSignal} [signal] */
async function read(response, signal) {
  const text = await response.text().catch((why) => fail(why, signal));
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    if (response.ok) throw noAnswer();
    return {};
  }
}

/** @param {any} why @param {AbortSignal} [signal] @returns {never} */
function fail(why, signal) {
  if (signal?.aborted) throw why;
  throw why.name === "TimeoutError" ? lateAnswer() : noAnswer();
}
