// @ts-check
/** After something was changed here: this page and the other tabs look again. */
import { refreshNow } from "./poll.js";
import { tellTabs } from "./tabs.js";

/** Shows what became of it, here and in all tabs. */
export function changed() {
  tellTabs("changed");
  refreshNow();
}
