// @ts-check
/** One request to the server: cookie, CSRF token, time limit; and its answer or its problem. */
import { Problem, noAnswer } from "./problem.js";

/** Longest wait for an answer, in milliseconds. The server itself answers "pending" long before. */
const ANSWER_MS_MAX = 60_000;

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
 * @typedef {{body?: object, key?: string, signal?: AbortSignal}} Options `key` is the Idempotency-Key
 * @typedef {{status: number, body: any}} Answer
 */

/**
 * Sends one request. An `AbortError` is the caller's own doing, everything else that fails is a `Problem`.
 * @param {string} method
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<Answer>}
 */
export async function request(method, path, options = {}) {
  const sentFor = current.csrfToken;
  const response = await send(method, path, options);
  const body = await read(response, options.signal);
  if (response.ok) return { status: response.status, body };
  if (response.status === 401 && path !== SESSION && sentFor === current.csrfToken) current.whenOver();
  throw new Problem({ ...body, status: response.status }, Number(response.headers.get("Retry-After")) || 0);
}

/**
 * As `request`, for what does no harm when it is carried out twice: repeats it when the answer is lost.
 * @param {string} method
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<Answer>}
 */
export async function requestUntilAnswered(method, path, options = {}) {
  for (const wait of REPEATS_MS) {
    try {
      return await request(method, path, options);
    } catch (failure) {
      if (!(failure instanceof Problem && failure.isLost)) throw failure;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return request(method, path, options);
}

/** @param {string} method @param {string} path @param {Options} options */
async function send(method, path, { body, key, signal }) {
  const headers = new Headers({ Accept: "application/json" });
  if (method !== "GET") headers.set("X-CSRF-Token", current.csrfToken);
  if (body) headers.set("Content-Type", "application/json");
  if (key) headers.set("Idempotency-Key", key);
  const limit = AbortSignal.timeout(ANSWER_MS_MAX);
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

/** @param {unknown} why @param {AbortSignal} [signal] @returns {never} */
function fail(why, signal) {
  throw signal?.aborted ? why : noAnswer();
}
