// @ts-check
/** The tokens of a filter, loaded chunk by chunk and only as far as somebody looks. */
import * as calls from "../server/calls.js";
import { learnNames } from "../server/names.js";
import { session } from "../server/session.js";

/** Most tokens that are loaded, as for a search. */
export const TOKENS_MAX = 10_000;

/**
 * @typedef {import("../server/calls.js").Token} Token
 * @typedef {{cursor: string | null, tokens: Token[], next: string | null}} Chunk one answer, and where it began
 * @typedef {ReturnType<typeof tokenList>} TokenList
 */

/**
 * @param {{status: string, projectId: string}} filter
 * @param {AbortSignal} signal
 */
export function tokenList(filter, signal) {
  /** @type {Chunk[]} */
  let chunks = [];
  /** Loads one after the other: each goes on where the one before has ended. */
  let queue = Promise.resolve();
  const inTurn = (/** @type {() => Promise<void>} */ task) => (queue = queue.catch(() => {}).then(task));

  const tokens = () => chunks.flatMap((chunk) => chunk.tokens);
  const isLoaded = () => chunks.length > 0;
  const isComplete = () => isLoaded() && chunks.at(-1)?.next === null;
  /** Whether no more will be loaded. */
  const isAtEnd = () => isComplete() || tokens().length >= TOKENS_MAX;

  /** @param {string | null} cursor @returns {Promise<Chunk>} */
  async function fetchChunk(cursor) {
    const { body } = await calls.listTokens(session().workspace.id, { ...filter, cursor }, signal);
    learnNames(body.data);
    return { cursor, tokens: body.data, next: body.nextCursor };
  }

  /**
   * Loads until there are so many tokens, or no more.
   * @param {number} count
   * @param {() => void} [progress] called after each chunk
   */
  const loadTo = (count, progress) =>
    inTurn(async () => {
      while (!isAtEnd() && tokens().length < count) {
        chunks = [...chunks, await fetchChunk(chunks.at(-1)?.next ?? null)];
        progress?.();
      }
    });

  /**
   * Fetches the newest chunk again, those that are looked at, and those whose beginning has moved.
   * @param {Set<string>} shown ids of what is looked at
   */
  const refresh = (shown) =>
    inTurn(async () => {
      /** @type {Chunk[]} */
      const fresh = [await fetchChunk(null)];
      for (const old of chunks.slice(1)) {
        const cursor = fresh.at(-1)?.next ?? null;
        if (!cursor) break;
        const stays = old.cursor === cursor && !old.tokens.some(({ id }) => shown.has(id));
        fresh.push(stays ? old : await fetchChunk(cursor));
      }
      chunks = fresh;
    });

  return { tokens, isLoaded, isComplete, isAtEnd, loadTo, refresh };
}
