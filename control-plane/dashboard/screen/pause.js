// @ts-check
/** Waits. @param {number} ms milliseconds */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
