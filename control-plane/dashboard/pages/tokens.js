// @ts-check
/** `#/tokens`: the list of tokens, with search, filters and pages. */
import { h } from "../screen/dom.js";
import { failure, loading } from "../screen/states.js";
import { show } from "../screen/morph.js";
import { learnNamesOf } from "../server/names.js";
import { PAGE_ROWS, pager, pagesOf, rangeOf } from "../screen/pager.js";
import { loadProjects } from "../server/projects.js";
import { refreshNow } from "../server/poll.js";
import { goTo, replaceAddress } from "../screen/router.js";
import { finds, withoutSecret } from "../rules/search.js";
import { loadSession } from "../server/session.js";
import { isPending } from "../rules/status.js";
import { inPlace, pointerOver } from "../screen/steady.js";
import { newTokenButton } from "./new_token_button.js";
import { tokenFilters } from "./token_filters.js";
import { TOKENS_MAX, tokenList } from "./token_list.js";
import { bounds, firstStep, nothing } from "./token_results.js";
import { EVERYTHING, hrefOf, readQuery } from "../rules/token_query.js";
import { tokenTable } from "./token_table.js";
import { usage } from "../screen/usage.js";

/** Tokens that are loaded ahead, so that their number can be said. */
const COUNTED_MAX = 1_000;

/** How soon rows that were held in place are looked at again, in milliseconds. */
const HELD_MS = 1_000;

/** @typedef {import("../server/calls.js").Token} Token */
/** @typedef {import("../rules/token_query.js").Query} Query */
/** @typedef {import("../screen/pager.js").Part} Part */

/**
 * @param {import("../app.js").Place} place
 * @returns {import("../app.js").Page}
 */
export function tokensPage({ main, route, signal }) {
  let stop = new AbortController();
  const query = readQuery(route.query);
  /**
   * `isSaid` tells whether somebody who does not see the list has heard what was last asked for.
   * @type {{query: Query, list: import("./token_list.js").TokenList, rows: Token[], problem: unknown, isSaid: boolean}}
   */
  const state = { query, list: listOf(query), rows: [], problem: null, isSaid: true };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let held;
  const head = h("div", { class: "page-head" });
  const filters = tokenFilters((chosen, isTyping) => ask({ ...chosen, page: 1 }, isTyping));
  const region = h("section", { class: "region", "aria-label": "List of tokens", tabindex: "-1" });
  const found = h("p", { class: "unseen", "aria-live": "polite" });
  const isPointerAtWork = pointerOver(region);
  main.replaceChildren(head, filters.element, region, found);

  /** Nothing waits for the list before. @param {Query} query */
  function listOf({ status, project }) {
    stop.abort();
    stop = new AbortController();
    return tokenList({ status, projectId: project }, AbortSignal.any([signal, stop.signal]));
  }

  /** @param {Query} asked @param {boolean} [isTyping] */
  function ask(asked, isTyping) {
    if (signal.aborted) return;
    const query = { ...asked, q: withoutSecret(asked.q) };
    if (isTyping) replaceAddress(hrefOf(query));
    else goTo(hrefOf(query));
    found.textContent = "";
    state.isSaid = false;
    become(query);
  }

  /** The next rows are read from their beginning. @param {number} page */
  function turn(page) {
    ask({ ...state.query, page });
    region.focus({ preventScroll: true });
    region.scrollIntoView();
  }

  function clear() {
    ask(EVERYTHING);
  }

  /** @param {Query} query */
  function become(query) {
    const { status, project } = state.query;
    const isOther = status !== query.status || project !== query.project;
    Object.assign(state, { query, rows: [], problem: null });
    if (isOther) state.list = listOf(query);
    render();
    if (isOther) refreshNow();
    else loadNeeded().catch(refreshNow);
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
      if (list === state.list) state.problem = null;
    } catch (problem) {
      if (list === state.list) state.problem = problem;
      throw problem;
    } finally {
      render();
    }
  }

  function render() {
    if (signal.aborted) return;
    filters.set(state.query);
    show(head, heading(), newTokenButton(signal));
    const { list, problem } = state;
    region.setAttribute("aria-busy", String(!list.isLoaded() && !problem));
    if (list.isLoaded()) showTokens();
    else show(region, problem ? failure(problem, refreshNow) : loading("Loading tokens …"));
  }

  function showTokens() {
    const { list, query } = state;
    const matching = query.q ? list.tokens().filter(finds(query.q)) : list.tokens();
    const part = { page: clampedPage(matching.length), count: matching.length, isComplete: list.isComplete() };
    if (part.count === 0) show(region, nothing(list, query, clear, signal));
    else show(region, tokenTable(rowsOf(matching)), firstStep(list, query), bounds(list, query), pager(part, turn));
    announce(part);
  }

  /** Says once what was asked for: a search when it has seen all, a page when it is there. @param {Part} part */
  function announce(part) {
    const isThere = state.list.isAtEnd() || (!state.query.q && part.page === state.query.page);
    if (state.isSaid || !isThere) return;
    state.isSaid = true;
    found.textContent = state.query.q ? matches(part.count) : `Shows ${rangeOf(part, " to ")}`;
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

  const heading = () => h("div", {}, h("h1", { tabindex: "-1" }, "Tokens"), usage(state.list.tokens()));
  return {
    title: "Tokens",
    refresh,
    isPending: () => state.rows.some(isPending),
    shown: () => state.rows,
    update: ({ query }) => {
      const next = readQuery(query);
      if (hrefOf(next) !== hrefOf(state.query)) become(next);
    },
    start: render,
  };
}

/** @param {number} count of tokens that a search has found */
const matches = (count) => (count === 1 ? "1 token matches" : `${count} tokens match`);
