// @ts-check
/** Buttons that wait: they say so, and a second click does nothing. */

/** Whether it waits for something already. @param {Element} button */
export const isBusy = (button) => button.getAttribute("aria-busy") === "true";

/** It keeps the focus, which a disabled one would lose. @param {Element} button @param {boolean} isWaiting */
function setBusy(button, isWaiting) {
  for (const name of ["aria-busy", "aria-disabled"]) {
    if (isWaiting) button.setAttribute(name, "true");
    else button.removeAttribute(name);
  }
}

/**
 * A handler of a form or button that runs `action` once at a time.
 * @param {HTMLElement} button
 * @param {() => unknown} action
 * @returns {(event: Event) => Promise<void>}
 */
export const submitOnce = (button, action) => async (event) => {
  event.preventDefault();
  if (isBusy(button)) return;
  setBusy(button, true);
  try {
    await action();
  } finally {
    setBusy(button, false);
  }
};

/**
 * The same for a button that is made anew whenever its page is shown.
 * @param {() => unknown} action
 * @returns {(event: Event) => Promise<void>}
 */
export const clickOnce = (action) => (event) =>
  submitOnce(/** @type {HTMLElement} */ (event.currentTarget), action)(event);
