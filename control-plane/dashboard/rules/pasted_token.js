// @ts-check
/** A token as people paste it: with what stood around it where they copied it from. */

/** What is not seen, at either end: spaces, and characters without width. */
const UNSEEN = /^[\s\u200B-\u200D\u2060\uFEFF]+|[\s\u200B-\u200D\u2060\uFEFF]+$/g;

/** `export DEPLO_TOKEN=…`, `Authorization: Bearer …`, quotes, and the end of a command. */
const AROUND = /^(?:export\s+)?(?:\w+\s*=\s*)?["']?(?:Authorization:\s*)?(?:Bearer\s+)?["']?|["';]+$/gi;

/** @param {string} text as it was pasted */
export const tokenIn = (text) => text.replace(UNSEEN, "").replace(AROUND, "").replace(UNSEEN, "");
