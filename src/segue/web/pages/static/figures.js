// Figures in words: thousands apart, and never more digits than their interval bears.

const MOST = 4; // significant digits of anything
export const NONE = "–";

export const known = (x) => typeof x === "number" && Number.isFinite(x);
/** Whether there is an interval. One without width is none: it comes of a single listener, and says nothing. */
export const bounded = (r) => Boolean(r) && known(r.mean) && known(r.low) && known(r.high) && r.high > r.low;
export const half = (r) => Number(((r.high - r.low) / 2).toPrecision(6)); // 0.2 and not 0.19999999999999996

/** Decimals that a half-width bears: its first digit, and its second where the first is a 1. Below 0: tens, hundreds. */
export function places(halfWidth, mean = 0) {
  const size = (x) => Math.floor(Math.log10(Math.abs(x)) + 1e-9);
  const most = mean === 0 ? MOST : MOST - 1 - size(mean);
  if (!(halfWidth > 0)) return Math.min(2, most);
  const first = halfWidth / 10 ** size(halfWidth);
  return Math.min(most, (first < 2 ? 1 : 0) - size(halfWidth));
}

export function figure(x, decimals) {
  if (!known(x)) return NONE;
  const step = 10 ** Math.max(0, -decimals), digits = Math.min(12, Math.max(0, decimals));
  const rounded = step > 1 ? Math.round(x / step) * step : x;
  return rounded.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "negative" }).replace("-", "−");
}

export const count = (n) => figure(n, 0);
export const several = (n, one, more = `${one}s`) => `${count(n)} ${n === 1 ? one : more}`;

/** A mean and its interval as {mean, interval, text}; `percent`: of 1, written as a share of 100. */
export function range(r, percent = false) {
  const unit = percent ? "\u00a0%" : "", by = percent ? 100 : 1;
  if (!r || !known(r.mean)) return { mean: NONE, interval: "", text: NONE };
  if (r.low === r.high && r.mean === 0) return { mean: `0${unit}`, interval: "", text: `0${unit}` };
  if (!bounded(r)) {
    const mean = plain(r.mean * by, 2) + unit;
    return { mean, interval: "no interval", text: `${mean} (no interval)` };
  }
  const decimals = places(half(r) * by, r.mean * by);
  const mean = figure(r.mean * by, decimals) + unit;
  const interval = `${figure(r.low * by, decimals)}\u00a0to\u00a0${figure(r.high * by, decimals)}${unit}`;
  return { mean, interval, text: `${mean} (${interval})` };
}

/** A share of 1 that has no interval, to two digits. */
export function share(x) {
  if (!known(x)) return NONE;
  const p = x * 100;
  if (p > 99 && p < 100) return ">\u00a099\u00a0%";
  return `${p === 0 || p >= 9.95 ? figure(p, 0) : p < 0.01 ? "<\u00a00.01" : figure(p, p < 0.995 ? 2 : 1)}\u00a0%`;
}

/** A figure that has no interval, to so many significant digits. */
export const plain = (x, digits = 3) => (known(x) ? figure(x, x === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(x))))) : NONE);

/** How much more one mean is than another that was measured on other people: words, or null where it means nothing. */
export function against(one, other, name) {
  if (!bounded(one) || !bounded(other) || !(other.mean > 0)) return null;
  const ratio = one.mean / other.mean;
  const spread = Math.hypot(half(one), ratio * half(other)) / other.mean; // of the ratio, to first order
  const there = `${name} (${range(other).mean})`;
  if (Math.abs(ratio - 1) <= spread) return `not told apart from ${there} yet`;
  const more = Math.abs(ratio - 1) * 100;
  return `${figure(more, Math.min(0, places(spread * 100, more)))}\u00a0% ${ratio > 1 ? "more" : "less"} than ${there}`;
}

const DAY = { day: "numeric", month: "short", timeZone: "UTC" };
export const day = (when) => new Date(when).toLocaleDateString("en-GB", DAY);
export function span(since, until) {
  const [a, b] = [since, until].map((t) => new Date(t).toLocaleDateString("en-GB", { ...DAY, year: "numeric" }));
  if (a === b) return a;
  return `${a.slice(-4) === b.slice(-4) ? day(since) : a} to ${b}`;
}

/** 26 Nov 2025, 12:00, of UTC ms. */
export const moment = (ms) => (known(ms) && Math.abs(ms) < 8e15 ? `${new Date(ms).toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC" })}` : NONE);

/** How long something took or is past, in one unit: 340 ms, 12 s, 5 min, 3 h, 2 days. */
export function lasting(ms) {
  if (!known(ms)) return NONE;
  const units = [[86_400_000, "day"], [3_600_000, "h"], [60_000, "min"], [1000, "s"], [1, "ms"]];
  const [size, unit] = units.find(([u]) => Math.abs(ms) >= (u > 60_000 ? 2 * u : u)) ?? units.at(-1);
  const n = ms / size;
  const said = figure(n, Math.abs(n) < 9.95 && unit !== "day" && !Number.isInteger(n) ? 1 : 0);
  return unit === "day" ? `${said} day${said === "1" ? "" : "s"}` : `${said}\u00a0${unit}`;
}

/** Bytes in the unit that fits. */
export function size(bytes) {
  if (!known(bytes)) return NONE;
  const at = Math.min(4, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1024)));
  return `${plain(bytes / 1024 ** at, 3)}\u00a0${["B", "KB", "MB", "GB", "TB"][at]}`;
}
