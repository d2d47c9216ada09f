// @ts-check
/** What went wrong with a call: the server's problem details (RFC 9457), or that no answer came. */

/** Kinds of refusals that come after a look for what was made under the request's key: nothing was. */
const KNOWING = ["validation-failed", "not-found", "conflict", "precondition-failed", "plan-limit-reached"];

/** A call that did not do what was asked. */
export class Problem extends Error {
  /**
   * @param {{status?: number, type?: string, detail?: string, requestId?: string,
   *   errors?: {pointer: string, detail: string}[]}} body
   * @param {number} [retryAfterS] seconds after which to try again
   */
  constructor(body, retryAfterS = 0) {
    super(body.detail || `The server answered ${body.status}.`);
    /** The HTTP status; 0 if no answer came. */
    this.status = body.status ?? 0;
    /** The kind, such as `plan-limit-reached`. */
    this.slug = (body.type ?? "").split("/").at(-1);
    this.requestId = body.requestId;
    this.errors = body.errors ?? [];
    this.retryAfterS = retryAfterS;
    /** Whether the request may have been carried out all the same: no answer came, or one that does not know. */
    this.isLost = this.status === 0 || this.status >= 500;
    /** Whether that is so because the server took too long. */
    this.isLate = false;
  }

  /**
   * The same, of a request that was sent before: only a server that has looked into it knows what became of it then.
   * @param {boolean} wasLost
   */
  after(wasLost) {
    this.isLost ||= wasLost && !KNOWING.includes(this.slug ?? "");
    return this;
  }
}

/** No answer came: the network, or a server that is gone. */
export const noAnswer = () =>
  new Problem({ detail: "The server cannot be reached. Check the connection and try again." });

/** No answer came in time: the server hangs, or the network swallows what is sent. */
export const lateAnswer = () =>
  Object.assign(new Problem({ detail: "The server does not answer. Try again in a moment." }), { isLate: true });
