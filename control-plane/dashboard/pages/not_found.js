// @ts-check
/** An address that names no page, or none for this token. */
import { h } from "../screen/dom.js";

/**
 * @param {import("../app.js").Place} place
 * @returns {import("../app.js").Page}
 */
export function unknownPage({ main }) {
  main.replaceChildren(
    h(
      "div",
      { class: "narrow" },
      h("h1", { tabindex: "-1" }, "Page not found"),
      h("p", { class: "quiet" }, "There is no such page, or the token that you are signed in with may not see it."),
      h("p", {}, h("a", { href: "#/tokens" }, "Go to the tokens")),
    ),
  );
  return { title: "Page not found" };
}
