// @ts-check
/** Copying, and saying so. */

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether the browser allowed it
 */
export const copy = (text) =>
  navigator.clipboard
    ? navigator.clipboard.writeText(text).then(
        () => true,
        () => false,
      )
    : Promise.resolve(false);
