// Ends every instance of every ledger at once; the next call of one makes a new instance.
import unsafe from "workerd:unsafe";

export default {
  async fetch() {
    await unsafe.abortAllDurableObjects();
    return new Response("evicted");
  },
};
