// @ts-check
/** Starts the dashboard, and connects its parts. */
import { showPage, showUnreachable } from "./app.js";
import { h } from "./dom.js";
import { refreshNow } from "./poll.js";
import { describe } from "./problem.js";
import { loadSession, sessionEvents } from "./session.js";
import { hearTabs } from "./tabs.js";
import { startClock } from "./time.js";

async function start() {
  try {
    await loadSession();
    showPage();
  } catch (failure) {
    showUnreachable(h("div", {}, describe(failure)), start);
  }
}

/** What another tab did, the server knows. @type {Record<import("./tabs.js").News, () => unknown>} */
const HEARD = {
  changed: refreshNow,
  "signed-in": () => loadSession().catch(() => {}),
  "signed-out": () => loadSession("elsewhere").catch(() => {}),
};

function skip(/** @type {Event} */ event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

sessionEvents.addEventListener("change", showPage);
addEventListener("hashchange", showPage);
document.getElementById("skip")?.addEventListener("click", skip);
hearTabs((news) => HEARD[news]());
startClock();
start();
