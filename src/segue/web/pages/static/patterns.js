// Families of pictures. Each draws on a field of w × h with colours p and the item's own numbers r.

import { svg } from "./dom.js";

const round = (v) => Math.round(v * 100) / 100;
const path = (d, more) => svg("path", { d, ...more });
const disc = (cx, cy, r, fill, more = {}) => svg("circle", { cx: round(cx), cy: round(cy), r: round(r), fill, ...more });
const rect = (x, y, w, h, fill, more = {}) => svg("rect", { x: round(x), y: round(y), width: round(w), height: round(h), fill, ...more });

let ids = 0;
/** A gradient and the reference to it. */
export function gradient(kind, stops, more = {}) {
  const id = `g${++ids}`;
  const node = svg(kind === "radial" ? "radialGradient" : "linearGradient", { id, ...more },
    stops.map(([at, colour, opacity = 1]) => svg("stop", { offset: at, "stop-color": colour, "stop-opacity": opacity })));
  return [node, `url(#${id})`];
}

/** A smooth line through points. */
function curve(points) {
  let d = `M${round(points[0][0])} ${round(points[0][1])}`;
  for (let i = 0; i < points.length - 1; i++) {
    const [p0, p1, p2, p3] = [points[i - 1] ?? points[i], points[i], points[i + 1], points[i + 2] ?? points[i + 1]];
    const c = [p1[0] + (p2[0] - p0[0]) / 6, p1[1] + (p2[1] - p0[1]) / 6, p2[0] - (p3[0] - p1[0]) / 6, p2[1] - (p3[1] - p1[1]) / 6, ...p2];
    d += `C${c.map(round).join(" ")}`;
  }
  return d;
}

function horizon(p, r, w, h) {
  const [sky, fill] = gradient("linear", [[0, p.deep], [0.55, p.ground], [1, p.a]], { x1: 0, y1: 0, x2: 0, y2: 1 });
  const size = r.between(13, 22), x = r.between(0.28, 0.72) * w, y = r.between(0.3, 0.48) * h;
  const [sun, glow] = gradient("linear", [[0, p.light], [1, p.c]], { x1: 0, y1: 0, x2: 0, y2: 1 });
  const out = [sky, sun, rect(0, 0, w, h, fill), disc(x, y, size * 1.5, p.light, { opacity: 0.12 }), disc(x, y, size, glow)];
  const tones = [p.c, p.b, p.deep];
  for (let layer = 0; layer < 3; layer++) {
    const base = h * (0.58 + layer * 0.14), swell = r.between(4, 10), shift = r.between(0, 7), points = [];
    for (let i = -1; i <= 8; i++) points.push([(i * w) / 7, base + Math.sin(i * r.between(0.85, 1.05) + shift) * swell]);
    out.push(path(`${curve(points)}V${h}H0Z`, { fill: tones[layer], opacity: 0.72 + layer * 0.14 }));
  }
  return out;
}

function ridges(p, r, w, h) {
  const out = [rect(0, 0, w, h, p.dark ? p.deep : p.ground)];
  const peak = r.between(0.35, 0.65) * w, lines = r.whole(11, 16), tone = p.dark ? p.light : p.b;
  for (let i = 0; i < lines; i++) {
    const y = h * 0.2 + (i * h * 0.66) / (lines - 1), points = [];
    for (let x = 6; x <= w - 6; x += 4) {
      const near = Math.exp(-(((x - peak) / (w * 0.19)) ** 2));
      points.push([x, y - near * r.between(1, 17) - r.between(0, 0.8)]);
    }
    out.push(path(curve(points), { fill: p.dark ? p.deep : p.ground, stroke: i % 5 === 2 ? p.a : tone, "stroke-width": 0.95, "stroke-linejoin": "round" }));
  }
  return out;
}

function orbits(p, r, w, h) {
  const out = [rect(0, 0, w, h, p.ground)];
  const x = r.pick([0, 0.5, 1, 0.32]) * w, y = r.pick([1, 0.5, 0, 0.68]) * h, step = r.between(7, 11);
  const tones = [p.a, p.b, p.c, p.light, p.deep];
  for (let i = 13; i > 0; i--) {
    const radius = i * step;
    out.push(disc(x, y, radius, "none", { stroke: tones[(i * 3 + 1) % 5], "stroke-width": round(step * (i % 3 ? 0.42 : 0.86)), "stroke-opacity": 0.92 }));
    if (r.chance(0.4)) {
      const turn = r.between(0, Math.PI * 2);
      out.push(disc(x + Math.cos(turn) * radius, y + Math.sin(turn) * radius, step * 0.46, p.light));
    }
  }
  out.push(disc(x, y, step * 0.8, p.light));
  return out;
}

function tiles(p, r, w, h) {
  const n = r.pick([3, 4, 4]), size = w / n, tones = [p.a, p.b, p.c, p.light, p.deep, p.ground];
  const out = [rect(0, 0, w, h, p.ground)];
  for (let row = 0; row * size < h; row++) {
    for (let column = 0; column < n; column++) {
      const x = column * size, y = row * size, ground = r.pick(tones), tone = r.pick(tones.filter((t) => t !== ground));
      out.push(rect(x, y, size + 0.2, size + 0.2, ground));
      const corner = r.whole(0, 3), cx = x + (corner % 2) * size, cy = y + (corner > 1 ? size : 0);
      const sx = corner % 2 ? -1 : 1, sy = corner > 1 ? -1 : 1, sweep = sx * sy > 0 ? 1 : 0;
      const quarter = (k) => `M${round(cx)} ${round(cy)}h${round(sx * size * k)}A${round(size * k)} ${round(size * k)} 0 0 ${sweep} ${round(cx)} ${round(cy + sy * size * k)}Z`;
      const shape = r.whole(0, 5);
      if (shape < 3) out.push(path(quarter(1), { fill: tone }));
      if (shape === 1) out.push(path(quarter(0.5), { fill: ground }));
      if (shape === 3) out.push(disc(x + size / 2, y + size / 2, size * 0.33, tone));
      if (shape === 4) out.push(path(`M${round(cx)} ${round(cy)}h${round(sx * size)}L${round(cx)} ${round(cy + sy * size)}Z`, { fill: tone }));
    }
  }
  return out;
}

function aura(p, r, w, h) {
  const out = [rect(0, 0, w, h, p.ground)];
  for (const tone of [p.deep, p.a, p.c, p.b, p.a]) {
    const [node, fill] = gradient("radial", [[0, tone, 0.95], [0.55, tone, 0.5], [1, tone, 0]]);
    const rx = r.between(34, 62);
    out.push(node, svg("ellipse", { cx: round(r.between(0, w)), cy: round(r.between(0, h)), rx: round(rx), ry: round(rx * r.between(0.7, 1.3)), fill }));
  }
  const size = r.between(16, 24), [node, fill] = gradient("linear", [[0, p.light, 0.95], [1, p.light, 0.1]], { x1: 0, y1: 0, x2: 0.3, y2: 1 });
  out.push(node, disc(w * r.between(0.4, 0.6), h * r.between(0.4, 0.6), size, fill));
  return out;
}

function ribbons(p, r, w, h) {
  const out = [rect(0, 0, w, h, p.ground)], tones = [p.b, p.deep, p.c, p.a, p.light];
  const lean = r.between(-30, 30), shift = r.between(0, 6), thick = r.between(6, 9.5);
  for (let i = 0; i < 6; i++) {
    const points = [];
    for (let k = -1; k <= 6; k++) points.push([(k * w) / 5, h * 0.22 + i * thick * 1.1 + Math.sin(k * 0.95 + shift) * h * 0.15 + (k / 5) * lean]);
    out.push(path(curve(points), { fill: "none", stroke: tones[i % 5], "stroke-width": round(thick * 1.12), "stroke-linecap": "butt" }));
  }
  return out;
}

function petals(p, r, w, h) {
  const [node, fill] = gradient("radial", [[0, p.ground], [1, p.deep]], { r: 0.8 });
  const out = [node, rect(0, 0, w, h, fill)], n = r.pick([5, 6, 8, 9, 12]), length = r.between(17, 21), x = w / 2, y = h / 2;
  for (const [reach, tone, turn] of [[1, p.c, 0], [0.78, p.a, 180 / n], [0.5, p.light, 0]]) {
    for (let i = 0; i < n; i++) {
      out.push(svg("ellipse", { cx: x, cy: round(y - length * reach), rx: round((length * reach * 2.3) / Math.sqrt(n) / 1.6), ry: round(length * reach), fill: tone, opacity: 0.58, transform: `rotate(${round((360 * i) / n + turn)} ${x} ${y})` }));
    }
  }
  out.push(disc(x, y, length * 0.26, p.b));
  return out;
}

function bars(p, r, w, h) {
  const out = [rect(0, 0, w, h, p.ground)], n = r.pick([7, 9, 11]), step = (w - 20) / n, tones = [p.a, p.c, p.light, p.b];
  const phase = r.between(0, 6), beat = r.between(0.5, 1.3);
  for (let i = 0; i < n; i++) {
    const tall = h * (0.16 + 0.5 * Math.abs(Math.sin(i * beat + phase)) * r.between(0.75, 1)), x = 10 + i * step + step * 0.15;
    out.push(rect(x, (h - tall) / 2, step * 0.7, tall, tones[Math.floor(Math.abs(Math.sin(i * 1.7 + phase)) * 3.99)], { rx: round(step * 0.35) }));
  }
  return out;
}

function rainbow(p, r, w, h) {
  const out = [rect(0, 0, w, h, p.ground)], tones = r.chance(0.5) ? [p.b, p.a, p.c, p.light] : [p.light, p.c, p.a, p.b];
  const size = r.between(10, 13), flip = r.chance(0.5);
  const arch = (x, y, k) => tones.forEach((tone, i) => out.push(disc(x, y, k * (4 - i) * size * 0.92, tone)));
  arch(flip ? w * 0.12 : w * 0.88, h, 1.25);
  arch(flip ? w * 0.86 : w * 0.14, h, 0.75);
  out.push(disc(flip ? w * 0.76 : w * 0.24, h * 0.23, size * 0.72, p.light));
  return out;
}

function terrazzo(p, r, w, h) {
  const out = [rect(0, 0, w, h, p.dark ? p.deep : p.light)], tones = [p.a, p.b, p.c, p.dark ? p.light : p.deep];
  for (let row = 0; row < 5; row++) {
    for (let column = 0; column < 5; column++) {
      const x = ((column + r.between(0.22, 0.78)) * w) / 5, y = ((row + r.between(0.22, 0.78)) * h) / 5, n = r.whole(4, 6), points = [];
      const size = r.between(3.5, 10.5), start = r.between(0, 6);
      for (let i = 0; i < n; i++) {
        const turn = start + (i / n) * Math.PI * 2, reach = size * r.between(0.65, 1.1);
        points.push(`${round(x + Math.cos(turn) * reach)} ${round(y + Math.sin(turn) * reach)}`);
      }
      out.push(svg("polygon", { points: points.join(" "), fill: r.pick(tones), "stroke-linejoin": "round" }));
    }
  }
  return out;
}

function halftone(p, r, w, h) {
  const [node, fill] = gradient("linear", [[0, p.ground], [1, p.deep]], { x1: 0, y1: 0, x2: 1, y2: 1 });
  const out = [node, rect(0, 0, w, h, fill)], x = r.between(0.2, 0.8) * w, y = r.between(0.2, 0.8) * h, step = w / 12;
  for (let row = 0; row * step < h; row++) {
    for (let column = 0; column < 12; column++) {
      const cx = (column + 0.5) * step, cy = (row + 0.5) * step, far = Math.hypot(cx - x, cy - y) / w;
      const size = step * 0.52 * Math.max(0, Math.cos(far * r.between(1.5, 1.6)));
      if (size > 0.45) out.push(disc(cx, cy, size, far < 0.26 ? p.light : far < 0.5 ? p.a : p.c));
    }
  }
  return out;
}

function facets(p, r, w, h) {
  const n = 4, rows = Math.round((n * h) / w), tones = [p.ground, p.deep, p.a, p.b, p.c, p.ground, p.deep], grid = [];
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= n; column++) {
      const edge = (k, last) => k === 0 || k === last;
      grid.push([((column + (edge(column, n) ? 0 : r.between(-0.34, 0.34))) * w) / n, ((row + (edge(row, rows) ? 0 : r.between(-0.34, 0.34))) * h) / rows]);
    }
  }
  const out = [rect(0, 0, w, h, p.ground)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < n; column++) {
      const i = row * (n + 1) + column, [a, b, c, d] = [grid[i], grid[i + 1], grid[i + n + 1], grid[i + n + 2]];
      for (const three of r.chance(0.5) ? [[a, b, c], [b, d, c]] : [[a, b, d], [a, d, c]]) {
        const fill = r.pick(tones);
        out.push(svg("polygon", { points: three.map((q) => q.map(round).join(" ")).join(" "), fill, stroke: fill, "stroke-width": 0.3 }));
      }
    }
  }
  return out;
}

function moons(p, r, w, h) {
  const [node, fill] = gradient("linear", [[0, p.deep], [1, p.ground]], { x1: 0, y1: 0, x2: 0, y2: 1 });
  const out = [node, rect(0, 0, w, h, fill)], x = w / 2, size = r.between(20, 26), y = h * 0.46, shift = r.between(0.45, 0.9);
  const [shade, face] = gradient("linear", [[0, p.light], [1, p.a]], { x1: 0, y1: 0, x2: 1, y2: 1 });
  for (let i = 0; i < 26; i++) out.push(disc(r.between(4, w - 4), r.between(4, h - 4), r.between(0.25, 0.8), p.light, { opacity: 0.75 }));
  out.push(shade, disc(x, y, size, face), disc(x + size * shift, y - size * 0.16, size * 0.98, p.c, { opacity: 0.82 }));
  out.push(svg("path", { d: `M${round(x - 34)} ${round(h * 0.84)}H${round(x + 34)}M${round(x - 20)} ${round(h * 0.89)}H${round(x + 20)}`, stroke: p.light, "stroke-width": 0.8, opacity: 0.7 }));
  return out;
}

function weave(p, r, w, h) {
  const n = r.pick([5, 6, 7]), size = w / n, tones = [p.a, p.b, p.c, p.light], out = [rect(0, 0, w, h, p.ground)];
  const down = Array.from({ length: n }, () => r.pick(tones)), across = Array.from({ length: Math.ceil(h / size) }, () => r.pick(tones));
  across.forEach((tone, row) => {
    for (let column = 0; column < n; column++) {
      const over = (row + column) % 2, x = column * size, y = row * size, gap = size * 0.14;
      const vertical = rect(x + gap, y - (over ? 0 : gap), size - 2 * gap, size + (over ? 0 : 2 * gap), down[column]);
      const level = rect(x - (over ? gap : 0), y + gap, size + (over ? 2 * gap : 0), size - 2 * gap, tone);
      out.push(...(over ? [vertical, level] : [level, vertical]));
    }
  });
  return out;
}

export const PATTERNS = [horizon, ridges, orbits, tiles, aura, ribbons, petals, bars, rainbow, terrazzo, halftone, facets, moons, weave];
/** Those on which letters can be read. */
export const PORTRAITS = [aura, ribbons, petals, rainbow, orbits, facets, terrazzo];
export const SOFT = [aura, orbits, petals, halftone, ribbons, horizon, moons];
