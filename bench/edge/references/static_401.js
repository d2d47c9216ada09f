// What does nothing but refuse: the same answer to everybody, which is ours to a request without credentials.
const BODY = JSON.stringify({
  type: "https://deplo.sh/problems/missing-credentials",
  title: "Credentials are missing",
  status: 401,
  detail: "Send your access token as `Authorization: Bearer <token>`.",
  requestId: "0123456789abcdef-FRA",
});
const headers = {
  "content-type": "application/problem+json",
  "cache-control": "no-store",
  "x-request-id": "0123456789abcdef-FRA",
  "www-authenticate": 'Bearer realm="deplo"',
};

export default {
  fetch: () => new Response(BODY, { status: 401, headers }),
};
