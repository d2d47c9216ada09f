// @ts-check
/** `#/tokens`: the list of tokens, with search, filters and pages. */
import { submitOnce } from "../screen/busy.js";
import { openNewToken } from "../dialogs/new_token.js";
import { h } from "../screen/dom.js";
import { empty, failure, loading } from "../screen/states.js";
import { icon } from "../screen/icons.js";
import { show } from "../screen/morph.js";
import { learnNamesOf } from "../server/names.js";
import { PAGE_ROWS, pager, pagesOf } from "../screen/pager.js";
import { mayManage } from "../rules/permissions.js";
import { loadProjects } from "../server/projects.js";
import { refreshNow } from "../server/poll.js";
import { goTo, replaceAddress } from "../screen/router.js";
import { finds } from "../rules/search.js";
import { loadSession } from "../server/session.js";
import { isPending } from "../rules/status.js";
import { inPlace, pointerOver } from "../screen/steady.js";
import { tokenFilters } from "./token_filters.js";
import { TOKENS_MAX, tokenList } from "./token_list.js";
import { EVERYTHING, hrefOf, isUsual, readQuery } from "../rules/token_query.js";
import { tokenTable } from "./token_table.js";
import { usage } from "../rules/usage.js";

/** Tokens that are loaded ahead, so that their number can be said. */
const COUNTED_MAX = 1_000;

const FIRST_STEP =
  "A token lets a program act for this workspace. Create one for each program, with no more scopes than it needs.";

/** How soon rows that were held in place are looked at again, in milliseconds. */
const HELD_MS = 1_000;

/** @typedef {import("../server/calls.js").Token} Token */
/** @typedef {import("../rules/token_query.js").Query} Query */

/**
 * @param {import("../app.js").Place} place
 * @returns {import("../app.js").Page}
 */
export function tokensPage({ main, route, signal }) {
  /** @type {{query: Query, list: import("./token_list.js").TokenList, rows: Token[], problem: unknown}} */
  const state = { query: readQuery(route.query), list: listOf(readQuery(route.query)), rows: [], problem: null };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let held;
  const head = h("div", { class: "page-head" });
  const filters = tokenFilters((chosen, isTyping) => ask({ ...chosen, page: 1 }, isTyping));
  const region = h("section", { class: "region", "aria-label": "List of tokens" });
  const found = h("p", { class: "unseen", "aria-live": "polite" });
  const isPointerAtWork = pointerOver(region);
  main.replaceChildren(head, filters.element, region, found);

  /** @param {Query} query */
  function listOf({ status, project }) {
    return tokenList({ status, projectId: project }, signal);
  }

  /** @param {Query} query @param {boolean} isTyping */
  function ask(query, isTyping) {
    const href = hrefOf(query);
    if (isTyping) replaceAddress(href);
    else goTo(href);
    become(query);
    if (isTyping) announce();
  }

  /** @param {Query} query */
  function become(query) {
    const { status, project } = state.query;
    const isOther = status !== query.status || project !== query.project;
    Object.assign(state, { query, rows: [], problem: null });
    if (isOther) state.list = listOf(query);
    render();
    if (isOther) refreshNow();
    else loadNeeded().catch(fail);
  }

  function announce() {
    const { tokens, isComplete } = state.list;
    const count = tokens().filter(finds(state.query.q)).length;
    if (isComplete() && state.query.q) found.textContent = count === 1 ? "1 token matches" : `${count} tokens match`;
  }

  /** A search needs all of them, a page only those up to it and whether there is another. */
  async function loadNeeded() {
    const { list, query } = state;
    const needed = query.q ? TOKENS_MAX : query.page * PAGE_ROWS + 1;
    await list.loadTo(needed, render);
    await list.loadTo(COUNTED_MAX, render);
  }

  async function refresh() {
    const { list } = state;
    const shown = new Set(state.rows.map(({ id }) => id));
    try {
      await Promise.all([loadSession(), loadProjects(signal), list.refresh(shown).then(render)]);
      await loadNeeded();
      await learnNamesOf(
        state.rows.map(({ createdBy }) => createdBy),
        signal,
      );
      if (list === state.list) Object.assign(state, { problem: null });
      render();
    } catch (problem) {
      fail(problem);
      throw problem;
    }
  }

  /** @param {unknown} problem */
  function fail(problem) {
    if (signal.aborted) return;
    state.problem = problem;
    render();
  }

  function render() {
    if (signal.aborted) return;
    filters.set(state.query);
    show(head, heading(), newTokenButton());
    region.setAttribute("aria-busy", String(!state.list.isLoaded()));
    show(region, ...content());
  }

  function content() {
    const { list, query, problem } = state;
    if (!list.isLoaded()) return [problem ? failure(problem, refreshNow) : loading("Loading tokens …")];
    const matching = query.q ? list.tokens().filter(finds(query.q)) : list.tokens();
    if (matching.length === 0) return [nothing()];
    return [tokenTable(rowsOf(matching)), bounds(), pages(matching.length)];
  }

  /** @param {Token[]} matching */
  function rowsOf(matching) {
    const first = (clampedPage(matching.length) - 1) * PAGE_ROWS;
    const fresh = matching.slice(first, first + PAGE_ROWS);
    const isHeld = state.rows.length > 0 && isPointerAtWork();
    clearTimeout(held);
    if (isHeld) held = setTimeout(render, HELD_MS);
    state.rows = isHeld ? inPlace(state.rows, fresh) : fresh;
    return state.rows;
  }

  /** @param {number} count */
  const clampedPage = (count) => Math.min(state.query.page, pagesOf(count));

  /** @param {number} count */
  const pages = (count) =>
    pager({
      page: clampedPage(count),
      count,
      isComplete: state.list.isComplete(),
      turn: (page) => ask({ ...state.query, page }, false),
    });

  function bounds() {
    const { list, query } = state;
    if (!query.q || list.isComplete()) return null;
    const isAtEnd = list.tokens().length >= TOKENS_MAX;
    return h(
      "p",
      { class: "quiet" },
      isAtEnd ? `Only the newest ${TOKENS_MAX.toLocaleString("en")} tokens were searched.` : "Searching …",
    );
  }

  function nothing() {
    const { list, query } = state;
    if (!list.isComplete()) return loading("Searching …");
    if (isUsual(query)) return empty("No tokens yet", FIRST_STEP, newTokenButton());
    return empty(
      "No token matches",
      "No token has this name, prefix or id, and this status and project.",
      h(
        "button",
        { type: "button", class: "button", onclick: () => ask(EVERYTHING, false) },
        "Clear search and filters",
      ),
    );
  }

  const heading = () => h("div", {}, h("h1", { tabindex: "-1" }, "Tokens"), usage());
  return {
    title: "Tokens",
    refresh,
    isPending: () => state.rows.some(isPending),
    update: ({ query }) => {
      const next = readQuery(query);
      if (hrefOf(next) !== hrefOf(state.query)) become(next);
    },
    start: render,
  };
}

/** @param {any} event */
const openOnce = (event) => submitOnce(event.currentTarget, openNewToken)(event);

const newTokenButton = () =>
  mayManage() && h("button", { type: "button", class: "button primary", onclick: openOnce }, icon("plus"), "New Token");
