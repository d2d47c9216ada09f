// What anybody has to do who sends an assertion instead of the token and releases answers by a second decision: edit the
// headers, wait for the answer, look at its length. It decides nothing; the difference to it is what a decision costs.
import { checkLength, forward, targetOf } from "./transport.js";

const ASSERTION = "e".repeat(380);

export default {
  async fetch(request, env) {
    const response = await forward(request, env.ORIGIN_URL + targetOf(request.url), ASSERTION);
    checkLength(response);
    return response;
  },
};
