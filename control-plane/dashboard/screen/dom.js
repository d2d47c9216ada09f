// @ts-check
/** Builds elements. Text only ever becomes a text node, so that no name can be markup. */

/** What elements of this dashboard listen to, as properties, so that `morph` can carry them over. */
export const HANDLERS = ["onclick", "onchange", "oninput", "onsubmit"];

/**
 * An element with attributes and children. `null`, `undefined` and `false` stand for nothing.
 * @param {string} tag
 * @param {Record<string, any>} [attributes] a function under one of `HANDLERS`, otherwise text, number or boolean
 * @param {...any} children nodes, texts, or lists of them
 * @returns {any}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...present(children));
  return element;
}

/**
 * The children that are there, in one flat list.
 * @param {any[]} children
 */
export const present = (children) =>
  children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);

/** @param {any} element @param {string} name @param {any} value */
function set(element, name, value) {
  if (HANDLERS.includes(name)) element[name] = value;
  else if (value === true) element.setAttribute(name, "");
  else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
}

let lastId = 0;

/** An id for an element that another one refers to. */
export const newId = () => `id-${++lastId}`;

/** A name that somebody chose: whatever its direction, it does not turn the sentence around it. @param {string} name */
export const named = (name) => h("bdi", {}, name);

/** The same for titles, which hold no elements: without what turns the direction of text. @param {string} name */
export const untwisted = (name) => name.replace(/[\u202A-\u202E\u2066-\u2069]/g, "");

/** Text for screen readers alone. @param {string} text */
export const unseen = (text) => h("span", { class: "unseen" }, text);
