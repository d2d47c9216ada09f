// @ts-check
/** `#/audit`: who did what in this workspace. */
import { auditList } from "./audit_list.js";
import { auditSection } from "./audit_section.js";
import { refreshing } from "./refreshing.js";
import { show } from "../screen/morph.js";
import { learnNamesOf } from "../server/names.js";
import { refreshNow } from "../server/poll.js";
import { loadProjects } from "../server/projects.js";
import { loadSession } from "../server/session.js";
import { failure, loading } from "../screen/states.js";
import { h } from "../screen/dom.js";

/**
 * @param {import("../app.js").Place} place
 * @returns {import("../app.js").Page}
 */
export function auditPage({ main, signal }) {
  const events = auditList({}, signal);
  /** @type {{problem: unknown}} */
  const state = { problem: null };

  async function load() {
    await Promise.all([events.refresh(), loadProjects(signal), loadSession()]);
    await learnNamesOf(events.actors(), signal);
  }

  function render() {
    if (signal.aborted) return;
    const head = h("div", { class: "page-head" }, h("h1", { tabindex: "-1" }, "Audit log"));
    show(main, head, content());
  }

  function content() {
    if (events.isLoaded()) return auditSection({ events, label: "Audit events", render });
    return state.problem ? failure(state.problem, refreshNow) : loading("Loading events …");
  }

  return { title: "Audit log", start: render, refresh: refreshing(state, load, render) };
}
