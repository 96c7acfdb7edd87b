// A field of many points: drawn pixel by pixel, so that it stays fluid on any machine; moved by mouse, touch and keys.

const LEAST = 1, MOST = 400; // zoom
const SHARP = 1.5; // device pixels a pixel, at most
const REACH = 12; // px from a point that still mean it
const BINS = 128;
const INK = 215; // of 256: what lies below shows through
const SLOW = 10, REST = 160; // ms: frames longer than that are drawn hastily while the map moves, until it rests

/** Discs by radius, as places in a picture `w` wide and how much of each pixel they cover, from 0 to 256. */
let discs = new Map(), wide = 0;
function disc(radius, w) {
  if (w !== wide) [discs, wide] = [new Map(), w];
  const key = Math.max(2, Math.round(radius * 4));
  if (!discs.has(key)) {
    const r = key / 4, at = [], share = [], to = Math.ceil(r);
    for (let dy = -to; dy <= to; dy++) for (let dx = -to; dx <= to; dx++) {
      const part = Math.max(0, Math.min(1, r + 0.5 - Math.hypot(dx, dy)));
      if (part > 0.1) { at.push(dy * w + dx); share.push(Math.round(part * INK)); }
    }
    discs.set(key, { at: Int32Array.from(at), share: Int32Array.from(share), to });
  }
  return discs.get(key);
}

export class Field {
  /** `columns`: x, y from 0 to `side`, size from 0 to 255, in drawing order. `after()` is called when a frame was drawn. */
  constructor(canvas, { x, y, size }, side, after = () => {}) {
    Object.assign(this, { canvas, x, y, size, side, after });
    this.paper = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    this.n = x.length;
    this.zoom = 1;
    this.cx = this.cy = side / 2;
    this.colours = new Uint32Array(256); // 0xBBGGRR by code
    this.code = new Uint8Array(this.n);
    this.shown = new Uint8Array(256).fill(1); // by code
    this.ground = 0xffffff;
    this.took = []; // ms a frame
    this.waiting = this.pace = this.flight = 0;
    this.hasty = false;
    this.#bin();
    this.#listen();
    new ResizeObserver(() => this.fit()).observe(canvas.parentElement);
    this.fit();
  }

  /** Points by square, so that what is near a place is found without looking at all. */
  #bin() {
    const start = new Uint32Array(BINS * BINS + 1), scale = BINS / (this.side + 1);
    const bin = new Uint32Array(this.n);
    for (let i = 0; i < this.n; i++) start[(bin[i] = Math.floor(this.y[i] * scale) * BINS + Math.floor(this.x[i] * scale)) + 1]++;
    for (let b = 0; b < BINS * BINS; b++) start[b + 1] += start[b];
    const next = start.slice(), order = new Uint32Array(this.n);
    for (let i = 0; i < this.n; i++) order[next[bin[i]]++] = i;
    this.bins = { start, order, scale };
  }

  fit() {
    const box = this.canvas.parentElement.getBoundingClientRect();
    const sharp = Math.min(SHARP, devicePixelRatio || 1);
    this.width = Math.max(1, Math.round(box.width));
    this.height = Math.max(1, Math.round(box.height));
    this.sharp = sharp;
    this.canvas.width = Math.max(1, Math.round(this.width * sharp));
    this.canvas.height = Math.max(1, Math.round(this.height * sharp));
    this.image = this.paper.createImageData(this.canvas.width, this.canvas.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.draw();
  }

  /** CSS pixels a unit of the map. */
  get scale() { return (Math.min(this.width, this.height) * 0.94 / this.side) * this.zoom; }
  place(i) { return [(this.x[i] - this.cx) * this.scale + this.width / 2, (this.y[i] - this.cy) * this.scale + this.height / 2]; }
  visible(i) { return this.shown[this.code[i]] === 1; }
  radius(i) { return (0.85 + this.size[i] / 255 * 1.5) * Math.min(3.2, 0.75 + 0.42 * Math.log2(1 + this.zoom)) * Math.min(1.25, Math.max(0.8, 2.6 - Math.log10(this.n) * 0.35)); }

  /** Ask for a frame; several calls make one. */
  draw() {
    this.waiting ||= requestAnimationFrame(() => {
      this.waiting = 0;
      const began = performance.now();
      this.#paint();
      this.after();
      const took = performance.now() - began;
      this.took.push(took);
      if (this.took.length > 600) this.took.shift();
      if (!this.hasty) this.pace = took;
    });
  }

  #paint() {
    const { pixels, x, y, size, code, colours, shown, sharp, n } = this, coarse = this.hasty;
    const w = this.canvas.width, h = this.canvas.height, scale = this.scale * sharp;
    const ox = w / 2 - this.cx * scale + 0.5, oy = h / 2 - this.cy * scale + 0.5;
    pixels.fill(0xff000000 | this.ground);
    const stamps = Array.from({ length: 256 }, (_, s) => disc(this.#radiusOf(s) * sharp, w));
    const edge = Math.max(...stamps.map((s) => s.to)) + 1;
    for (let i = 0; i < n; i++) {
      const c = code[i];
      if (shown[c] === 0) continue;
      const px = (x[i] * scale + ox) | 0, py = (y[i] * scale + oy) | 0;
      if (px < edge || py < edge || px >= w - edge || py >= h - edge) continue;
      const ink = colours[c], here = py * w + px;
      if (coarse) {
        pixels[here] = pixels[here + 1] = pixels[here + w] = pixels[here + w + 1] = 0xff000000 | ink;
        continue;
      }
      const { at, share } = stamps[size[i]], inkRB = ink & 0xff00ff, inkG = ink & 0xff00;
      for (let k = 0; k < at.length; k++) {
        const to = here + at[k], under = pixels[to], a = share[k];
        const rb = under & 0xff00ff, g = under & 0xff00; // red and blue in one multiplication
        pixels[to] = 0xff000000 | ((rb + (Math.imul(inkRB - rb, a) >>> 8)) & 0xff00ff) | ((g + (((inkG - g) * a) >> 8)) & 0xff00);
      }
    }
    this.paper.putImageData(this.image, 0, 0);
  }

  #radiusOf(s) { return this.radius.call({ size: [s], zoom: this.zoom, n: this.n }, 0); }

  /** The point drawn nearest to a place in CSS pixels, -1 where none is in reach. */
  at(px, py, reach = REACH) {
    const { start, order, scale } = this.bins, s = this.scale;
    const ux = (px - this.width / 2) / s + this.cx, uy = (py - this.height / 2) / s + this.cy, far = reach / s;
    const low = (v) => Math.max(0, Math.floor((v - far) * scale)), high = (v) => Math.min(BINS - 1, Math.floor((v + far) * scale));
    let best = -1, least = far * far;
    for (let by = low(uy); by <= high(uy); by++) for (let bx = low(ux); bx <= high(ux); bx++) {
      for (let k = start[by * BINS + bx]; k < start[by * BINS + bx + 1]; k++) {
        const i = order[k], d = (this.x[i] - ux) ** 2 + (this.y[i] - uy) ** 2;
        if (this.visible(i) && (d < least || (d === least && i > best))) { best = i; least = d; }
      }
    }
    return best;
  }

  move(dx, dy) {
    const s = this.scale;
    this.#set(this.cx - dx / s, this.cy - dy / s, this.zoom);
  }

  /** Zoom by a factor; the place (px, py) stays where it is. */
  zoomAt(factor, px = this.width / 2, py = this.height / 2) {
    const before = this.scale, zoom = Math.min(MOST, Math.max(LEAST, this.zoom * factor));
    const after = before * zoom / this.zoom, dx = px - this.width / 2, dy = py - this.height / 2;
    this.#set(this.cx + dx / before - dx / after, this.cy + dy / before - dy / after, zoom);
  }

  whole() { this.fly(this.side / 2, this.side / 2, 1); }

  /** Where a full picture takes long, points are drawn as plain squares while they move. */
  #moves() {
    this.hasty = this.pace > SLOW;
    clearTimeout(this.resting);
    if (this.hasty) this.resting = setTimeout(() => { this.hasty = false; this.draw(); }, REST);
  }

  #set(cx, cy, zoom) {
    this.flight = 0;
    this.#moves();
    this.cx = Math.min(this.side, Math.max(0, cx));
    this.cy = Math.min(this.side, Math.max(0, cy));
    this.zoom = zoom;
    this.draw();
  }

  /** Go there, smoothly unless motion is unwelcome. */
  fly(cx, cy, zoom) {
    const from = [this.cx, this.cy, this.zoom], began = performance.now(), flight = (this.flight = Math.random());
    const long = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1 : 550;
    const step = () => {
      if (this.flight !== flight) return;
      const t = Math.min(1, (performance.now() - began) / long), e = t * t * (3 - 2 * t);
      this.cx = from[0] + (cx - from[0]) * e;
      this.cy = from[1] + (cy - from[1]) * e;
      this.zoom = from[2] * (zoom / from[2]) ** e;
      this.#moves();
      this.draw();
      if (t < 1) requestAnimationFrame(step);
      else this.flight = 0;
    };
    step();
  }

  flyTo(i, zoom = Math.max(this.zoom, 8)) { this.fly(this.x[i], this.y[i], zoom); }

  #listen() {
    const { canvas } = this, down = new Map();
    let moved = 0;
    const here = (e) => { const box = canvas.getBoundingClientRect(); return [e.clientX - box.left, e.clientY - box.top]; };
    canvas.addEventListener("pointerdown", (e) => { canvas.setPointerCapture(e.pointerId); down.set(e.pointerId, here(e)); moved = 0; this.flight = 0; });
    canvas.addEventListener("pointermove", (e) => {
      const now = here(e), was = down.get(e.pointerId);
      if (!was) return void this.hover?.(this.at(...now), ...now);
      if (down.size === 2) {
        const [other] = [...down].filter(([id]) => id !== e.pointerId).map(([, p]) => p);
        const far = (p) => Math.hypot(p[0] - other[0], p[1] - other[1]) || 1;
        this.zoomAt(far(now) / far(was), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
        moved = 99;
      } else {
        moved += Math.hypot(now[0] - was[0], now[1] - was[1]);
        if (moved > 4) { canvas.classList.add("moving"); this.hover?.(-1); this.move(now[0] - was[0], now[1] - was[1]); }
      }
      if (moved > 4 || down.size === 2) down.set(e.pointerId, now);
    });
    const up = (e) => {
      const was = down.delete(e.pointerId);
      canvas.classList.remove("moving");
      if (was && e.type === "pointerup" && moved <= 4 && !down.size) this.pick?.(this.at(...here(e), e.pointerType === "touch" ? 24 : REACH));
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    canvas.addEventListener("pointerleave", () => this.hover?.(-1));
    canvas.addEventListener("wheel", (e) => { e.preventDefault(); this.zoomAt(Math.exp(-e.deltaY * (e.ctrlKey ? 0.01 : 0.0016)), ...here(e)); }, { passive: false });
    canvas.addEventListener("dblclick", (e) => this.zoomAt(2, ...here(e)));
    const STEP = 80;
    const keys = {
      ArrowLeft: () => this.move(STEP, 0), ArrowRight: () => this.move(-STEP, 0), ArrowUp: () => this.move(0, STEP), ArrowDown: () => this.move(0, -STEP),
      "+": () => this.zoomAt(1.5), "=": () => this.zoomAt(1.5), "-": () => this.zoomAt(1 / 1.5), 0: () => this.whole(),
      Enter: () => this.pick?.(this.at(this.width / 2, this.height / 2, Math.max(this.width, this.height))),
    };
    canvas.addEventListener("keydown", (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey || !keys[e.key]) return;
      e.preventDefault();
      keys[e.key]();
    });
  }
}
