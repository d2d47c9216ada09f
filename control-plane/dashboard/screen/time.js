// @ts-check
/** Times in the reader's zone, with UTC on hover. What is relative stays right while it is shown. */
import { h } from "./dom.js";

const LANGUAGE = "en";
const SECOND_MS = 1_000;
const TICK_MS = 15 * SECOND_MS;
const WEEK_MS = 7 * 86_400 * SECOND_MS;

/** From the largest unit on; each is used from one of it upwards. @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["year", 365 * 86_400 * SECOND_MS],
  ["month", 30 * 86_400 * SECOND_MS],
  ["day", 86_400 * SECOND_MS],
  ["hour", 3_600 * SECOND_MS],
  ["minute", 60 * SECOND_MS],
];

const RELATIVE = new Intl.RelativeTimeFormat(LANGUAGE);
const DATE = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium" });
const MOMENT = new Intl.DateTimeFormat(LANGUAGE, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});

/** @type {Intl.DateTimeFormatOptions} */
const TO_THE_MILLISECOND = {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
  timeZoneName: "short",
};
const CLOCK = new Intl.DateTimeFormat(LANGUAGE, TO_THE_MILLISECOND);
const DATED_CLOCK = new Intl.DateTimeFormat(LANGUAGE, {
  year: "numeric",
  month: "short",
  day: "numeric",
  ...TO_THE_MILLISECOND,
});

/** How long ago, or in how long, to the nearest unit. What lies further ahead is a date. @param {Date} at */
function relative(at) {
  const distance = at.getTime() - Date.now();
  if (distance > WEEK_MS) return DATE.format(at);
  const unit = unitOf(distance);
  if (!unit) return distance > 0 ? "in less than a minute" : "just now";
  // Rounded up it may be one of the next unit: no hour has 60 minutes.
  const rounded = Math.round(distance / unit[1]) * unit[1];
  const [name, length] = unitOf(rounded) ?? unit;
  return RELATIVE.format(Math.round(rounded / length), name);
}

/** The largest unit that fits into it. @param {number} distance in milliseconds */
const unitOf = (distance) => UNITS.find(([, length]) => Math.abs(distance) >= length);

/** The time of today, or of another day. @param {Date} at */
const clock = (at) => (at.toDateString() === new Date().toDateString() ? CLOCK : DATED_CLOCK).format(at);

/** A moment in text alone. @param {Date} at */
export const moment = (at) => MOMENT.format(at);

/** The ways to write a moment. @type {Record<string, (at: Date) => string>} */
const STYLES = { relative, moment, clock };

/** A moment in UTC, such as `2026-11-25 12:03:04 UTC`. @param {Date} at */
const utc = (at) => `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;

/**
 * A moment: `3 minutes ago`, `Nov 25, 2026, 13:03 GMT+1`, or `13:03:04.512 GMT+1` of today.
 * @param {string | Date} when RFC 3339 if it is text
 * @param {"relative" | "moment" | "clock"} [style]
 */
export function time(when, style = "relative") {
  const at = new Date(when);
  const ticks = style === "relative" ? "" : null;
  return h("time", { datetime: at.toISOString(), title: utc(at), "data-ticks": ticks }, STYLES[style](at));
}

/** Keeps every relative time on the page right. */
export function startClock() {
  setInterval(() => {
    for (const element of document.querySelectorAll("time[data-ticks]")) {
      const words = relative(new Date(element.getAttribute("datetime") ?? ""));
      if (element.textContent !== words) element.textContent = words;
    }
  }, TICK_MS);
}
