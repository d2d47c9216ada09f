// @ts-check
/** The bar at the top: where one can go, and as whom one is signed in. */
import { clickOnce } from "./busy.js";
import { h, named, unseen, untwisted } from "./dom.js";
import { icon } from "./icons.js";
import { show } from "./morph.js";
import { mayManage } from "../rules/permissions.js";
import { currentRoute } from "./router.js";
import { currentSession, signOut } from "../server/session.js";
import { time } from "./time.js";
import { toast } from "./toasts.js";
import { planName } from "../rules/usage.js";

const top = /** @type {HTMLElement} */ (document.getElementById("top"));

/** Shows the bar as it should be now; without a session there is none. */
export function renderHeader() {
  const session = currentSession();
  top.hidden = !session;
  if (!session) return show(top);
  const row = h("div", { class: "top-row" }, brand(session.workspace), links(), account(session.accessToken));
  show(top, row, graceNote(session.accessToken));
}

/** Whoever is signed in with a replaced token is told in time. @param {import("../server/calls.js").Token} token */
const graceNote = ({ graceEndsAt }) =>
  graceEndsAt &&
  h(
    "p",
    { class: "top-note" },
    "The token that you are signed in with was replaced, and works until ",
    time(graceEndsAt, "moment"),
    ". Sign in with the new one before.",
  );

/** @param {import("../server/calls.js").Workspace} workspace */
const brand = ({ name, plan }) =>
  h(
    "div",
    { class: "brand" },
    h("img", { src: "/assets/icon.svg", alt: "Deplo", width: 24, height: 24 }),
    h("span", { class: "workspace", title: untwisted(name) }, named(name)),
    h("span", { class: "plan" }, planName(plan)),
  );

function links() {
  const { name } = currentRoute();
  return h(
    "nav",
    { "aria-label": "Main" },
    link("Tokens", "#/tokens", name === "tokens" ? "page" : name === "token" && "true"),
    mayManage() && link("Audit log", "#/audit", name === "audit" && "page"),
  );
}

/** @param {string} label @param {string} href @param {string | false} current */
const link = (label, href, current) => h("a", { href, "aria-current": current }, label);

/** @param {import("../server/calls.js").Token} token */
const account = ({ name, prefix }) =>
  h(
    "div",
    { class: "account" },
    h(
      "span",
      { class: "who", title: `${untwisted(name)} (${prefix})` },
      icon("key"),
      unseen("Signed in with "),
      named(name),
    ),
    h("button", { type: "button", class: "button small", onclick: clickOnce(leave) }, "Sign out"),
  );

const leave = () => signOut().catch((failure) => toast(`You are still signed in: ${failure.message}`));
