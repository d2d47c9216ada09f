// What references have in common. The header edit is that of the edge itself (edge/src/glue/request.js).
const OVERRIDES = /^(deplo[-_]|x[-_]http[-_]method|x[-_](method[-_]override|(original|rewrite)[-_]url)$)/;
const PLAIN_ID = /^[A-Za-z0-9_-]{1,64}$/;
const SHORT_BODY_MAX = 64 * 1024;

const SHORTEST = "http://h".length;

// Path and query.
export function targetOf(url) {
  return url.slice(url.indexOf("/", SHORTEST));
}

export function forward({ method, headers, body }, url, assertion) {
  const forwarded = new Headers(headers);
  for (const name of headers.keys()) if (OVERRIDES.test(name)) forwarded.delete(name);
  forwarded.delete("authorization");
  forwarded.set("deplo-assertion", assertion);
  forwarded.set("x-request-id", requestId(headers));
  return fetch(url, { method, headers: forwarded, body, redirect: "manual", cache: "no-store" });
}

export function checkLength(response) {
  const length = response.headers.get("content-length");
  if (length === null || Number(length) > SHORT_BODY_MAX) throw new Error("this reference watches no long answers");
}

export function requestId(headers) {
  for (const name of ["x-request-id", "cf-ray"]) {
    const id = headers.get(name);
    if (id !== null && PLAIN_ID.test(id)) return id;
  }
  return crypto.randomUUID();
}
