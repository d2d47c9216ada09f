// @ts-check
/**
 * "Token created": shows a token's text, this once. The text lives in the closure of `openSecret` and in one text box;
 * both are empty when the dialog has closed. Nothing behind it, and no other tab, closes it.
 */
import { copy } from "../screen/clipboard.js";
import { button, dialogButtons, openDialog } from "./dialog.js";
import { h, named, newId } from "../screen/dom.js";
import { openRevoke } from "./revoke.js";
import { icon } from "../screen/icons.js";
import { mayManage } from "../rules/permissions.js";
import { session } from "../server/session.js";
import { untilEffective } from "./until_effective.js";

const NOT_COPIED = "You have not copied this token. It is shown only once.";
const OVERWRITTEN = "The curl line has taken the token's place in the clipboard. The token is shown only once.";
const NOT_REVOCABLE = "You are no longer signed in to its workspace, so it cannot be revoked here.";

/**
 * @param {import("../server/make_token.js").Made} made its `token` is taken out of it
 * @param {{title?: string, notes?: any[], alsoWatch?: string[]}} [options] `notes` are paragraphs below the token;
 *   `alsoWatch` are ids of tokens of which the edge has to hear too
 */
export function openSecret(made, { title = "Token created", notes = [], alsoWatch = [] } = {}) {
  const { body: view, status, workspaceId, apiUrl } = made;
  let secret = view.token;
  view.token = "";
  /** Why it would be lost if this closed; empty once it is elsewhere. */
  let risk = NOT_COPIED;

  const box = h("input", { id: newId(), class: "secret", readonly: true, autocomplete: "off", spellcheck: "false" });
  box.value = secret;
  const said = h("p", { role: "status", class: "copied" });
  const footer = h("div", { class: "stack" });
  const watch = new AbortController();
  const curl = h("code", { class: "line" }, `curl -H "Authorization: Bearer $DEPLO_TOKEN" ${apiUrl}/access-token`);
  const dialog = openDialog({
    title,
    mayClose: () => false,
    mayLeave: () => !risk,
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
      line("export", h("code", { class: "line" }, `export DEPLO_TOKEN=${view.prefix}`), () =>
        take(`export DEPLO_TOKEN=${secret}`, "Export line copied"),
      ),
      line("curl", curl, takeCurl),
      notes.map((note) => h("p", { class: "note" }, note)),
      status === 202 && untilEffective([view.id, ...alsoWatch], watch.signal),
      footer,
    ],
  });
  box.onfocus = () => box.select();
  box.oncopy = () => isWhole(box) && markCopied("Copied");
  addEventListener("pagehide", dialog.close);
  showDone();

  /** Copies something that holds the secret. @param {string} text @param {string} words */
  async function take(text, words) {
    if (await copy(text)) return markCopied(words);
    said.textContent = "This browser did not allow that. The token is selected: copy it by hand.";
    box.focus();
    box.select();
  }

  async function takeCurl() {
    const isPut = await copy(curl.textContent);
    said.textContent = isPut
      ? "Curl line copied"
      : "This browser did not allow that. The line is selected: copy it by hand.";
    if (isPut) risk ||= OVERWRITTEN;
    else getSelection()?.selectAllChildren(curl);
  }

  /** @param {string} words */
  function markCopied(words) {
    risk = "";
    said.textContent = words;
    showDone();
  }

  function leave() {
    if (!risk) dialog.close();
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
      h("div", { role: "alert", class: "alert" }, h("p", {}, risk), !mayRevoke() && h("p", {}, NOT_REVOCABLE)),
      dialogButtons(
        mayRevoke() && button("Revoke it", revoke),
        button("Close without copying", dialog.close, { class: "button danger" }),
        back,
      ),
    );
    back.focus();
  }

  /** The session may have ended meanwhile, or be one of another workspace. */
  const mayRevoke = () => mayManage() && session().workspace.id === workspaceId;

  /** Of no use to anybody: nobody has its text. */
  function revoke() {
    if (!mayRevoke()) return showWarning();
    dialog.close();
    openRevoke(view);
  }

  function forget() {
    watch.abort();
    secret = box.value = "";
    removeEventListener("pagehide", dialog.close);
  }
}

/** Whether somebody has selected all of it. @param {HTMLInputElement} box */
const isWhole = (box) => box.selectionStart === 0 && box.selectionEnd === box.value.length;

/** @param {string} name @param {HTMLElement} shown @param {() => void} onclick */
const line = (name, shown, onclick) =>
  h("div", { class: "copy-row" }, shown, copyButton(`Copy ${name} line`, onclick, { class: "icon-button" }));

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
