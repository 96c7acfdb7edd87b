// One column, opened: larger pictures, quantiles, values with both shares, its history, and its slices side by side.

import { el } from "./dom.js";
import { count, moment, NONE, share } from "./figures.js";
import { amount, large, line, small, sum, values } from "./distributions.js";

export const HISTORY = { missing: "Missing", uniques: "Different values", mean: "Mean", median: "Median", p95: "95th percentile", top: "Top share" };
const QUANTILES = ["1 %", "5 %", "25 %", "Median", "75 %", "95 %", "99 %"];
const MEASURES = { linf: "largest change of one share", js: "Jensen–Shannon divergence, bits", quantile: "area between the quantiles, standard deviations" };
const SIDES = { values: "values", numbers: "numbers", missing: "missing", lengths: "lengths", languages: "languages", hours: "hours of the day" };
const SHORT = { linf: "L∞", js: "JS", quantile: "quantiles" };

export const part = (n, of) => (of ? n / of : 0);
export const wordsOf = (name) => (name === "missing" || name === "top" ? share : name === "uniques" ? count : amount);
/** A distance as a number and what it measures. */
export const measured = (apart) => el("span", { class: `far ${apart.level ?? ""}` }, amount(apart.value, 3), " ", el("span", { class: "measure", title: MEASURES[apart.measure] ?? "" }, SHORT[apart.measure] ?? apart.measure));
const about = (facts) => (facts.exact === false ? `about ${amount(facts.uniques ?? 0, 3)}` : count(facts.uniques ?? 0));

/** What is known of the column in each data set, as a table. */
function facts(column, names) {
  const sets = [column.this, column.other], when = column.type === "time";
  const end = (f, which) => (f?.[which] === undefined ? null : when ? moment(f[which]) : amount(f[which]));
  const rows = [
    ["Rows", (f) => count(f.rows)],
    ["Missing", (f) => `${share(part(f.missing ?? 0, f.rows))} (${count(f.missing ?? 0)})`],
    ["Not a number", (f) => (f.nans ? count(f.nans) : null)],
    ["Infinite", (f) => (f.infinite ? count(f.infinite) : null)],
    ["Different values", about],
    ["Zeros", (f) => (f.zeros ? share(part(f.zeros, f.rows)) : null)],
    ["Negative", (f) => (f.negatives ? share(part(f.negatives, f.rows)) : null)],
    [when ? "First" : "Least", (f) => end(f, "min")],
    ...QUANTILES.map((name, i) => [name, (f) => (f.quantiles?.length ? amount(f.quantiles[i]) : null)]),
    [when ? "Last" : "Greatest", (f) => end(f, "max")],
    ["Mean", (f) => (f.mean === undefined ? null : amount(f.mean))],
    ["Standard deviation", (f) => (f.deviation === undefined ? null : amount(f.deviation))],
    ["Length", (f) => (f.length ? `${amount(f.length[0])} to ${amount(f.length[2])}, mean ${amount(f.length[1], 3)}` : null)],
    ["Languages", (f) => (Object.keys(f.languages ?? {}).length ? Object.entries(f.languages).slice(0, 5).map(([n, c]) => `${n} ${share(part(c, sum(Object.values(f.languages))))}`).join(", ") : null)],
    ["Type", (f) => f.type],
  ];
  const said = rows.map(([name, of]) => [name, ...sets.map((f) => (f ? of(f) : null))]).filter(([, a, b]) => a !== null || b !== null);
  const both = Boolean(names.other);
  return el("table", { class: "facts-table" }, el("caption", {}, `Statistics of ${column.name}`),
    el("thead", {}, el("tr", {}, el("td", {}), el("th", { scope: "col", class: "number" }, names.this), both ? el("th", { scope: "col", class: "number" }, names.other) : null)),
    el("tbody", {}, said.map(([name, a, b]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", { class: "number" }, a ?? NONE), both ? el("td", { class: "number" }, b ?? NONE) : null))));
}

function distances(column, names) {
  if (!column.apart?.length) return null;
  const one = (d) => {
    const sure = d.p_value !== undefined && d.p_value < 0.0001 ? "p < 0.0001" : d.p_value === undefined ? "within chance" : `p = ${amount(d.p_value, 2)}`;
    const moved = (d.moved ?? []).slice(0, 5).map(([value, before, now]) => el("li", {}, el("bdi", {}, value === "" ? "(empty)" : value), ` ${share(before)} → ${share(now)}`));
    return el("li", { class: `apart ${d.level ?? ""}` }, el("span", {}, el("b", {}, SIDES[d.kind] ?? d.kind), ` ${amount(d.value, 3)}: ${MEASURES[d.measure] ?? d.measure}`,
      d.threshold ? `; ${amount(d.threshold, 3)} is allowed` : "", ` (${sure})`), moved.length ? el("ul", { class: "moved", role: "list", "aria-label": `What changed most, from ${names.other} to ${names.this}` }, moved) : null);
  };
  return el("section", {}, el("h3", {}, "Distance"), el("ul", { class: "aparts", role: "list" }, column.apart.map(one)));
}

function history(column, days) {
  if (!column.history?.length) return null;
  return el("section", {}, el("h3", {}, `History, ${days.length} days`), el("dl", { class: "lines" }, column.history.map((h) => {
    const words = wordsOf(h.name), last = h.values.findLast((v) => v !== null);
    return el("div", {}, el("dt", {}, HISTORY[h.name] ?? h.name), el("dd", {}, line(h.values, days, words), el("span", { class: "last" }, last === undefined ? NONE : words(last))));
  })));
}

/** The column in each slice, in the bins of the whole table. */
function slices(column, table, names) {
  const chart = column.charts?.[0], drawn = Object.entries(chart?.slices ?? {});
  if (!drawn.length) return null;
  const groups = new Map();
  for (const [n, pair] of drawn) {
    const of = table.slices[n];
    if (!groups.has(of.by)) groups.set(of.by, []);
    groups.get(of.by).push([Number(n), of, pair]);
  }
  const one = ([n, of, pair]) => {
    const apart = column.slices?.[n], now = of.this ?? 0, before = of.other ?? 0;
    const empty = !sum(pair.this) && !sum(pair.other ?? []);
    return el("li", { class: `multiple ${apart?.level ?? ""}` },
      el("p", { class: "multiple-name", title: of.name }, el("bdi", {}, of.label)),
      empty ? el("p", { class: "nothing" }, "no values") : small(chart, pair, { high: 46, rest: [0, 0] }),
      el("p", { class: "key" }, `${share(part(now, table.rows))} of rows`, names.other ? ` · against ${share(part(before, table.other_rows))}` : "",
        apart ? measured(apart) : null));
  };
  return el("section", { class: "wide" }, el("h3", {}, "In each slice"), [...groups].map(([by, all]) => el("div", { class: "multiples-of" },
    el("h4", {}, "By ", el("bdi", {}, by)), el("ul", { class: "multiples", role: "list" }, all.map(one)))));
}

function picture(chart, names, column) {
  const title = chart.of === "lengths" ? (column.type === "list" ? "Items a list" : "Characters a text") : chart.scale === "values" ? (column.type === "list" ? "Most frequent items" : "Most frequent values")
    : chart.scale === "hour" ? "By hour of the day, UTC" : "Distribution";
  return el("section", {}, el("h3", {}, title), chart.scale === "values" ? values(chart, names, `${title} of ${column.name}`) : large(chart, chart.counts, names));
}

/** All there is to say of a column. */
export function opened(column, table, names) {
  const gone = !column.this ? `${names.this} has no such column.` : !column.other && names.other ? `${names.other} has no such column.` : "";
  return el("div", { class: "opened" }, gone ? el("p", { class: "wide lead" }, gone) : null,
    el("div", { class: "side" }, (column.charts ?? []).map((c) => picture(c, names, column)), distances(column, names)),
    el("div", { class: "side" }, el("section", {}, el("h3", {}, "Statistics"), facts(column, names)), history(column, table.days ?? [])),
    slices(column, table, names));
}
