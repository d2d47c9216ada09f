// @ts-check
/** The workspace's projects and their names. */
import * as calls from "./calls.js";
import { session } from "./session.js";

/** As many as a menu can hold. */
const PROJECTS_MAX = 1_000;

/** @type {Map<string, import("./calls.js").Project>} */
let known = new Map();
let isLoaded = false;

/** All of them, by name. */
export const projects = () => [...known.values()].sort((a, b) => a.name.localeCompare(b.name));

/** Its name if it is known, else its id. @param {string} id */
export const projectName = (id) => known.get(id)?.name ?? id;

/** Forgets them: another workspace has others. */
export function forgetProjects() {
  known = new Map();
  isLoaded = false;
}

/** Fetches them unless that was done before, for a menu that must not open empty. */
export const projectsForMenu = () => (isLoaded ? Promise.resolve() : loadProjects());

/** Fetches them. @param {AbortSignal} [signal] */
export async function loadProjects(signal) {
  const loaded = new Map();
  let cursor = null;
  do {
    const { body } = await calls.listProjects(session().workspace.id, { cursor }, signal);
    for (const project of body.data) loaded.set(project.id, project);
    cursor = body.nextCursor;
  } while (cursor && loaded.size < PROJECTS_MAX);
  known = loaded;
  isLoaded = true;
}
