// Distributions of two data sets over each other: the one under test as a line, what it is held against as a grey ground.

import { el, svg } from "./dom.js";
import { drawn, ticks } from "./charts.js";
import { count, day, known, moment, NONE, plain, share } from "./figures.js";

const FEW = 9; // values in a small picture
const BARE = 4; // shares below 1 / 10 ** BARE are written as such

export const sum = (counts) => counts.reduce((a, b) => a + b, 0);
const shares = (counts, rest = 0) => {
  const all = sum(counts) + rest;
  return counts.map((c) => (all ? c / all : 0));
};

/** A number of any size: 1,234 · 0.0123 · 1.2e-9. */
export function amount(x, digits = 4) {
  if (!known(x)) return NONE;
  const size = Math.abs(x);
  if (x !== 0 && (size < 10 ** -BARE || size >= 1e12)) return x.toExponential(2).replace("-", "−").replace("e−", "e−").replace("e+", "e");
  return Number.isInteger(x) && size < 1e9 ? count(x) : plain(x, digits);
}


/** What a value is called where it stands alone. */
export const called = (value) => (value === "" ? "(empty)" : value);

const two = (n) => String(n).padStart(2, "0");

/** What a bin holds, in words. */
export function binName(chart, i) {
  const [a, b] = [chart.edges[i], chart.edges[i + 1]];
  if (chart.scale === "hour") return `${two(a)}:00 to ${two(b)}:00 UTC`;
  if (b - a === 1 && a % 1 !== 0) return amount(a + 0.5);
  if (i === 0) return a === 0 && chart.scale === "log" ? `less than ${amount(b)}` : `up to ${amount(b)}`;
  return i === chart.edges.length - 2 ? `${amount(a)} and more` : `${amount(a)} to ${amount(b)}`;
}

/** Heights of both data sets, 0 … 1, and the share that 1 stands for. */
function heights(pair, rest = [0, 0]) {
  const one = shares(pair.this, rest[0]), two = pair.other?.length ? shares(pair.other, rest[1]) : [];
  const most = Math.max(...one, ...two, 1e-12);
  return { one: one.map((s) => s / most), two: two.map((s) => s / most), most };
}

const px = (x) => Number(x.toFixed(2));

/** The outline of a histogram as a path, from the ground up and down again. */
function steps(values, width, top, bottom, left = 0) {
  const w = width / values.length, y = (v) => px(bottom - v * (bottom - top));
  return `M${left} ${bottom}` + values.map((v, i) => `V${y(v)}H${px(left + (i + 1) * w)}`).join("") + `V${bottom}`;
}

function bars(values, width, top, bottom, place, of) {
  const slot = width / values.length, wide = Math.max(1, Math.min(16, (slot - Math.min(4, slot * 0.3)) / of));
  const first = (slot - wide * of) / 2;
  return values.map((v, i) => {
    const high = v > 0 ? Math.max(1, v * (bottom - top)) : 0;
    return `M${px(i * slot + first + place * wide)} ${bottom}v${px(-high)}h${px(wide)}v${px(high)}z`;
  }).join("");
}

/** A small picture, stretched to the width it is given. */
export function small(chart, pair = chart.counts, { high = 40, rest = chart.rest } = {}) {
  const width = 200, top = 2, bottom = high - 1;
  const paint = (values, kind, path) => (values.length && values.some((v) => v > 0) ? svg("path", { class: kind, d: path }) : null);
  let inside;
  if (chart.scale === "values") {
    const { one, two: other } = heights(pair, rest);
    const n = Math.min(FEW, one.length), of = other.length ? 2 : 1;
    inside = [other.length ? paint(other.slice(0, n), "bars-other", bars(other.slice(0, n), width, top, bottom, 0, of)) : null,
      paint(one.slice(0, n), "bars-this", bars(one.slice(0, n), width, top, bottom, of - 1, of))];
  } else {
    const { one, two: other } = heights(pair);
    inside = [paint(other, "ground", steps(other, width, top, bottom)), paint(one, other.length ? "over" : "over alone", steps(one, width, top, bottom))];
  }
  return svg("svg", { class: "small", viewBox: `0 0 ${width} ${high}`, height: high, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { class: "floor", d: `M0 ${bottom + 0.5}H${width}` }), inside);
}

/** Where values stand on a chart's axis, 0 … 1, with what is written there. */
function marks(chart, about) {
  const edges = chart.edges, bins = edges.length - 1, [low, high] = [edges[0], edges.at(-1)];
  if (chart.scale === "hour") return [0, 6, 12, 18, 24].map((h) => [h / 24, `${two(h)}:00`]);
  if (chart.scale !== "log") {
    return ticks(low, high, about).filter((t) => t >= low && t <= high).map((t) => [(t - low) / (high - low), amount(t)]);
  }
  const zero = low === 0 ? 1 : 0, [a, b] = [Math.log10(edges[zero]), Math.log10(high)];
  const at = (t) => {
    const i = Math.min(bins - 1, Math.max(0, edges.findLastIndex((e) => e <= t * (1 + 1e-9))));
    return (i + Math.min(1, Math.max(0, (t - edges[i]) / (edges[i + 1] - edges[i])))) / bins;
  };
  const every = Math.max(1, Math.ceil((b - a) / about)), found = zero ? [[0.5 / bins, "0"]] : [];
  for (let p = Math.ceil(a - 1e-9); p <= b + 1e-9; p += every) found.push([at(10 ** p), amount(10 ** p)]);
  return found;
}

/** A large picture of bins, with axes; each bin says what is in it. */
export function large(chart, pair, names, high = 190) {
  const { most } = heights(pair);
  const said = chart.of === "lengths" ? "Lengths" : chart.scale === "hour" ? "Hours of the day" : "Distribution";
  return drawn((width) => {
    const left = 46, right = 12, top = 8, bottom = high - 24, inner = width - left - right;
    const up = ticks(0, most, 3), { one, two: other } = heights(pair);
    const scaled = (values) => values.map((v) => (v * most) / up.at(-1));
    const y = (t) => px(bottom - (t / up.at(-1)) * (bottom - top));
    const slot = inner / one.length;
    return svg("svg", { width, height: high, viewBox: `0 0 ${width} ${high}`, role: "img", "aria-label": `${said} of ${names.this}${other.length ? ` over ${names.other}` : ""}; the table of quantiles says the same in numbers` },
      up.flatMap((t) => [svg("line", { class: "grid", x1: left, x2: width - right, y1: y(t), y2: y(t) }), svg("text", { class: "end", x: left - 8, y: y(t) + 4 }, share(t))]),
      other.length && sum(pair.other) ? svg("path", { class: "ground", d: steps(scaled(other), inner, top, bottom, left) }) : null,
      sum(pair.this) ? svg("path", { class: other.length ? "over" : "over alone", d: steps(scaled(one), inner, top, bottom, left) }) : null,
      marks(chart, Math.max(2, Math.floor(inner / 90))).map(([at, word]) => svg("text", { class: "mid", x: px(left + at * inner), y: bottom + 18 }, word)),
      one.map((s, i) => svg("rect", { class: "touch", x: px(left + i * slot), y: top, width: px(slot), height: bottom - top },
        svg("title", {}, `${binName(chart, i)}: ${share(s * most)}${other.length ? `, ${share(other[i] * most)} in ${names.other}` : ""}`))));
  }, { class: "chart large" });
}

/** Values with the shares of both data sets, as a table with bars. */
export function values(chart, names, caption) {
  const rest = chart.rest ?? [0, 0], both = Boolean(chart.counts.other?.length);
  const one = shares(chart.counts.this, rest[0]), other = both ? shares(chart.counts.other, rest[1]) : [];
  const rows = chart.labels.map((label, i) => [el("bdi", {}, called(label)), one[i], other[i]]);
  if (rest[0] || rest[1]) rows.push(["all others", 1 - sum(one), both ? 1 - sum(other) : 0, "rest"]);
  const most = Math.max(...rows.filter((r) => !r[3]).flatMap((r) => [r[1], r[2] ?? 0]), 1e-12);
  return el("table", { class: "values" }, el("caption", {}, caption),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Value"), el("th", { scope: "col", class: "picture" }, el("span", { class: "hidden" }, "Drawn")),
      el("th", { scope: "col", class: "number" }, names.this), both ? el("th", { scope: "col", class: "number" }, names.other) : null)),
    el("tbody", {}, rows.map(([label, a, b, kind]) => el("tr", { class: kind ?? "" }, el("th", { scope: "row" }, label),
      el("td", { class: "picture" }, twoBars(kind ? 0 : a / most, both ? (kind ? 0 : b / most) : null)),
      el("td", { class: "number" }, share(a)), both ? el("td", { class: "number" }, share(b)) : null))));
}

/** Two lengths of 0 … 1, one below the other. */
export function twoBars(one, other) {
  const bar = (kind, at, length) => svg("rect", { class: kind, x: 0, y: at, height: 6, rx: 1.5, width: `${px(100 * Math.min(1, Math.max(length > 0 ? 0.004 : 0, length)))}%` });
  const both = other !== null && other !== undefined;
  return svg("svg", { class: "two-bars", height: both ? 14 : 8, "aria-hidden": "true" }, bar("bars-this", both ? 0 : 1, one), both ? bar("bars-other", 7.5, other) : null);
}

/** A statistic over days as a small line; a day without it is a gap. `days` are names of them. */
export function line(series, days, words, { wide = 140, high = 34 } = {}) {
  const there = series.filter(known);
  if (there.length < 2) return el("span", { class: "nothing" }, there.length ? words(there[0]) : NONE);
  const low = Math.min(...there), top = Math.max(...there), spread = top - low || 1;
  const x = (i) => px(3 + (i / Math.max(1, series.length - 1)) * (wide - 6)), y = (v) => px(high - 4 - ((v - low) / spread) * (high - 8) * (top === low ? 0 : 1) - (top === low ? high / 2 - 4 : 0));
  const path = series.map((v, i) => (known(v) ? `${i && known(series[i - 1]) ? "L" : "M"}${x(i)} ${y(v)}` : "")).join("");
  const last = series.findLastIndex(known);
  const said = `${days[0] ?? ""} to ${days.at(-1) ?? ""}: ${low === top ? `always ${words(low)}` : `between ${words(low)} and ${words(top)}, last ${words(series[last])}`}`;
  return svg("svg", { class: "line", viewBox: `0 0 ${wide} ${high}`, height: high, width: wide, preserveAspectRatio: "xMinYMid", role: "img", "aria-label": said },
    svg("title", {}, said), svg("path", { class: "path", d: path }), svg("circle", { class: "dot", cx: x(last), cy: y(series[last]), r: 3 }));
}

/** Rows over time of both data sets. */
export function volume(found, names, high = 180) {
  const pair = found.counts, both = Boolean(pair.other?.length), HOUR = 3_600_000;
  const name = (hour) => (found.step === 1 ? moment(hour * HOUR) : day(hour * HOUR));
  return drawn((width) => {
    const left = 56, right = 12, top = 8, bottom = high - 26, inner = width - left - right, n = found.at.length;
    const up = ticks(0, Math.max(...pair.this, ...(pair.other ?? []), 1), 3);
    const y = (t) => px(bottom - (t / up.at(-1)) * (bottom - top)), slot = inner / n;
    const draw = (counts, kind) => svg("path", { class: kind, d: counts.map((c, i) => (c ? `M${px(left + i * slot + slot * 0.1)} ${bottom}V${y(c)}h${px(slot * 0.8)}V${bottom}z` : "")).join("") });
    const every = Math.max(1, Math.ceil(n / Math.max(1, Math.floor(inner / 96))));
    const label = `Rows ${found.step === 1 ? "an hour" : "a day"}, ${name(found.at[0])} to ${name(found.at.at(-1))}: ${names.this} at most ${count(Math.max(...pair.this))}${both ? `, ${names.other} at most ${count(Math.max(...pair.other))}` : ""}`;
    return svg("svg", { width, height: high, viewBox: `0 0 ${width} ${high}`, role: "img", "aria-label": label },
      up.flatMap((t) => [svg("line", { class: "grid", x1: left, x2: width - right, y1: y(t), y2: y(t) }), svg("text", { class: "end", x: left - 8, y: y(t) + 4 }, count(t))]),
      both ? draw(pair.other, "bars-other") : null, draw(pair.this, "bars-this"),
      found.at.map((hour, i) => (i % every === 0 ? svg("text", { class: "mid", x: px(left + (i + 0.5) * slot), y: bottom + 19 }, found.step === 1 ? (hour % 24 === 0 || every >= 24 ? day(hour * HOUR) : `${two(hour % 24)}:00`) : day(hour * HOUR)) : null)),
      found.at.map((hour, i) => svg("rect", { class: "touch", x: px(left + i * slot), y: top, width: px(slot), height: bottom - top },
        svg("title", {}, `${name(hour)}: ${count(pair.this[i])}${both ? `, ${count(pair.other[i])} in ${names.other}` : ""}`))));
  }, { class: "chart large" });
}
