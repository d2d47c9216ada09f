// @ts-check
/** When a new token may expire, and what a choice means. */

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The last day that the server knows to its end. */
const LAST_DAY = "9999-12-29";

/** @typedef {{value: string, label: string, at: (now: number) => number}} Choice `at` in milliseconds since 1970 */

/** @type {Choice[]} */
const CHOICES = [
  { value: "never", label: "Never (permanent)", at: () => Infinity },
  { value: "7", label: "In 7 days", at: (now) => now + 7 * DAY_MS },
  { value: "30", label: "In 30 days", at: (now) => now + 30 * DAY_MS },
  { value: "90", label: "In 90 days", at: (now) => now + 90 * DAY_MS },
];

/** The choice that has a date of its own. */
export const ON_A_DATE = { value: "date", label: "On a date" };

/** The choice of a caller that expires itself. */
const WITH_CALLER = { value: "caller", label: "Together with your own token" };

/**
 * What a caller may choose from: nobody gives away more time than they have.
 * @param {string | null} ownExpiry of the caller's token
 * @returns {{value: string, label: string}[]}
 */
export function choicesFor(ownExpiry) {
  const { min, max } = dateRange(ownExpiry);
  const fitting = CHOICES.filter((choice) => choice.at(Date.now()) <= latest(ownExpiry));
  return [...fitting, ...(ownExpiry ? [WITH_CALLER] : []), ...(min <= max ? [ON_A_DATE] : [])];
}

/**
 * The `expiresAt` of a request; null means never.
 * @param {string} value of a choice
 * @param {string} date of the date field
 * @param {string | null} ownExpiry of the caller's token
 */
export function expiresAt(value, date, ownExpiry) {
  if (value === ON_A_DATE.value) return date;
  if (value === WITH_CALLER.value) return ownExpiry;
  const at = CHOICES.find((choice) => choice.value === value)?.at(Date.now()) ?? Infinity;
  return at === Infinity ? null : new Date(at).toISOString();
}

/** The last moment of a date in UTC: what the server makes of it. @param {string} date such as 2026-12-31 */
export const endOf = (date) => new Date(`${date}T23:59:59.999Z`);

/** Whether such a day is over. @param {string} date */
export const isPast = (date) => endOf(date).getTime() <= Date.now();

/** The dates that may be chosen; none if `max` is before `min`. @param {string | null} ownExpiry */
export function dateRange(ownExpiry) {
  const today = new Date().toISOString().slice(0, 10);
  if (!ownExpiry) return { min: today, max: LAST_DAY };
  return { min: today, max: new Date(latest(ownExpiry) - DAY_MS + 1).toISOString().slice(0, 10) };
}

/** @param {string | null} ownExpiry */
const latest = (ownExpiry) => (ownExpiry ? Date.parse(ownExpiry) : Infinity);
