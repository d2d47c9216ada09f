// @ts-check
/**
 * A dialog with a form: sends once, and shows errors beside their fields. While a request may have been carried out, it
 * can be sent again, and nothing else; the page is not left without a question, nor the form without a word. Nobody has to
 * wait: it can be closed at any time.
 */
import { isBusy, submitOnce } from "../screen/busy.js";
import { changed, lookAgain } from "../server/changed.js";
import { button, dialogButtons, openDialog } from "./dialog.js";
import { h } from "../screen/dom.js";
import { alertBox } from "../screen/alert.js";
import { Problem } from "../server/problem.js";
import { isOwnToken, session } from "../server/session.js";

const TOUCHED = "What you have filled in is not sent. Press Esc again to close this without it.";
const SOMEBODY_ELSE = "You are no longer signed in with the token with which you began, so this was not sent.";

/**
 * @param {object} options
 * @param {any} options.title
 * @param {any} [options.intro]
 * @param {import("../screen/fields.js").Field[]} options.fields
 * @param {string} options.action what the button says
 * @param {() => object | null} options.read the request, or null if there is nothing to send; throws a `Problem` with
 *   what is wrong before anything is sent
 * @param {(request: any) => Promise<any>} options.send its failure is shown, and the dialog stays
 * @param {(answer: any) => void} options.done called with the answer, after the dialog has closed
 * @param {(failure: Problem) => string} [options.lost] what to do when the request may have been carried out, by what
 *   came of the last try
 * @param {() => void} [options.abandoned] called when it is closed then, however that came
 */
export function openForm({ title, intro, fields, action, read, send, done, lost = () => "", abandoned = () => {} }) {
  const alert = alertBox();
  const inputs = h(
    "fieldset",
    {},
    fields.map(({ element }) => element),
  );
  const submit = button(action, null, { class: "button primary" });
  const cancel = button("Cancel", leave);
  const form = h(
    "form",
    { novalidate: true, onsubmit: submitOnce(submit, trySend), oninput: whenTouched },
    intro,
    inputs,
    alert.element,
    dialogButtons(cancel, submit),
  );
  const dialog = openDialog({
    title,
    content: form,
    dismiss: whenEscape,
    mayClose: () => !isBusy(submit) && !isRefused && !(isTouched && isOwnToken(ownId)),
    mayLeave: () => !isBusy(submit) && !isLost,
    closed: () => isLost && abandoned(),
  });
  fields[0].focus();
  const ownId = session().accessToken.id;
  let [isLost, isTouched, isWarned] = [false, false, false];
  /** Why is read, whatever the page behind becomes by it. */
  let isRefused = false;
  /** @type {object | null} */
  let request;

  function whenTouched() {
    isTouched = true;
    isWarned = false;
  }

  /** It is pressed by mistake more easily than a button: what was filled in is not lost at once. */
  function whenEscape() {
    if (!isTouched || isWarned || isBusy(submit) || isLost) return leave();
    isWarned = true;
    alert.say(TOUCHED);
  }

  /** What was sent and is waited for no longer may be carried out all the same. */
  function leave() {
    isLost ||= isBusy(submit);
    dialog.close();
  }

  async function trySend() {
    alert.clear();
    fields.forEach((field) => field.showError(""));
    submit.focus();
    inputs.disabled = true;
    try {
      if (!isLost) request = read();
      if (!isOwnToken(ownId)) throw new Problem({ status: 401, detail: SOMEBODY_ELSE });
      const answer = request && (await send(request));
      if (!dialog.element.isConnected) return changed();
      isLost = false;
      dialog.close();
      if (answer) done(answer);
    } catch (failure) {
      whenFailed(failure);
    }
  }

  /** @param {unknown} failure */
  function whenFailed(failure) {
    if (!dialog.element.isConnected) return;
    if (failure instanceof Problem) isLost = failure.after(isLost).isLost;
    isRefused = failure instanceof Problem && failure.status === 403;
    inputs.disabled = isLost;
    submit.textContent = isLost ? "Try again" : action;
    const others = errorsOf(failure).filter((error) => !showBeside(error));
    if (isLost || errorsOf(failure).length === 0 || others.length > 0) alert.say(failure);
    if (isLost) alert.element.prepend(h("p", { class: "alert" }, lost(/** @type {Problem} */ (failure))));
    fields.find(({ element }) => element.querySelector("[aria-invalid]"))?.focus();
    lookAgain(failure);
  }

  /** @param {{pointer: string, detail: string}} error @returns {boolean} whether there is a field for it */
  function showBeside({ pointer, detail }) {
    const field = fields.find((field) => pointer === field.pointer || pointer.startsWith(`${field.pointer}/`));
    field?.showError(sentence(detail));
    return Boolean(field);
  }
}

/** @param {unknown} failure */
const errorsOf = (failure) => (failure instanceof Problem ? failure.errors : []);

/** @param {string} words as the server writes them */
const sentence = (words) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
