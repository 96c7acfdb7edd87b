// Charts as inline SVG: drawn for the width they have, colours from the style sheet, every word as text.

import { el, svg } from "./dom.js";

const LOOKS = 6; // colours in the style sheet
const MARKS = ["M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0", "M-3.6-3.6h7.2v7.2h-7.2z", "M0-4.8 4.8 0 0 4.800-4.800 0z", "M0-4.500 4.600 3.600h-9.200z"];

/** Round tick marks that enclose low … high, roughly `about` steps. */
export function ticks(low, high, about) {
  const width = high - low > 1e-12 ? high - low : Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(width / about));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s * about >= width * 0.999);
  const first = Math.floor(low / step + 1e-9), last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Ticks for values: from 0, unless they all lie far from it. */
export function scaleOf(values, about = 4) {
  if (!values.length) return [0, 1];
  const low = Math.min(...values), high = Math.max(...values);
  return ticks(low > high / 2 ? low : Math.min(0, low), Math.max(0, high), about);
}

const place = (marks, value) => (value - marks[0]) / (marks.at(-1) - marks[0]);
const pct = (share) => `${(6 + 88 * Math.min(1, Math.max(0, share))).toFixed(2)}%`;

/** The axis above a column of whiskers. */
export function axis(marks, words) {
  return svg("svg", { class: "axis-row", height: 14, "aria-hidden": "true" },
    marks.map((t) => svg("text", { x: pct(place(marks, t)), y: 11, class: "mid" }, words(t))));
}

/** A dot with its interval on a common scale; what it says stands beside it as text. */
export function whisker(range, marks, look = "") {
  const at = (value) => pct(place(marks, value));
  return svg("svg", { class: `whisker ${look}`, height: 22, "aria-hidden": "true" },
    marks.map((t) => svg("line", { class: "grid", x1: at(t), x2: at(t), y1: 0, y2: 22 })),
    range ? [svg("line", { class: "bar", x1: at(range.low), x2: at(range.high), y1: 11, y2: 11 }),
      svg("circle", { class: "dot", cx: at(range.mean), cy: 11, r: 5 })] : null);
}

/** A share of 1 as a bar. */
export function bar(share, look = "") {
  const width = `${(100 * Math.min(1, Math.max(0, share || 0))).toFixed(2)}%`;
  return svg("svg", { class: `share ${look}`, height: 8, "aria-hidden": "true" },
    svg("rect", { class: "whole", width: "100%", height: 8, rx: 4 }), svg("rect", { class: "part", width, height: 8, rx: 4 }));
}

/** Colour and mark of the i-th series. */
export const look = (i) => `look-${i % LOOKS}`;
export const mark = (i, more = {}) => svg("path", { class: "mark-shape", d: MARKS[i % MARKS.length], ...more });

export function swatch(i, kind) {
  return svg("svg", { class: `swatch ${kind}`, viewBox: "-12 -6 24 12", "aria-hidden": "true" }, svg("path", { class: "path", d: "M-12 0H12" }), mark(i));
}

/** A box that draws itself again whenever its width changes, or `redraw` is called on it. */
export function drawn(draw, attributes = {}) {
  const box = el("div", { class: "chart", ...attributes });
  let width = 0;
  const again = () => {
    const now = Math.floor(box.getBoundingClientRect().width);
    if (!now || now === width) return;
    width = now;
    box.replaceChildren(draw(width));
  };
  new ResizeObserver(() => requestAnimationFrame(again)).observe(box);
  box.redraw = () => {
    width = 0;
    again();
  };
  return box;
}

const DAY = 86_400_000;

/** Lines over days, or over another `step` (ms): `series` are {name, kind, shape, points: [{x: UTC ms, y, title}]}; a missing day is a gap. The scale holds what is `within`, too. */
export function lines(series, { width, label, day, words, step = DAY, gap = 1.01 * step, within = [] }) {
  const left = 44, right = 16, top = 12, bottom = 220, height = bottom + 30;
  const all = series.flatMap((s) => s.points);
  const up = scaleOf([...all.map((p) => p.y), ...within]);
  const first = Math.min(...all.map((p) => p.x)), last = Math.max(...all.map((p) => p.x));
  const x = (t) => (last === first ? (left + width - right) / 2 : left + 8 + ((t - first) / (last - first)) * (width - right - left - 16));
  const y = (v) => bottom - place(up, v) * (bottom - top);
  const days = Math.round((last - first) / step);
  const every = Math.max(1, Math.ceil(days / Math.max(1, Math.floor((width - left) / 84))));
  const dates = Array.from({ length: Math.floor(days / every) + 1 }, (_, i) => first + i * every * step);
  const path = (points) => points.map((p, i) => `${i && p.x - points[i - 1].x <= gap ? "L" : "M"}${x(p.x).toFixed(1)} ${y(p.y).toFixed(1)}`).join("");
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    up.flatMap((t) => [svg("line", { class: "grid", x1: left, x2: width - right, y1: y(t), y2: y(t) }), svg("text", { class: "end", x: left - 8, y: y(t) + 4 }, words(t))]),
    dates.map((t) => svg("text", { class: "mid", x: x(t), y: bottom + 20 }, day(t))),
    series.map((s) => svg("g", { class: s.kind }, svg("path", { class: "path", d: path(s.points) }),
      s.points.map((p) => mark(s.shape, { transform: `translate(${x(p.x).toFixed(1)} ${y(p.y).toFixed(1)})${days > 45 ? " scale(.6)" : ""}` })).map((m, i) => {
        m.append(svg("title", {}, s.points[i].title));
        return m;
      }))));
}

/** What was predicted against what was seen: on the diagonal they are equal. `rows`: [predicted, observed, low, high, cards]. */
export function reliability(rows, { width, label, words, title }) {
  const left = 54, right = 26, top = 12, side = Math.min(width - left - right, 340), bottom = top + side, height = bottom + 46;
  const marks = ticks(0, Math.max(...rows.flatMap(([p, o, , high]) => [p, o, high ?? 0]), 1e-6), 4);
  const x = (v) => left + place(marks, v) * side;
  const y = (v) => bottom - place(marks, v) * side;
  const most = Math.max(...rows.map((r) => r[4]), 1);
  return svg("svg", { width: left + side + right, height, viewBox: `0 0 ${left + side + right} ${height}`, role: "img", "aria-label": label },
    marks.flatMap((t) => [svg("line", { class: "grid", x1: left, x2: left + side, y1: y(t), y2: y(t) }), svg("line", { class: "grid", x1: x(t), x2: x(t), y1: top, y2: bottom }),
      svg("text", { class: "end", x: left - 8, y: y(t) + 4 }, words(t)), svg("text", { class: "mid", x: x(t), y: bottom + 18 }, words(t))]),
    svg("line", { class: "rule", x1: x(0), y1: y(0), x2: x(marks.at(-1)), y2: y(marks.at(-1)) }),
    svg("text", { class: "mid", x: left + side / 2, y: bottom + 40 }, "predicted"),
    svg("text", { class: "mid", transform: `translate(10 ${top + side / 2}) rotate(-90)` }, "observed"),
    rows.map((r) => svg("g", { class: "look-0" }, svg("title", {}, title(r)),
      svg("line", { class: "bar", x1: x(r[0]), x2: x(r[0]), y1: y(r[2] ?? r[1]), y2: y(r[3] ?? r[1]) }),
      svg("circle", { class: "dot", cx: x(r[0]), cy: y(r[1]), r: 2.5 + 4.5 * Math.sqrt(r[4] / most) }))));
}
