// @ts-check
/**
 * "Token created": shows a token's text, this once. The text lives in the closure of `openSecret` and in one text box;
 * both are empty when the dialog has closed. Nothing behind it, and no other tab, closes it.
 */
import { copy } from "../screen/clipboard.js";
import { button, dialogButtons, openDialog } from "./dialog.js";
import { h, named, newId } from "../screen/dom.js";
import { icon } from "../screen/icons.js";
import { currentSession } from "../server/session.js";
import { untilEffective } from "../server/until_effective.js";

const NOT_COPIED = "You have not copied this token. It is shown only once.";

/**
 * @param {import("../server/make_token.js").Made} made its `token` is taken out of it
 * @param {{note?: string, alsoWatch?: string[], closed?: () => void}} [options] `alsoWatch` are ids of tokens of which
 *   the edge has to hear too; `closed` is called when the dialog is gone
 */
export function openSecret(made, { note, alsoWatch = [], closed = () => {} } = {}) {
  const { body: view, status } = made;
  let secret = view.token;
  view.token = "";
  let isCopied = false;

  const box = h("input", { id: newId(), class: "secret", readonly: true, autocomplete: "off", spellcheck: "false" });
  box.value = secret;
  const said = h("p", { role: "status", class: "copied" });
  const footer = h("div", { class: "stack" });
  const watch = new AbortController();
  const dialog = openDialog({
    title: "Token created",
    mayClose: () => false,
    dismiss: leave,
    closed: forget,
    content: [
      h(
        "p",
        {},
        "This is the text of “",
        named(view.name),
        "”. It is shown only once: keep it where secrets are kept.",
      ),
      h("label", { class: "unseen", for: box.id }, "Access token"),
      h(
        "div",
        { class: "copy-row" },
        box,
        copyButton("Copy token", () => take(secret, "Copied"), { class: "button primary", autofocus: true }),
      ),
      said,
      line("export", `export DEPLO_TOKEN=${view.prefix}`, () =>
        take(`export DEPLO_TOKEN=${secret}`, "Export line copied"),
      ),
      line("curl", curlLine(), () => put(curlLine(), "Curl line copied")),
      note && h("p", { class: "note" }, note),
      status === 202 && untilEffective([view.id, ...alsoWatch], watch.signal),
      footer,
    ],
  });
  box.onfocus = () => box.select();
  box.oncopy = () => isWhole(box) && markCopied("Copied");
  addEventListener("beforeunload", warn);
  addEventListener("pagehide", dialog.close);
  showDone();

  /** Copies something that holds the secret. @param {string} text @param {string} words */
  async function take(text, words) {
    if (await put(text, words)) markCopied(words);
  }

  /** @param {string} text @param {string} words */
  async function put(text, words) {
    const isPut = await copy(text);
    said.textContent = isPut ? words : "This browser did not allow that. The token is selected: copy it by hand.";
    if (!isPut) box.focus();
    return isPut;
  }

  /** @param {string} words */
  function markCopied(words) {
    isCopied = true;
    said.textContent = words;
    removeEventListener("beforeunload", warn);
    showDone();
  }

  function leave() {
    if (isCopied) dialog.close();
    else if (footer.querySelector("[role=alert]")) showDone();
    else showWarning();
  }

  function showDone() {
    const hadWarning = footer.contains(document.activeElement);
    const done = button("Done", leave);
    footer.replaceChildren(dialogButtons(done));
    if (hadWarning) done.focus();
  }

  function showWarning() {
    const back = button("Go back", showDone, { class: "button primary" });
    footer.replaceChildren(
      h("div", { role: "alert", class: "alert" }, h("p", {}, NOT_COPIED)),
      dialogButtons(button("Close without copying", dialog.close, { class: "button danger" }), back),
    );
    back.focus();
  }

  function forget() {
    watch.abort();
    secret = box.value = "";
    removeEventListener("beforeunload", warn);
    removeEventListener("pagehide", dialog.close);
    closed();
  }
}

/** Asks before the page is left. @param {Event} event */
const warn = (event) => event.preventDefault();

/** Whether somebody has selected all of it. @param {HTMLInputElement} box */
const isWhole = (box) => box.selectionStart === 0 && box.selectionEnd === box.value.length;

/** The line is the same for everybody: the secret is not in it. */
const curlLine = () => `curl -H "Authorization: Bearer $DEPLO_TOKEN" ${currentSession()?.apiUrl ?? ""}/access-token`;

/** @param {string} name @param {string} text @param {() => void} onclick */
const line = (name, text, onclick) =>
  h(
    "div",
    { class: "copy-row" },
    h("code", { class: "line" }, text),
    copyButton(`Copy ${name} line`, onclick, { class: "icon-button" }),
  );

/** @param {string} label @param {() => void} onclick @param {Record<string, any>} attributes */
function copyButton(label, onclick, attributes) {
  const isWordy = attributes.class !== "icon-button";
  return h(
    "button",
    { type: "button", onclick, "aria-label": isWordy ? null : label, title: isWordy ? null : label, ...attributes },
    icon("copy"),
    isWordy && label,
  );
}
