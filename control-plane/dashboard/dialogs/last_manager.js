// @ts-check
/** Warns whoever is about to shut everybody out of a workspace. */
import { h } from "../screen/dom.js";
import { isLastManager } from "../server/managers.js";

/**
 * A place that says so, once that is known, if nobody but this token could manage the workspace's tokens.
 * @param {string} workspaceId
 * @param {import("../server/calls.js").Token} token
 * @param {AbortSignal} [signal] that the dialog is closed
 */
export function lastManagerWarning(workspaceId, token, signal) {
  const element = h("div", { role: "alert", class: "alert-slot" });
  const warn = (/** @type {boolean} */ isLast) =>
    isLast && element.replaceChildren(h("p", { class: "note warning" }, words(workspaceId)));
  isLastManager(workspaceId, token, signal).then(warn, () => {});
  return element;
}

/** @param {string} workspaceId */
const words = (workspaceId) => [
  "No other token can manage this workspace: without this one only the operator can make another, with ",
  h("code", {}, `control-plane token create --workspace ${workspaceId} --name Admin --scopes admin`),
  ".",
];
