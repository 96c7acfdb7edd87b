// What the console's pages are built of: panels, tables, columns of figures with their intervals.

import { el } from "./dom.js";
import { axis, scaleOf, whisker } from "./charts.js";
import { bounded, moment, range } from "./figures.js";

/** One table for eyes and screen readers. `stack`: on a phone a row becomes a block of lines; the roles stay where the layout is no table's. */
export function table(caption, columns, rows, kind = "stack") {
  const cell = (column, row) => {
    const attributes = { class: column.kind ?? "", role: column.head ? "rowheader" : "cell", scope: column.head ? "row" : null, "data-label": column.head ? null : column.name };
    return el(column.head ? "th" : "td", attributes, column.of(row));
  };
  return el("table", { role: "table", class: kind }, el("caption", {}, caption),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, columns.map((c) => el("th", { scope: "col", role: "columnheader", class: c.kind ?? "" }, c.name, c.axis)))),
    el("tbody", { role: "rowgroup" }, rows.map((row) => el("tr", { role: "row" }, columns.map((c) => cell(c, row))))));
}

/** The words of a mark on an axis. */
export const tick = (t) => String(Number(t.toPrecision(6))).replace("-", "−");

/** A column of means with their intervals, each drawn on one scale. */
export function measured(name, rows, of, { percent = false, kind = () => "" } = {}) {
  const ranges = rows.map(of).filter(bounded);
  const marks = scaleOf(ranges.flatMap((r) => [r.low, r.mean, r.high]), 3);
  const words = (t) => (percent ? `${tick(t * 100)}\u00a0%` : tick(t));
  return {
    name, kind: "measured", axis: ranges.length ? axis(marks, words) : null,
    of: (row) => {
      const r = of(row), said = range(r, percent);
      return [el("span", { class: "value" }, el("b", { class: "mean" }, said.mean), " ", el("span", { class: "interval" }, said.interval)),
        ranges.length ? [whisker(bounded(r) ? r : null, marks, kind(row)), axis(marks, words)] : null].flat();
    },
  };
}

/** A column of numbers. */
export const number = (name, of) => ({ name, kind: "number", of });
/** A part of a page with a heading, and words that lead to the rest. */
export const panel = (id, title, words, ...rest) =>
  el("section", { id, class: "panel", "aria-labelledby": `${id}-title`, tabindex: -1 }, el("h2", { id: `${id}-title` }, title), ...[words].flat().filter(Boolean).map((w) => el("p", { class: "lead" }, w)), rest.flat());
/** What is said where there is nothing. */
export const nothing = (text) => el("p", { class: "nothing" }, text);

/** Facts side by side: [name, value] each. */
export const factList = (pairs) => el("dl", { class: "facts" }, pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));

/** A time that people read, with the exact one behind it. */
export const when = (at) => el("time", { datetime: new Date(at).toISOString(), title: `${new Date(at).toISOString().replace("T", " ").slice(0, 19)} UTC` }, moment(at));
