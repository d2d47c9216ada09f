// @ts-check
/**
 * Makes what is shown equal to what should be shown, and touches nothing else: focus, an open menu, a selection and
 * what lies under the pointer survive a refresh.
 */
import { isBusy } from "./busy.js";
import { HANDLERS, present } from "./dom.js";

/**
 * Gives an element the children that it should have.
 * @param {Element} shown
 * @param {...any} wanted
 */
export function show(shown, ...wanted) {
  const focused = shown.contains(document.activeElement) ? document.activeElement : null;
  const target = document.createDocumentFragment();
  target.append(...present(wanted));
  morphChildren(shown, target);
  if (focused && !shown.contains(focused)) focusPage();
}

/** Where the focus goes on a new page, and when what had it is gone: where the page wants it, or its heading. */
export function focusPage() {
  const target = document.querySelector("main [autofocus]") ?? document.querySelector("main h1");
  if (target instanceof HTMLElement) target.focus({ preventScroll: true });
}

/** A button that waits is left alone: it would forget that. @param {Node} shown @param {Node} wanted */
function morph(shown, wanted) {
  if (shown instanceof Element && wanted instanceof Element) {
    if (isBusy(shown)) return;
    morphAttributes(shown, wanted);
    morphChildren(shown, wanted);
  } else if (shown.nodeValue !== wanted.nodeValue) {
    shown.nodeValue = wanted.nodeValue;
  }
}

/** @param {any} shown @param {any} wanted */
function morphAttributes(shown, wanted) {
  for (const { name } of [...shown.attributes]) {
    if (!wanted.hasAttribute(name)) shown.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  for (const handler of HANDLERS) shown[handler] = wanted[handler];
}

/** @param {Node} shown @param {Node} wanted */
function morphChildren(shown, wanted) {
  const kept = removeGone(shown, wanted);
  let here = shown.firstChild;
  for (const child of [...wanted.childNodes]) {
    const match = kept.get(keyOf(child)) ?? (here && isSameKind(here, child) ? here : null);
    if (match && match === here) here = here.nextSibling;
    else shown.insertBefore(match ?? child, here);
    if (match) morph(match, child);
  }
  while (here) {
    const next = here.nextSibling;
    here.remove();
    here = next;
  }
}

/**
 * Removes the keyed children that are no longer wanted; returns the others.
 * @param {Node} shown
 * @param {Node} wanted
 */
function removeGone(shown, wanted) {
  const keys = new Set([...wanted.childNodes].map(keyOf));
  const keyed = [...shown.childNodes].filter(keyOf);
  keyed.filter((child) => !keys.has(keyOf(child))).forEach((child) => child.remove());
  return new Map(keyed.map((child) => [keyOf(child), child]));
}

/** @param {any} node @returns {string | undefined} */
const keyOf = (node) => node.dataset?.key;

/** @param {Node} a @param {Node} b */
const isSameKind = (a, b) => a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
