// The built worker, whose Wasm instance traps in the middle of a request that says so: where Rust reads the clock, a
// function is called that the instance does not have.
import { instances } from "./instances.js";
import edge, { Ledger } from "../../build/entry.js";

export { Ledger };

export default {
  fetch(request, env, ctx) {
    if (request.headers.has("x-poison")) trapAtNextReadingOfTheClock();
    return edge.fetch(request, env, ctx);
  },
};

function trapAtNextReadingOfTheClock() {
  const { now } = Date;
  Date.now = () => {
    Date.now = now;
    instances.newest.exports.__wbindgen_destroy_closure(1, 0x7fffffff);
  };
}
