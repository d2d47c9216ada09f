// @ts-check
/** The fields of a token: name, scopes, project, expiry. */
import { h } from "../screen/dom.js";
import { ON_A_DATE, choicesFor, dateRange, endOf, expiresAt, isPast } from "../rules/expiry.js";
import { choiceField, menuField, textField } from "../screen/fields.js";
import { projects } from "../server/projects.js";
import { SCOPES } from "../rules/scopes.js";
import { session } from "../server/session.js";
import { moment, time } from "../screen/time.js";

/** @param {string} [name] */
export const nameField = (name) =>
  textField({
    label: "Name",
    pointer: "/name",
    value: name,
    placeholder: "CI Deploy",
    hint: "What uses it, so that others know what stops when it is revoked.",
  });

/** None is chosen beforehand: no more than needed. @param {string[]} [chosen] */
export const scopesField = (chosen) =>
  choiceField({
    label: "Scopes",
    pointer: "/scopes",
    type: "checkbox",
    chosen,
    options: SCOPES.map(({ name, allows }) => ({
      value: name,
      label: name,
      hint: allows,
    })),
  });

/** A project's token makes tokens of its project only. */
export function projectField() {
  const { projectId } = session().accessToken;
  const all = projectId ? [] : [{ value: "", label: "All projects" }];
  const own = projects()
    .filter(({ id }) => !projectId || id === projectId)
    .map(({ id, name }) => ({ value: id, label: name }));
  const hint = projectId ? "Your own token covers this project only." : undefined;
  return menuField({ label: "Project", pointer: "/projectId", options: [...all, ...own], hint });
}

/** When it expires. A caller that expires can give no more time than it has. */
export function expiryField() {
  const own = session().accessToken.expiresAt;
  const choices = choicesFor(own);
  const date = textField({ label: "Expiry date", pointer: "/expiresAt", type: "date", ...dateRange(own) });
  const meaning = h("p", { class: "hint", "aria-live": "polite" });
  const onDate = h("div", { class: "on-date" }, date.element, meaning);
  const isOnDate = () => field.value()[0] === ON_A_DATE.value;
  const update = () => {
    onDate.hidden = !isOnDate();
    meaning.hidden = false;
    meaning.replaceChildren(
      ...(date.value() ? ["Ends ", time(endOf(date.value()), "moment")] : ["The end of that day, UTC."]),
    );
  };
  const field = choiceField({
    label: "Expires",
    pointer: "/expiresAt",
    type: "radio",
    options: choices,
    columns: true,
    chosen: [choices[0].value],
    onchange: () => {
      update();
      if (isOnDate()) onDate.scrollIntoView({ block: "nearest" });
    },
    hint: own ? "Not later than your own token, which expires itself." : undefined,
  });
  field.element.append(onDate);
  date.control.oninput = update;
  update();
  return {
    ...field,
    value: () => expiresAt(field.value()[0], date.value(), own),
    focus: () => (isOnDate() ? date : field).focus(),
    showError: (/** @type {string} */ words) => {
      field.showError(isOnDate() ? "" : words);
      date.showError(isOnDate() ? words : "");
      meaning.hidden = words !== "";
    },
    missing: () => (isOnDate() ? missingOf(date.value()) : ""),
  };
}

/** What is wrong with a chosen date, before it is sent. @param {string} date */
function missingOf(date) {
  if (!date) return "choose a date";
  return isPast(date) ? `that day ended ${moment(endOf(date))}; choose a later one` : "";
}
