// @ts-check
/** `#/tokens/{id}`: everything about one token. */
import { auditList } from "./audit_list.js";
import { auditSection } from "./audit_section.js";
import * as calls from "../server/calls.js";
import { h, named } from "../screen/dom.js";
import { show } from "../screen/morph.js";
import { learnNames, learnNamesOf } from "../server/names.js";
import { mayManage } from "../rules/permissions.js";
import { refreshNow } from "../server/poll.js";
import { Problem } from "../server/problem.js";
import { loadProjects } from "../server/projects.js";
import { loadSession, session } from "../server/session.js";
import { failure, loading } from "../screen/states.js";
import { isPending } from "../rules/status.js";
import { setTitle } from "../screen/title.js";
import { refreshing } from "./refreshing.js";
import { tokenActions } from "./token_actions.js";
import { tokenFacts } from "./token_facts.js";

/** @typedef {{token: import("../server/calls.js").Token | null, problem: unknown}} State */

/**
 * @param {import("../app.js").Place} place
 * @returns {import("../app.js").Page}
 */
export function tokenPage({ main, route, signal }) {
  const id = route.id ?? "";
  /** @type {State} */
  const state = { token: null, problem: null };
  const events = mayManage() ? auditList({ tokenId: id }, signal) : null;

  async function load() {
    const [{ body }] = await Promise.all([
      calls.readToken(session().workspace.id, id, signal),
      loadSession(),
      loadProjects(signal),
      events?.refresh(),
    ]);
    state.token = body;
    learnNames([body]);
    render();
    await learnNamesOf([body.createdBy, body.supersededBy, ...(events?.actors() ?? [])], signal);
  }

  function render() {
    if (signal.aborted) return;
    if (state.token) setTitle(state.token.name);
    const section = state.token && events && auditSection({ events, label: "Audit events", level: "h2", render });
    show(main, back(), ...(state.token ? whole(state.token) : nothing(state.problem)), ...(section ? [section] : []));
  }

  return {
    title: "Token",
    start: render,
    refresh: refreshing(state, load, render, isGone),
    isPending: () => state.token !== null && isPending(state.token),
    shown: () => (state.token ? [state.token] : []),
  };
}

const back = () => h("p", { class: "back" }, h("a", { href: "#/tokens" }, "All tokens"));

/** @param {import("../server/calls.js").Token} token */
const whole = (token) => [
  h(
    "div",
    { class: "page-head" },
    h("h1", { tabindex: "-1" }, named(token.name)),
    tokenActions(token, { inWords: true }),
  ),
  tokenFacts(token),
];

/** No failure: there is none of this id. @param {unknown} problem */
const isGone = (problem) => problem instanceof Problem && problem.status === 404;

/** @param {unknown} problem */
function nothing(problem) {
  if (isGone(problem))
    return [
      headed("Token not found"),
      h("p", { class: "quiet" }, "There is no token of this id, as far as you may see."),
    ];
  return [headed("Token"), problem ? failure(problem, refreshNow) : loading("Loading the token …")];
}

/** @param {string} words */
const headed = (words) => h("h1", { tabindex: "-1" }, words);
