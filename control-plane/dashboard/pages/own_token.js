// @ts-check
/** What a token sees that may not list others: itself. */
import * as calls from "../server/calls.js";
import { openRevoke } from "../dialogs/revoke.js";
import { h, named } from "../screen/dom.js";
import { show } from "../screen/morph.js";
import { refreshNow } from "../server/poll.js";
import { loadSession } from "../server/session.js";
import { failure, loading } from "../screen/states.js";
import { isAlive, isPending } from "../rules/status.js";
import { refreshing } from "./refreshing.js";
import { tokenFacts } from "./token_facts.js";
import { usage } from "../screen/usage.js";

/**
 * @param {import("../app.js").Place} place
 * @returns {import("../app.js").Page}
 */
export function ownTokenPage({ main, signal }) {
  /** @type {{token: import("../server/calls.js").Token | null, problem: unknown}} */
  const state = { token: null, problem: null };

  async function load() {
    const [{ body }] = await Promise.all([calls.readOwnToken(signal), loadSession()]);
    state.token = body;
  }

  function render() {
    if (signal.aborted) return;
    const head = h("div", { class: "page-head" }, h("div", {}, h("h1", { tabindex: "-1" }, "Tokens"), usage()));
    show(main, head, state.token ? own(state.token) : instead());
  }

  const instead = () => (state.problem ? failure(state.problem, refreshNow) : loading("Loading the token …"));

  return {
    title: "Tokens",
    start: render,
    refresh: refreshing(state, load, render),
    isPending: () => state.token !== null && isPending(state.token),
  };
}

/** @param {import("../server/calls.js").Token} token */
const own = (token) =>
  h(
    "section",
    { class: "own-token" },
    h("h2", {}, named(token.name)),
    h("p", { class: "quiet" }, "You are signed in with this token. It may not list others; that needs the scope read."),
    tokenFacts(token),
    isAlive(token) &&
      h("button", { type: "button", class: "button danger", onclick: () => openRevoke(token) }, "Revoke this token"),
  );
