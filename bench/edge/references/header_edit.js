// What anybody has to do who sends an assertion instead of the token and releases answers by a second decision: edit the
// headers, wait for the answer, look at its length. It decides nothing; the difference to it is what a decision costs.
const ASSERTION = "e".repeat(380);
const OVERRIDES = /^(deplo[-_]|x-http-method|x-method-override$|x-original-url$|x-rewrite-url$)/;
const PLAIN_ID = /^[A-Za-z0-9_-]{1,64}$/;
const SHORT_BODY_MAX = 64 * 1024;

export default {
  async fetch(request, env) {
    const { method, url, headers, body } = request;
    const target = url.slice(url.indexOf("/", url.indexOf("//") + 2));
    const forwarded = new Headers(headers);
    for (const name of headers.keys()) if (OVERRIDES.test(name)) forwarded.delete(name);
    forwarded.delete("authorization");
    forwarded.set("deplo-assertion", ASSERTION);
    forwarded.set("x-request-id", requestId(headers));
    const response = await fetch(env.ORIGIN_URL + target, {
      method,
      headers: forwarded,
      body,
      redirect: "manual",
      cache: "no-store",
    });
    const length = response.headers.get("content-length");
    if (length === null || Number(length) > SHORT_BODY_MAX) throw new Error("this reference watches no long answers");
    return response;
  },
};

function requestId(headers) {
  for (const name of ["x-request-id", "cf-ray"]) {
    const id = headers.get(name);
    if (id !== null && PLAIN_ID.test(id)) return id;
  }
  return crypto.randomUUID();
}
