// @ts-check
/** Puts the right page on the screen: by the session, then by the address. */
import { h } from "./screen/dom.js";
import { noteEntry, returnToPlace } from "./screen/scrolling.js";
import { setTitle } from "./screen/title.js";
import { clearToasts } from "./screen/toasts.js";
import { closeDialogs } from "./dialogs/dialog.js";
import { renderHeader } from "./screen/header.js";
import { focusPage } from "./screen/morph.js";
import { forgetNames, learnNames } from "./server/names.js";
import { auditPage } from "./pages/audit.js";
import { unknownPage } from "./pages/not_found.js";
import { ownTokenPage } from "./pages/own_token.js";
import { signInPage } from "./pages/sign_in.js";
import { tokenPage } from "./pages/token.js";
import { tokensPage } from "./pages/tokens.js";
import { mayList, mayManage } from "./rules/permissions.js";
import { nextEnd } from "./rules/status.js";
import { poll } from "./server/poll.js";
import { forgetProjects } from "./server/projects.js";
import { currentRoute } from "./screen/router.js";
import { currentSession } from "./server/session.js";

/**
 * @typedef {{main: HTMLElement, route: import("./screen/router.js").Route, signal: AbortSignal}} Place where a page is put; the
 *   signal says when it is taken away
 * @typedef {{title: string, start?: () => void, refresh?: () => Promise<void>, isPending?: () => boolean,
 *   shown?: () => import("./server/calls.js").Token[], update?: (route: import("./screen/router.js").Route) => void}} Page `update` follows an address of the same page
 */

/** What is on the screen. @type {{key: string | null, owner: string, stop: AbortController, page: Page | null}} */
const state = { key: null, owner: "", stop: new AbortController(), page: null };

const main = /** @type {HTMLElement} */ (document.getElementById("main"));

/** Shows what session and address ask for, and leaves alone what is shown already. */
export function showPage() {
  forgetOthers();
  noteEntry();
  renderHeader();
  const route = currentRoute();
  const key = keyOf(route);
  if (key !== state.key) mount(key, route);
  else state.page?.update?.(route);
}

/** A page is another one for somebody else, or with other rights. @param {import("./screen/router.js").Route} route */
const keyOf = ({ name, id = "" }) => [ownerOf(), ...(currentSession() ? [name, id] : [])].join(" ");

function ownerOf() {
  const session = currentSession();
  if (!session) return "";
  const { id, scopes, projectId } = session.accessToken;
  return [session.workspace.id, id, scopes, projectId].join(" ");
}

/** What was learnt by one token, or said to its holder, is not shown to another. */
function forgetOthers() {
  const session = currentSession();
  if (ownerOf() !== state.owner) {
    state.owner = ownerOf();
    forgetNames();
    forgetProjects();
    clearToasts();
  }
  if (session) learnNames([session.accessToken]);
}

/** @param {string} key @param {import("./screen/router.js").Route} route */
function mount(key, route) {
  const isFirst = state.key === null;
  scrollTo(0, 0);
  state.stop.abort();
  closeDialogs();
  state.stop = new AbortController();
  state.key = key;
  const page = pageOf(route)({ main, route, signal: state.stop.signal });
  state.page = page;
  setTitle(page.title);
  page.start?.();
  const { refresh, isPending = () => false, shown = () => [] } = page;
  const shownOnce = poll(refresh ? { refresh, isPending, nextEnd: () => nextEnd([...shown(), ...ownToken()]) } : null);
  shownOnce.then(() => state.page === page && returnToPlace());
  if (!isFirst && !document.querySelector("dialog[open]")) focusPage();
}

/** The one that is signed in with ends the session with it. */
function ownToken() {
  const session = currentSession();
  return session ? [session.accessToken] : [];
}

/** @param {import("./screen/router.js").Route} route @returns {(place: Place) => Page} */
function pageOf({ name }) {
  if (!currentSession()) return signInPage;
  if (name === "unknown") return unknownPage;
  if (!mayList()) return ownTokenPage;
  if (name === "audit") return mayManage() ? auditPage : unknownPage;
  return name === "token" ? tokenPage : tokensPage;
}

/**
 * Says that the server cannot be reached, before anything else could be shown.
 * @param {Node} words
 * @param {() => void} retry
 */
export function showUnreachable(words, retry) {
  setTitle("Not reachable");
  main.replaceChildren(
    h(
      "div",
      { class: "narrow" },
      h("h1", { tabindex: "-1" }, "The server cannot be reached"),
      words,
      h("button", { type: "button", class: "button", onclick: retry }, "Try again"),
    ),
  );
}
