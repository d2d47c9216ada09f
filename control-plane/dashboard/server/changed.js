// @ts-check
/** After something was changed here, or refused: this page and the other tabs look again. */
import { refreshNow } from "./poll.js";
import { Problem } from "./problem.js";
import { tellTabs } from "./tabs.js";

/** Shows what became of it, here and in all tabs. */
export function changed() {
  tellTabs("changed");
  refreshNow();
}

/** Refusals that tell of something that is not as it is shown: rights, the plan's room, or the token itself. */
const TELLING = [403, 404, 409, 412];

/** Shows how things are, if a failure says that they are not as they were shown. @param {unknown} failure */
export function lookAgain(failure) {
  if (failure instanceof Problem && TELLING.includes(failure.status)) refreshNow();
}
