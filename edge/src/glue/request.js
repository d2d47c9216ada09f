// Moves values between the platform and Rust; decides nothing.

// The lines of a request that are decided on, in one string: reading them one by one would
// cross into JavaScript once each. None of them can hold a line break.
export function describeRequest(request) {
  const { method, headers } = request;
  const authorization = headers.get("authorization");
  const lines = `${method}\n${target(request)}`;
  return authorization === null ? lines : `${lines}\n${authorization}`;
}

// The platform's URLs are absolute: no host is over before this.
const SHORTEST = "http://h".length;

// Path and query: the part of the URL that starts with its third slash. It is cut, not parsed, so that what was
// decided on is forwarded to the letter.
function target({ url }) {
  return url.slice(url.indexOf("/", SHORTEST));
}

// Whether the caller asks for another protocol, such as a WebSocket.
export function asksForUpgrade(request) {
  return request.headers.has("upgrade");
}

const ID = Symbol("request id");
const ID_HEADERS = ["x-request-id", "cf-ray"];
const PLAIN_ID = /^[A-Za-z0-9_-]{1,64}$/;

// Names a request in its refusal and in all logs, those of whoever it is forwarded to included: what its caller calls
// it if that is plain, else what the platform's log calls it, else something fresh. Only a fresh name, which must stay
// the same, is kept with the request: one that has a property of its own costs the garbage collector more.
export function requestId(request) {
  return givenId(request.headers) ?? (request[ID] ??= crypto.randomUUID());
}

function givenId(headers) {
  for (const name of ID_HEADERS) {
    const id = headers.get(name);
    if (id !== null && PLAIN_ID.test(id)) return id;
  }
}

// To the platform origin: the assertion instead of the bearer token, and nothing by which a
// caller could speak for the edge or ask for another route than the one decided on.
export function forwardToPlatform(request, origin, assertion, inFlight) {
  const headers = withoutOverrides(request.headers);
  headers.delete("authorization");
  headers.set("deplo-assertion", assertion);
  return send(request, origin, headers).then(
    (response) => inFlight.release(response),
    (why) => inFlight.fail(why),
  );
}

// To the control plane: the bearer token goes along, since it decides by itself.
export function forwardToControlPlane(request, origin) {
  return send(request, origin, withoutOverrides(request.headers));
}

// The URL is given as text and the body as a stream, both untouched, and so is the answer's body: nothing is
// decoded on the way. Redirects are the caller's to follow, and no answer to an authorized request may be stored.
function send(request, origin, headers) {
  const { method, body } = request;
  const url = origin + target(request);
  headers.set("x-request-id", requestId(request));
  const init = { method, headers, body, redirect: "manual", cache: "no-store", encodeResponseBody: "manual" };
  // A GET may have a body (RFC 9110, 9.3.1), or say that it is empty: only a copy of a request may have it here.
  if (body === null || !BODILESS.test(method)) return fetch(url, init);
  return fetch(new Request(url, request), { ...init, method: undefined, body: undefined });
}

const BODILESS = /^(GET|HEAD)$/;

// Some servers take an underscore for a hyphen.
const OVERRIDES = /^(deplo[-_]|x[-_]http[-_]method|x[-_](method[-_]override|(original|rewrite)[-_]url)$)/;

function withoutOverrides(incoming) {
  const headers = new Headers(incoming);
  for (const name of incoming.keys()) {
    if (OVERRIDES.test(name)) headers.delete(name);
  }
  return headers;
}

export function waitUntil(context, promise) {
  context.waitUntil(promise);
}

// No body, or one whose length is known and at most `bytesMax`. Looks at the headers first: touching
// the body costs more than all of this.
export function isShort(request, response, bytesMax) {
  const length = knownLength(response.headers);
  return (length !== null && length <= bytesMax) || request.method === "HEAD" || response.body === null;
}

function knownLength(headers) {
  const length = headers.get("content-length");
  return length !== null && /^\d{1,15}$/.test(length) && !headers.has("transfer-encoding") ? Number(length) : null;
}

export function discard(response) {
  response.body?.cancel().catch(() => {});
}

// Pumps a body through a native stream that can be cut. It stays as it came, encoded or not. It is cut by itself if nobody
// extends it: whoever watches may be gone with its Wasm instance. Throws what no response can be made of.
export function flow(response) {
  const { status, statusText, headers } = response;
  const length = knownLength(headers);
  const { readable, writable } = length === null ? new IdentityTransformStream() : new FixedLengthStream(length);
  const watched = new Response(readable, { status, statusText, headers, encodeBody: "manual" });
  const abort = new AbortController();
  let overdue;
  const extend = (ms) => {
    clearTimeout(overdue);
    overdue = setTimeout(() => abort.abort(), ms);
  };
  const pumped = response.body
    .pipeTo(writable, { signal: abort.signal })
    .catch(() => {})
    .finally(() => clearTimeout(overdue));
  return { response: watched, pumped, extend, cut: () => abort.abort() };
}

// A problem (RFC 9457), given as a JSON object, made ready to be the answer to any request.
export function prepareProblem(status, problem, challenge, retryAfterS) {
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (challenge !== undefined) headers.set("www-authenticate", challenge);
  if (retryAfterS !== undefined) headers.set("retry-after", retryAfterS);
  return { beforeId: `${problem.slice(0, -1)},"requestId":"`, init: { status, headers } };
}

// A plain id needs no escapes. The response takes a copy of the headers.
export function respondProblem(request, { beforeId, init }) {
  const id = requestId(request);
  init.headers.set("x-request-id", id);
  return new Response(`${beforeId}${id}"}`, init);
}

export function respondJson(status, body) {
  return new Response(body, { status, headers: { "content-type": "application/json", "cache-control": "no-store" } });
}

export function header(request, name) {
  return request.headers.get(name) ?? undefined;
}

// The body as text. Bytes that are no UTF-8 are an error.
export async function readBody(request) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await request.arrayBuffer());
}
