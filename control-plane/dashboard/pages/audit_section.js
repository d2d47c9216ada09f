// @ts-check
/** The table of audit events, and the way to older ones. */
import { changesOf, programOf, whatWasDone } from "./audit_words.js";
import { clickOnce } from "../screen/busy.js";
import { h } from "../screen/dom.js";
import { tokenLink } from "../screen/token_link.js";
import { table } from "../screen/table.js";
import { time } from "../screen/time.js";
import { toast } from "../screen/toasts.js";

/** @typedef {import("../server/calls.js").AuditEvent} AuditEvent */

/** @type {import("../screen/table.js").Column<AuditEvent>[]} */
const COLUMNS = [
  { title: "When", name: "when", cell: ({ at }) => time(at) },
  { title: "Who", name: "who", cell: ({ actor }) => tokenLink(actor) },
  { title: "What", name: "what", cell: ({ action }) => whatWasDone(action) },
  { title: "Token", name: "token", cell: ({ tokenId }) => (tokenId ? tokenLink(tokenId) : "–") },
  { title: "Changes", name: "changes", cell: changesOf },
  { title: "From", name: "from", cell: fromCell },
];

/** @param {AuditEvent} event */
function fromCell({ address, userAgent }) {
  return [
    h("span", {}, address ?? "–"),
    userAgent && h("span", { class: "sub", title: userAgent }, programOf(userAgent)),
  ];
}

/**
 * @param {{events: import("./audit_list.js").AuditList, label: string, level?: string, render: () => void}} section
 *   `level` is the heading's, if there is one; `render` shows the page again
 */
export function auditSection({ events, label, level, render }) {
  const onclick = clickOnce(() => events.loadOlder().then(render, tell));
  const older = h("button", { type: "button", class: "button", "data-key": "older", onclick }, "Older events");
  const rows = events.events();
  return h(
    "section",
    { class: "region", "aria-label": label, "data-key": label },
    level && h(level, {}, label),
    rows.length
      ? table({ label, columns: COLUMNS, rows, key: ({ number }) => number })
      : h("p", { class: "quiet" }, "No events yet."),
    events.hasOlder() && h("p", { class: "more" }, older),
  );
}

/** Whoever has left the page asks for no more. @param {Error} failure */
function tell({ name, message }) {
  if (name !== "AbortError") toast(`Older events could not be fetched: ${message}`);
}
