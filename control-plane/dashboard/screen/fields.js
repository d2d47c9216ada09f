// @ts-check
/** Fields of forms: label, control, and an error beside it. */
import { h, newId } from "./dom.js";

/**
 * @typedef {{element: HTMLElement, pointer: string, value: () => any, focus: () => void,
 *   showError: (words: string) => void}} Field `pointer` is the server's name for it (RFC 6901)
 */

/**
 * What every field has in common: where its error is shown, until somebody changes something about it.
 * @param {HTMLElement[]} controls the first one takes the focus
 * @param {HTMLElement} described what the error describes
 * @param {string} [hintId]
 */
function withError(controls, described, hintId) {
  const error = h("p", { class: "error", id: newId() });
  const showError = (/** @type {string} */ words) => {
    error.textContent = words;
    const ids = [hintId, words && error.id].filter(Boolean).join(" ");
    if (ids) described.setAttribute("aria-describedby", ids);
    else described.removeAttribute("aria-describedby");
    controls.forEach((control) =>
      words ? control.setAttribute("aria-invalid", "true") : control.removeAttribute("aria-invalid"),
    );
  };
  described.addEventListener("input", () => showError(""));
  showError("");
  return {
    error,
    showError,
    focus: () => (controls.find((control) => control.matches(":checked")) ?? controls[0])?.focus(),
  };
}

/** @param {string} [words] */
const hintOf = (words) => (words ? h("p", { class: "hint", id: newId() }, words) : null);

/**
 * @param {{label: string, pointer: string, value?: string, hint?: string, type?: string, placeholder?: string,
 *   min?: string, max?: string, autofocus?: boolean}} field
 * @returns {Field & {control: HTMLInputElement, set: (value: string) => void}}
 */
export function textField({ label, pointer, value = "", hint, type = "text", ...attributes }) {
  const control = h("input", {
    id: newId(),
    type,
    autocomplete: "off",
    spellcheck: "false",
    dir: type === "text" ? "auto" : null,
    ...attributes,
  });
  control.value = value;
  const words = hintOf(hint);
  const { error, ...rest } = withError([control], control, words?.id);
  const element = h("div", { class: "field" }, h("label", { for: control.id }, label), control, words, error);
  const set = (/** @type {string} */ value) => (control.value = value);
  return { element, pointer, control, value: () => control.value, set, ...rest };
}

/**
 * @param {{label: string, pointer: string, options: {value: string, label: string}[], hint?: string}} field
 * @returns {Field}
 */
export function menuField({ label, pointer, options, hint }) {
  const control = h(
    "select",
    { id: newId() },
    options.map((option) => h("option", { value: option.value }, option.label)),
  );
  const words = hintOf(hint);
  const { error, ...rest } = withError([control], control, words?.id);
  const element = h("div", { class: "field" }, h("label", { for: control.id }, label), control, words, error);
  return { element, pointer, value: () => control.value, ...rest };
}

/**
 * A group of check boxes or radio buttons.
 * @param {{label: string, pointer: string, type: "checkbox" | "radio", hint?: string, chosen?: string[], columns?: boolean,
 *   options: {value: string, label: string, hint?: string}[], onchange?: () => void}} field
 * @returns {Field & {value: () => string[], set: (chosen: string[]) => void}}
 */
export function choiceField({ label, pointer, type, hint, chosen = [], options, columns, onchange }) {
  const name = newId();
  const inputs = options.map(({ value }) =>
    h("input", { type, name, id: newId(), value, checked: chosen.includes(value) }),
  );
  const words = hintOf(hint);
  const rows = options.map((option, index) => choiceRow(inputs[index], option));
  const element = h(
    "fieldset",
    { class: "field", onchange },
    h("legend", {}, label),
    words,
    h("div", { class: columns ? "choices columns" : "choices" }, rows),
  );
  const { error, ...rest } = withError(inputs, element, words?.id);
  element.append(error);
  return {
    element,
    pointer,
    value: () => inputs.filter((input) => input.checked).map((input) => input.value),
    set: (chosen) => inputs.forEach((input) => (input.checked = chosen.includes(input.value))),
    ...rest,
  };
}

/** @param {HTMLInputElement} input @param {{label: string, hint?: string}} option */
function choiceRow(input, { label, hint }) {
  const words = hint ? h("span", { class: "hint", id: newId() }, hint) : null;
  if (words) input.setAttribute("aria-describedby", words.id);
  return h("div", { class: "choice" }, input, h("label", { for: input.id }, label), words);
}
