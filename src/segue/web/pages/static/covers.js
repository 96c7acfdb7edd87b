// A cover for every item: the same item always has the same one.

import { svg } from "./dom.js";
import { palette, stream } from "./colour.js";
import { PATTERNS, PORTRAITS, SOFT, gradient } from "./patterns.js";

const WORDS = /[\p{L}\p{N}]+/gu;

/** First letters of the first two words. */
function initials(title) {
  const words = (title.match(WORDS) ?? [title[0] ?? "·"]).filter((w) => !/^(the|a|an|of|and|der|die|das|la|le|el)$/i.test(w));
  return (words.length ? words : ["·"]).slice(0, 2).map((w) => Array.from(w)[0].toUpperCase()).join("");
}

/** Words in at most `most` lines of about `wide` letters. */
function lines(title, wide, most) {
  const out = [""];
  for (const word of title.split(/\s+/)) {
    const last = out.length - 1;
    if (!out[last] || (out[last] + " " + word).length <= wide) out[last] = (out[last] + " " + word).trim();
    else out.push(word);
  }
  if (out.length > most) out[most - 1] += "…";
  return out.slice(0, most).map((l) => (l.length > wide + 3 ? l.slice(0, wide + 2) + "…" : l));
}

function text(words, x, y, size, fill, more = {}) {
  return svg("text", { x, y, "font-size": size, fill, class: "cover-words", ...more }, words);
}

function sheen(w, h) {
  const [node, fill] = gradient("linear", [[0, "#fff", 0.16], [0.45, "#fff", 0], [1, "#000", 0.16]], { x1: 0, y1: 0, x2: 0.6, y2: 1 });
  return [node, svg("rect", { width: w, height: h, fill })];
}

function artist(card, p, r) {
  const letters = initials(card.title);
  const ground = p.dark ? p.deep : p.light;
  const [node, haze] = gradient("radial", [[0, ground, 0.86], [0.5, ground, 0.62], [1, ground, 0]]);
  return [
    ...r.pick(PORTRAITS)(p, r, 100, 100), node, svg("circle", { cx: 50, cy: 50, r: 40, fill: haze }), ...sheen(100, 100),
    text(letters, 50, 51, letters.length > 1 ? 27 : 34, p.dark ? p.light : p.b, { "text-anchor": "middle", "dominant-baseline": "central", class: "cover-words cover-initials" }),
  ];
}

function face(_card, p, r) {
  return [...r.pick(PORTRAITS)(p, r, 100, 100), ...sheen(100, 100)];
}

function book(card, p, r) {
  const band = r.between(0.4, 0.5) * 150, top = r.chance(0.5), y = top ? 0 : 150 - band;
  const size = card.title.length > 34 ? 9.5 : 12, rows = lines(card.title, size > 10 ? 13 : 16, 4), ink = p.dark ? p.light : p.b;
  const start = y + band / 2 - ((rows.length - 1) * size * 1.18) / 2 - (card.artists?.length ? 5 : 0);
  const [spine, shade] = gradient("linear", [[0, "#000", 0.32], [0.5, "#fff", 0.2], [1, "#000", 0]], { x1: 0, x2: 1, y1: 0, y2: 0 });
  return [
    ...r.pick(PATTERNS)(p, r, 100, 150), svg("rect", { y, width: 100, height: band, fill: p.dark ? p.deep : p.light }),
    svg("rect", { x: 12, y: top ? band - 1.6 : y + 0.6, width: 76, height: 0.8, fill: ink, opacity: 0.55 }),
    ...rows.map((row, i) => text(row, 53, start + i * size * 1.18, size, ink, { "text-anchor": "middle", "dominant-baseline": "central" })),
    card.artists?.length ? text(lines(card.artists[0].name, 20, 1)[0], 53, start + rows.length * size * 1.18 + 3, 6.4, ink, { "text-anchor": "middle", "dominant-baseline": "central", opacity: 0.85, class: "cover-small" }) : null,
    spine, svg("rect", { width: 9, height: 150, fill: shade }), ...sheen(100, 150),
  ];
}

function mix(card, p, r) {
  const rows = lines(card.title, 11, 3), [node, fill] = gradient("linear", [[0, p.deep, 0], [1, p.deep, 0.95]], { x1: 0, y1: 0, x2: 0, y2: 1 });
  return [
    ...r.pick(SOFT)(p, r, 100, 100), node, svg("rect", { y: 34, width: 100, height: 66, fill }),
    ...rows.map((row, i) => text(row, 9, 92 - (rows.length - 1 - i) * 13.5, 12.5, p.dark ? p.light : p.b)),
  ];
}

function show(card, p, r) {
  const rings = [44, 33, 22].map((radius, i) => svg("path", { d: `M${100 - radius} 100A${radius} ${radius} 0 0 1 100 ${100 - radius}`, fill: "none", stroke: p.light, "stroke-width": 3.4, opacity: 0.9 - i * 0.16, "stroke-linecap": "round" }));
  return [...r.pick(PATTERNS)(p, r, 100, 100), ...sheen(100, 100), ...rings, svg("circle", { cx: 100, cy: 100, r: 12, fill: p.light })];
}

/** The cover of a card as an SVG element; decoration only, so hidden from assistive technology. */
export function cover(card) {
  const p = palette(card.uri, card.genres ?? []), r = stream("cover:" + card.uri), isBook = card.kind === "audiobook";
  const draw = { face, artist, author: artist, audiobook: book, playlist: mix, genre: mix, show, episode: show }[card.kind];
  const parts = draw ? draw(card, p, r) : [...r.pick(PATTERNS)(p, r, 100, 100), ...sheen(100, 100)];
  return svg("svg", { viewBox: isBook ? "0 0 100 150" : "0 0 100 100", class: "cover-art", "aria-hidden": "true", preserveAspectRatio: "xMidYMid slice" }, parts);
}

/** Two colours that a page may take on while an item is in front. */
export function tint(card) {
  const p = palette(card.uri, card.genres ?? []);
  return [p.a, p.ground];
}
