// @ts-check
/** Starts the dashboard, and connects its parts. */
import { showPage, showUnreachable } from "./app.js";
import { h } from "./screen/dom.js";
import { refreshNow } from "./server/poll.js";
import { describe } from "./screen/alert.js";
import { loadSession, sessionEvents } from "./server/session.js";
import { hearTabs } from "./server/tabs.js";
import { startClock } from "./screen/time.js";

async function start() {
  try {
    await loadSession();
    showPage();
  } catch (failure) {
    showUnreachable(h("div", {}, describe(failure)), start);
  }
}

/** What another tab did, the server knows. @type {Record<import("./server/tabs.js").News, () => unknown>} */
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
