// Colours that go together: chosen in OKLCH, where equal steps look equal, from the genre and the item's own number.

/** A repeatable stream of numbers in [0, 1) from a text (FNV-1a, then mulberry32). */
export function stream(text) {
  let a = 2166136261;
  for (let i = 0; i < text.length; i++) a = Math.imul(a ^ text.charCodeAt(i), 16777619);
  const next = () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  next();
  return {
    unit: next,
    between: (low, high) => low + (high - low) * next(),
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (list) => list[Math.floor(next() * list.length)],
    chance: (p) => next() < p,
  };
}

/** Dark yellows look like mud: they become amber or leaf. */
function clear(l, h) {
  const hue = ((h % 360) + 360) % 360;
  if (l > 0.7 || hue < 66 || hue > 136) return hue;
  return hue < 100 ? 50 + (hue - 66) * 0.3 : 150 + (hue - 100) * 0.3;
}

/** OKLCH to #rrggbb; chroma is lowered until the colour can be shown. */
export function oklch(l, c, hue) {
  const h = clear(l, hue);
  for (let chroma = c; ; chroma -= 0.01) {
    const rgb = linear(l, Math.max(chroma, 0), (h * Math.PI) / 180);
    if (chroma <= 0 || rgb.every((v) => v >= -0.001 && v <= 1.001)) return "#" + rgb.map(byte).join("");
  }
}

function linear(l, c, h) {
  const a = c * Math.cos(h), b = c * Math.sin(h);
  const x = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const y = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const z = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
    -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
    -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z,
  ];
}

function byte(v) {
  const clipped = Math.min(1, Math.max(0, v));
  const s = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
  return Math.round(s * 255).toString(16).padStart(2, "0");
}

const HUES = [
  [/metal|hardcore|industrial|punk/, 22], [/jazz|swing|bebop/, 70], [/soul|funk|r&b|gospel/, 45], [/hip|rap|grime/, 55],
  [/folk|country|americana|acoustic/, 115], [/reggae|dub|ska/, 140], [/ambient|drone|new age/, 195],
  [/techno|house|electro|trance|edm|dance/, 290], [/classical|baroque|opera|piano/, 85], [/dream|shoegaze|ethereal/, 330],
  [/indie|alternative/, 175], [/rock|grunge/, 30], [/pop/, 350], [/blues/, 250], [/science|tech|history|news/, 235],
];

/** The hue that stands for a genre: known families have their own, any other gets one of its own. */
export function hueOf(genre) {
  const name = genre.toLowerCase();
  return HUES.find(([words]) => words.test(name))?.[1] ?? stream("genre:" + name).between(0, 360);
}

const MOODS = {
  night: (h, t) => ({
    ground: oklch(0.25, 0.065, h + t + 20), deep: oklch(0.19, 0.05, h + t), a: oklch(0.74, 0.15, h),
    b: oklch(0.84, 0.1, h + 38), c: oklch(0.6, 0.14, h - 42), light: oklch(0.95, 0.03, h + 30), dark: true,
  }),
  paper: (h, t) => ({
    ground: oklch(0.93, 0.035, h + 25), deep: oklch(0.86, 0.06, h), a: oklch(0.63, 0.16, h), b: oklch(0.42, 0.1, h + t),
    c: oklch(0.78, 0.12, h + 45), light: oklch(0.985, 0.012, h + 25), dark: false,
  }),
  bold: (h, t) => ({
    ground: oklch(0.6, 0.155, h), deep: oklch(0.5, 0.14, h - 15), a: oklch(0.9, 0.07, h + 45), b: oklch(0.32, 0.09, h + t),
    c: oklch(0.76, 0.14, h + 55), light: oklch(0.97, 0.025, h + 40), dark: true,
  }),
  dusk: (h, t) => ({
    ground: oklch(0.46, 0.11, h + t * 0.4), deep: oklch(0.3, 0.09, h + t * 0.6), a: oklch(0.8, 0.13, h), b: oklch(0.68, 0.15, h - 35),
    c: oklch(0.9, 0.07, h + 35), light: oklch(0.96, 0.03, h + 20), dark: true,
  }),
  pale: (h, t) => ({
    ground: oklch(0.85, 0.075, h), deep: oklch(0.76, 0.1, h - 15), a: oklch(0.97, 0.025, h + 60), b: oklch(0.48, 0.12, h + t),
    c: oklch(0.66, 0.15, h + 30), light: oklch(0.985, 0.015, h), dark: false,
  }),
};

/** Seven colours for one item. */
export function palette(uri, genres = []) {
  const r = stream("palette:" + uri);
  const base = genres.length ? hueOf(genres[0]) : r.between(0, 360);
  const hue = base + (r.chance(0.25) ? r.between(140, 220) : r.between(-50, 50));
  return MOODS[r.pick(["night", "night", "paper", "bold", "bold", "dusk", "dusk", "pale"])](hue, r.pick([150, 180, 205, -70, 70]));
}
