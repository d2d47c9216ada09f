// @ts-check
/** Search and filters over the list of tokens. */
import { h, newId } from "../screen/dom.js";
import { icon } from "../screen/icons.js";
import { projects } from "../server/projects.js";
import { STATUSES } from "../rules/token_query.js";

/** How long typing rests before it is searched, in milliseconds. */
const REST_MS = 120;

/** @typedef {{status: string, project: string, q: string}} Filters an empty project means all of them */

/**
 * @param {(filters: Filters, isTyping: boolean) => void} change
 * @returns {{element: HTMLElement, set: (filters: Filters) => void}}
 */
export function tokenFilters(change) {
  const search = h("input", {
    type: "search",
    id: newId(),
    "aria-label": "Search tokens",
    autocomplete: "off",
    placeholder: "Search by name, prefix or id",
    spellcheck: "false",
  });
  const status = h("select", { "aria-label": "Status" }, options(STATUSES));
  const project = h("select", { "aria-label": "Project" });
  let told = "";
  const tell = (/** @type {boolean} */ isTyping) => {
    told = search.value;
    change({ q: told, status: status.value, project: project.value }, isTyping);
  };
  const set = (/** @type {Filters} */ filters) => {
    fillMenus(status, project, filters);
    if (filters.q !== told) search.value = told = filters.q;
  };
  search.oninput = debounced(() => tell(true));
  status.onchange = project.onchange = () => tell(false);
  const element = h(
    "form",
    {
      class: "filters",
      role: "search",
      "aria-label": "Tokens",
      onsubmit: (/** @type {Event} */ event) => event.preventDefault(),
    },
    h("span", { class: "search" }, icon("search"), search),
    status,
    project,
  );
  return { element, set };
}

/**
 * An open menu stays open: nothing is touched that is right already.
 * @param {any} status
 * @param {any} project
 * @param {Filters} filters
 */
function fillMenus(status, project, filters) {
  const entries = projectEntries(filters.project);
  const shown = [...project.options].map((option) => `${option.value} ${option.text}`).join();
  if (shown !== entries.map(([value, text]) => `${value} ${text}`).join()) project.replaceChildren(...options(entries));
  status.value = filters.status;
  project.value = filters.project;
}

/**
 * All projects, and the one that is asked for even if it is not known.
 * @param {string} chosen
 * @returns {[string, string][]}
 */
function projectEntries(chosen) {
  /** @type {[string, string][]} */
  const entries = projects().map(({ id, name }) => [id, name]);
  if (chosen && !entries.some(([id]) => id === chosen)) entries.push([chosen, chosen]);
  return [["", "All projects"], ...entries];
}

/** @param {[string, string][]} entries */
const options = (entries) => entries.map(([value, label]) => h("option", { value }, label));

/** @param {() => void} action */
function debounced(action) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, REST_MS);
  };
}
