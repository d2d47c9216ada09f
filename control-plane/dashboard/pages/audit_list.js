// @ts-check
/** The audit log, newest first: what came since is put on top, older events are fetched when somebody asks. */
import * as calls from "../server/calls.js";
import { doubtNames, learnNames } from "../server/names.js";
import { session } from "../server/session.js";

/**
 * @typedef {import("../server/calls.js").AuditEvent} AuditEvent
 * @typedef {ReturnType<typeof auditList>} AuditList
 */

/**
 * @param {{tokenId?: string}} filter
 * @param {AbortSignal} signal
 */
export function auditList(filter, signal) {
  /** @type {{events: AuditEvent[], next: string | null, isLoaded: boolean, hasOlder: boolean}} */
  const state = { events: [], next: null, isLoaded: false, hasOlder: false };

  const fetchPage = async (/** @type {string | null} */ cursor) =>
    (await calls.listAuditEvents(session().workspace.id, { ...filter, cursor }, signal)).body;

  /**
   * Fetches the newest, and keeps older ones if somebody has asked for them. If so many came that there is a gap, those
   * are dropped too; names that the newest do not tell may have changed in between.
   */
  async function refresh() {
    const { data, nextCursor } = await fetchPage(null);
    const newest = state.events[0]?.number ?? -Infinity;
    const meets = data.some((/** @type {AuditEvent} */ { number }) => number === newest);
    const added = data.filter((/** @type {AuditEvent} */ { number }) => number > newest);
    if (!meets) doubtNames();
    learnNames(namesIn(added));
    Object.assign(
      state,
      meets && state.hasOlder
        ? { events: [...added, ...state.events] }
        : { events: data, next: nextCursor, isLoaded: true, hasOlder: false },
    );
  }

  async function loadOlder() {
    const { next } = state;
    const { data, nextCursor } = await fetchPage(next);
    if (next !== state.next) return;
    Object.assign(state, { events: [...state.events, ...data], next: nextCursor, hasOlder: true });
  }

  return {
    events: () => state.events,
    hasOlder: () => state.next !== null,
    isLoaded: () => state.isLoaded,
    actors: () => state.events.flatMap(({ actor, tokenId }) => [actor, tokenId]),
    refresh,
    loadOlder,
  };
}

/** What tokens are called since these events, which stand newest first. @param {AuditEvent[]} events */
const namesIn = (events) =>
  events
    .toReversed()
    .flatMap(({ tokenId, after }) => (tokenId && after?.name ? [{ id: tokenId, name: after.name }] : []));
