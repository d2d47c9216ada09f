// @ts-check
/** Line drawings of 16 by 16, beside words or in buttons that have an accessible name. */

const SVG = "http://www.w3.org/2000/svg";

/** The path of each drawing. */
const PATHS = {
  plus: "M8 3v10M3 8h10",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6 14 14",
  trash: "M2.5 4.5h11M6.5 4.5v-2h3v2M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4",
  pencil: "M10.5 3 13 5.5 5.5 13 2.5 13.5 3 10.5zM9 4.5 11.5 7",
  rotate: "M13 8a5 5 0 0 1-8.8 3.2M3 8a5 5 0 0 1 8.8-3.2M12.2 2v3h-3M3.8 14v-3h3",
  copy: "M6 6h7.5v7.5H6zM10 6V2.5H2.5V10H6",
  key: "M5.5 11.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8.5 8.5H14M12 8.5v2.5",
  previous: "M10 3 5 8l5 5",
  next: "M6 3l5 5-5 5",
};

/**
 * @param {keyof typeof PATHS} name
 * @returns {SVGElement} a drawing that screen readers pass over
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [key, value] of [
    ["viewBox", "0 0 16 16"],
    ["class", "icon"],
    ["aria-hidden", "true"],
  ]) {
    svg.setAttribute(key, value);
  }
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
