// @ts-check
/** The workspace's projects and their names. */
import * as calls from "./calls.js";
import { session } from "./session.js";

/** As many as a menu can hold. */
const PROJECTS_MAX = 1_000;

/** @type {Map<string, import("./calls.js").Project>} */
let known = new Map();
let isLoaded = false;

/** Whose they are: what was asked for on behalf of another one is not kept. */
let owner = {};

/** All of them, by name. */
export const projects = () => [...known.values()].sort((a, b) => a.name.localeCompare(b.name));

/** Its name if it is known, else its id. @param {string} id */
export const projectName = (id) => known.get(id)?.name ?? id;

/** Forgets them: another workspace has others. */
export function forgetProjects() {
  known = new Map();
  isLoaded = false;
  owner = {};
}

/** Fetches them unless that was done before, for a menu that must not open empty. @param {AbortSignal} [signal] */
export const projectsForMenu = (signal) => (isLoaded ? Promise.resolve() : loadProjects(signal));

/** Fetches them. @param {AbortSignal} [signal] */
export async function loadProjects(signal) {
  const askedBy = owner;
  const loaded = new Map();
  let cursor = null;
  do {
    const { body } = await calls.listProjects(session().workspace.id, { cursor }, signal);
    for (const project of body.data) loaded.set(project.id, project);
    cursor = body.nextCursor;
  } while (cursor && loaded.size < PROJECTS_MAX);
  if (askedBy !== owner) return;
  known = loaded;
  isLoaded = true;
}
