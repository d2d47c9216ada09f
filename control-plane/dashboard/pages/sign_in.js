// @ts-check
/** Signing in: a token is exchanged for a session, and kept nowhere here. */
import { submitOnce } from "../screen/busy.js";
import { h } from "../screen/dom.js";
import { textField } from "../screen/fields.js";
import { focusPage } from "../screen/morph.js";
import { alertBox } from "../screen/alert.js";
import { tokenIn } from "../rules/pasted_token.js";
import { signIn, whySignedOut } from "../server/session.js";

const NO_COOKIE =
  "The token is right, but this browser kept no cookie. " +
  "Open the dashboard by HTTPS; on this machine, use Chrome or Firefox.";

/**
 * @param {import("../app.js").Place} place
 * @returns {import("../app.js").Page}
 */
export function signInPage({ main }) {
  const field = textField({
    label: "Access token",
    type: "password",
    placeholder: "sk_live_…",
    autofocus: true,
    pointer: "/token",
  });
  const button = h("button", { class: "button primary wide" }, "Sign in");
  const alert = alertBox();
  const form = h(
    "form",
    { class: "card", novalidate: true, onsubmit: submitOnce(button, send) },
    alert.element,
    field.element,
    button,
    h(
      "p",
      { class: "quiet" },
      "It is exchanged for a session, which ends with the token. What the token may not do is not shown.",
    ),
  );
  main.replaceChildren(
    h(
      "div",
      { class: "sign-in" },
      h("img", { src: "/assets/icon.svg", alt: "", width: 40, height: 40 }),
      h("h1", { tabindex: "-1" }, "Sign in"),
      form,
    ),
  );
  if (whySignedOut()) alert.say(whySignedOut());

  async function send() {
    alert.clear();
    field.showError("");
    const token = tokenIn(field.value());
    if (!token) return field.showError("Paste an access token of your workspace.");
    try {
      if (!(await signIn(token))) alert.say(NO_COOKIE);
    } catch (failure) {
      alert.say(failure);
    }
    field.set("");
  }

  return { title: "Sign in", start: focusPage };
}
