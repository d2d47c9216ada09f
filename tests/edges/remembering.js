// What others do, for a test that must notice it: a cache in front that trusts an admission for a second.
const admitted = new Map();

export default {
  async fetch(request, { edge }) {
    const caller = request.headers.get("authorization");
    if (Date.now() < admitted.get(caller)) return new Response("admitted from memory");
    const answer = await edge.fetch(request);
    if (answer.ok) admitted.set(caller, Date.now() + 1000);
    return answer;
  },
};
