// @ts-check
/**
 * A dialog with a form: sends once, and shows errors beside their fields. When an answer is lost the very same request
 * can be sent again, and nothing else.
 */
import { isBusy, submitOnce } from "../screen/busy.js";
import { button, dialogButtons, openDialog } from "./dialog.js";
import { h } from "../screen/dom.js";
import { Problem, alertBox } from "../server/problem.js";

/**
 * @param {object} options
 * @param {any} options.title
 * @param {any} [options.intro]
 * @param {import("../screen/fields.js").Field[]} options.fields
 * @param {string} options.action what the button says
 * @param {() => object} options.read the request; throws a `Problem` with what is wrong before anything is sent
 * @param {(request: any) => Promise<any>} options.send its failure is shown, and the dialog stays
 * @param {(answer: any) => void} options.done called with the answer, after the dialog has closed
 * @param {(failure: unknown) => string} [options.lost] what to do when no answer came, by what came of the last try
 * @param {() => void} [options.abandoned] called when it is closed after an answer was lost
 */
export function openForm({ title, intro, fields, action, read, send, done, lost = () => "", abandoned = () => {} }) {
  const alert = alertBox();
  const inputs = h(
    "fieldset",
    { class: "plain" },
    fields.map(({ element }) => element),
  );
  const submit = button(action, null, { class: "button primary" });
  const cancel = button("Cancel", dismiss);
  const form = h(
    "form",
    { novalidate: true, onsubmit: submitOnce(submit, trySend) },
    intro,
    inputs,
    alert.element,
    dialogButtons(cancel, submit),
  );
  const dialog = openDialog({ title, content: form, dismiss, mayClose: () => !isBusy(submit) });
  fields[0].focus();
  let isLost = false;
  /** @type {object} */
  let request;

  function dismiss() {
    if (isBusy(submit)) return;
    dialog.close();
    if (isLost) abandoned();
  }

  async function trySend() {
    alert.clear();
    fields.forEach((field) => field.showError(""));
    cancel.disabled = inputs.disabled = true;
    try {
      if (!isLost) request = read();
      const answer = await send(request);
      dialog.close();
      done(answer);
    } catch (failure) {
      whenFailed(failure);
    }
  }

  /** After a lost answer the same request is sent again, so nothing in it may be changed. @param {unknown} failure */
  function whenFailed(failure) {
    isLost ||= failure instanceof Problem && failure.isLost;
    cancel.disabled = false;
    inputs.disabled = isLost;
    const others = isLost ? [] : errorsOf(failure).filter((error) => !showBeside(error));
    if (isLost) submit.textContent = "Try again";
    if (isLost || errorsOf(failure).length === 0 || others.length > 0) alert.say(failure);
    if (isLost) alert.element.append(h("p", { class: "alert" }, lost(failure)));
    fields.find(({ element }) => element.querySelector("[aria-invalid]"))?.focus();
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
