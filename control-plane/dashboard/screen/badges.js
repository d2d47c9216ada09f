// @ts-check
/** Small marks: statuses, scopes, expiries. */
import { h } from "./dom.js";
import { projectName } from "../server/projects.js";
import { expiryOf, isInGrace, statusOf } from "../rules/status.js";
import { time } from "./time.js";

/** @typedef {import("../server/calls.js").Token} Token */

/** @param {Token} token */
export function statusBadge(token) {
  const { word, tone, note } = statusOf(token);
  return [h("span", { class: `status status-${tone}` }, word), note && h("span", { class: "sub" }, note)];
}

/** @param {string[]} scopes */
export const scopeBadges = (scopes) =>
  h(
    "span",
    { class: "scopes" },
    scopes.map((scope) => h("span", { class: `scope scope-${scope}` }, scope)),
  );

/** A token in its grace says when that ends, which is when it stops. @param {Token} token */
export function expiryMark(token) {
  if (isInGrace(token) && token.graceEndsAt)
    return [
      h("span", { class: "expiry-soon" }, time(token.graceEndsAt)),
      h("span", { class: "sub" }, "replaced, works until then"),
    ];
  const nearness = expiryOf(token);
  if (!token.expiresAt) return h("span", { class: "quiet" }, "Never");
  return h("span", { class: `expiry-${nearness}` }, nearness === "past" && "Expired ", time(token.expiresAt));
}

/** @param {string | null} projectId */
export const projectMark = (projectId) =>
  projectId ? h("bdi", { title: projectId }, projectName(projectId)) : h("span", { class: "quiet" }, "All projects");

/** @param {string | null} lastUsedAt */
export const lastUse = (lastUsedAt) => (lastUsedAt ? time(lastUsedAt) : h("span", { class: "quiet" }, "Never"));
