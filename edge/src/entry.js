// What the platform calls: Rust's `fetch`, without the class and the proxies that the built module puts around it and that
// would cost every request time (`cargo xtask bench`).
//
// A Rust instance that traps is replaced by a new one at the next call of it, by wasm-bindgen's own doing. What it was
// doing fails, and so does what it was waiting for; both are answered here.
import Built, { Ledger } from "./index.js";

export { Ledger };

const { fetch } = Built.prototype;

export default {
  fetch(request, env, ctx) {
    try {
      const answer = fetch.call({ env, ctx }, request);
      return answer.catch?.(unavailable) ?? answer;
    } catch (error) {
      return unavailable(error);
    }
  },
};

// As `Problem::authority_unavailable` has it.
function unavailable(error) {
  const requestId = crypto.randomUUID();
  console.error(`request ${requestId}: the authorizer failed, and starts anew:`, error);
  const problem = {
    type: "https://deplo.sh/problems/authority-unavailable",
    title: "The access token cannot be checked now",
    status: 503,
    detail: "What decides about access tokens has failed. The request may have been received; try again shortly.",
    requestId,
  };
  const headers = {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "retry-after": "1",
    "x-request-id": requestId,
  };
  return new Response(JSON.stringify(problem), { status: 503, headers });
}
