// @ts-check
/**
 * A table that becomes a list of cards on a narrow screen. Its roles are spelled out, since browsers drop them from
 * what is no longer laid out as a table.
 */
import { h, unseen } from "./dom.js";

/**
 * @template Row
 * @typedef {{title: string, name: string, isUnseen?: boolean, cell: (row: Row) => any}} Column `name` is a class of
 *   table.css; the first column names the row
 */

/**
 * @template Row
 * @param {{label: string, columns: Column<Row>[], rows: Row[], key: (row: Row) => string | number}} table
 */
export function table({ label, columns, rows, key }) {
  const heads = columns.map(({ title, name, isUnseen }) =>
    h("th", { role: "columnheader", scope: "col", class: `col-${name}` }, isUnseen ? unseen(title) : title),
  );
  return h(
    "table",
    { role: "table", "aria-label": label, "data-key": label },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)),
    h(
      "tbody",
      { role: "rowgroup" },
      rows.map((row) =>
        h(
          "tr",
          { role: "row", "data-key": key(row) },
          columns.map((column, index) => cellOf(column, row, index === 0)),
        ),
      ),
    ),
  );
}

/** @param {Column<any>} column @param {any} row @param {boolean} isFirst */
function cellOf({ title, name, isUnseen, cell }, row, isFirst) {
  const attributes = { class: `col-${name}`, "data-label": isFirst || isUnseen ? null : title };
  return isFirst
    ? h("th", { role: "rowheader", scope: "row", ...attributes }, cell(row))
    : h("td", { role: "cell", ...attributes }, cell(row));
}
