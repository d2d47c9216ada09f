// @ts-check
/** What the audit log says, in words. */
import { h, named } from "../screen/dom.js";
import { nameOf } from "../server/names.js";
import { projectName } from "../server/projects.js";
import { time } from "../screen/time.js";

/** What was done, by the server's name for it. @type {Record<string, string>} */
const ACTIONS = {
  "token.created": "created",
  "token.changed": "changed",
  "token.rotated": "rotated",
  "token.revoked": "revoked",
  "project.created": "project created",
  "project.deleted": "project deleted",
  "workspace.created": "workspace created",
  "workspace.plan-changed": "plan changed",
  "session.created": "signed in",
  "session.ended": "signed out",
};

/**
 * What changed, by the server's name for it; how its value is shown; and what to call it if there is none.
 * @type {Record<string, [string, (value: any) => any, string?]>}
 */
const FIELDS = {
  name: ["name", named],
  scopes: ["scopes", (scopes) => scopes.join(", ")],
  projectId: ["project", (id) => named(projectName(id)), "all"],
  expiresAt: ["expires", (at) => time(at, "moment"), "never"],
  revokedAt: ["revoked", (at) => time(at, "moment")],
  supersededBy: ["replaced by", (id) => named(nameOf(id))],
  supersededUntil: ["works until", (at) => time(at, "moment")],
  plan: ["plan", String],
};

/** @param {string} action */
export const whatWasDone = (action) => ACTIONS[action] ?? action;

/** What differs, before and after; of something new what it is. @param {import("../server/calls.js").AuditEvent} event */
export function changesOf({ before, after }) {
  const [old, now] = [before ?? {}, after ?? {}];
  const changed = [...new Set([...Object.keys(FIELDS), ...Object.keys(old), ...Object.keys(now)])].filter(
    (field) => JSON.stringify(old[field] ?? null) !== JSON.stringify(now[field] ?? null),
  );
  if (changed.length === 0) return "–";
  return h(
    "ul",
    { class: "changes" },
    changed.map((field) => change(field, old[field] ?? null, now[field] ?? null, before !== null)),
  );
}

/**
 * @param {string} field
 * @param {any} old
 * @param {any} now
 * @param {boolean} isChange of something that was there before
 */
function change(field, old, now, isChange) {
  const [word, show, none] = FIELDS[field] ?? [field, inRaw];
  const shown = (/** @type {any} */ value) => (value === null ? (none ?? "none") : show(value));
  const isBecoming = isChange && (old !== null || none);
  return h(
    "li",
    { "data-key": field },
    h("span", { class: "quiet" }, `${word} `),
    isBecoming && [shown(old), " → "],
    shown(now),
  );
}

/** A value that this dashboard knows nothing of. @param {any} value */
const inRaw = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** A client's program in a word or two. @param {string} userAgent */
export function programOf(userAgent) {
  const browser = /(Edg|Firefox|Chrome|Safari)\/(\d+)/.exec(userAgent);
  if (!userAgent.startsWith("Mozilla/") || !browser) return userAgent.split(" ")[0];
  return `${browser[1] === "Edg" ? "Edge" : browser[1]} ${browser[2]}`;
}
