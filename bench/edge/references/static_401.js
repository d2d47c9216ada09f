// What no refusal can be faster than: the same answer to everybody, with the headers and the length of ours.
const BODY = JSON.stringify({
  type: "https://deplo.sh/problems/missing-credentials",
  title: "No credentials",
  status: 401,
  detail: "Send an API token as `Authorization: Bearer <token>`.",
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
