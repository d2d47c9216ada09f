// @ts-check
/** Everything about a token, as a list of terms. */
import { expiryMark, lastUse, projectMark, scopeBadges, statusBadge } from "../screen/badges.js";
import { h } from "../screen/dom.js";
import { tokenLink } from "../screen/token_link.js";
import { time } from "../screen/time.js";

/** @param {import("../server/calls.js").Token} token */
export function tokenFacts(token) {
  const { expiresAt, graceEndsAt, lastUsedAt, revokedAt, supersededBy } = token;
  /** @type {[string, any][]} */
  const facts = [
    ["Status", statusBadge(token)],
    ["Prefix", h("code", {}, token.prefix)],
    ["Id", h("code", {}, token.id)],
    ["Scopes", scopeBadges(token.scopes)],
    ["Project", projectMark(token.projectId)],
    ["Created", [time(token.createdAt), exactly(token.createdAt)]],
    ["Created by", tokenLink(token.createdBy)],
    ["Last used", [lastUse(lastUsedAt), exactly(lastUsedAt)]],
    ["Expires", [expiryMark(token), exactly(graceEndsAt ?? expiresAt)]],
    ...(revokedAt ? [/** @type {[string, any]} */ (["Revoked", [time(revokedAt), exactly(revokedAt)]])] : []),
    ...(supersededBy ? [/** @type {[string, any]} */ (["Replaced by", tokenLink(supersededBy)])] : []),
  ];
  return h(
    "dl",
    { class: "facts card" },
    facts.map(([term, fact]) => h("div", { "data-key": term }, h("dt", {}, term), h("dd", {}, fact))),
  );
}

/** @param {string | null} at */
const exactly = (at) => at && h("span", { class: "sub" }, time(at, "moment"));
