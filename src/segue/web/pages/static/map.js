// The taste space as a map: every item a point, near what it is like. Search, neighbours, and ways between two.

import { byId, el, put, svg } from "./dom.js";
import { bytes, get, part } from "./api.js";
import { credits } from "./cards.js";
import { clearNotice, explain, notice } from "./notice.js";
import { Field } from "./points.js";

const TYPES = { uint8: Uint8Array, uint16: Uint16Array };
const ALIGN = 8, SIDE = 65535, OTHER = 254, NONE = 255, NEAR = 12, STEPS = 12;
const state = { field: null, head: null, columns: null, cards: new Map(), picked: null, near: [], from: null, way: [], hovered: -1, by: "genre" };

/** What the server packed: a head and columns over the same bytes. */
export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const columns = {};
  let at = 4 + length;
  for (const [name, type] of head.columns) {
    at += (ALIGN - (at % ALIGN)) % ALIGN;
    columns[name] = new TYPES[type](buffer, at, head.points);
    at += columns[name].byteLength;
  }
  return { head, columns };
}

/** A colour of the style sheet as 0xBBGGRR. */
function ink(name) {
  const probe = byId("map");
  probe.style.color = `var(${name})`;
  const [r, g, b] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
  probe.style.color = "";
  return (b << 16) | (g << 8) | r;
}

const count = (n) => n.toLocaleString("en");
const by = (card) => credits(card) || card.kind;

// --- what is drawn ----------------------------------------------------------------------------------------------------

function groups() {
  const { head, columns } = state;
  const codes = state.by === "genre" ? columns.genre : columns.kind, tally = new Uint32Array(256);
  for (const c of codes) tally[c]++;
  const names = state.by === "genre"
    ? [...head.genres.map((name, i) => [i, name, `--g-${i}`]), [OTHER, "other genres", "--g-other"], [NONE, "no genre", "--g-other"]]
    : head.kinds.map((name, i) => [i + 1, name, `--g-${i}`]);
  return { codes, rows: names.filter(([code]) => tally[code]).map(([code, name, colour]) => ({ code, name, colour, n: tally[code] })) };
}

function paint() {
  const { field } = state, { rows } = groups();
  for (const g of rows) field.colours[g.code] = ink(g.colour);
  field.ground = ink("--sunk");
  field.draw();
}

function legend() {
  const { field } = state, { codes, rows } = groups();
  field.code = codes;
  field.shown.fill(1);
  byId("legend-title").textContent = state.by === "genre" ? "Genres" : "Kinds";
  put(byId("legend"), rows.map((g) => {
    const dot = svg("svg", { viewBox: "0 0 12 12", "aria-hidden": "true" }, svg("circle", { cx: 6, cy: 6, r: 5.5 }));
    dot.style.fill = `var(${g.colour})`;
    const toggle = el("button", { type: "button", "aria-pressed": "true", on: { click: () => {
      field.shown[g.code] ^= 1;
      toggle.setAttribute("aria-pressed", String(field.shown[g.code] === 1));
      field.draw();
    } } }, dot, el("span", {}, g.name), el("small", {}, count(g.n)));
    return el("li", {}, toggle);
  }));
  paint();
}

function marks() {
  const { field } = state, sheet = byId("marks"), pen = sheet.getContext("2d"), look = getComputedStyle(byId("map"));
  if (sheet.width !== field.canvas.width || sheet.height !== field.canvas.height) Object.assign(sheet, { width: field.canvas.width, height: field.canvas.height });
  pen.setTransform(field.sharp, 0, 0, field.sharp, 0, 0);
  pen.clearRect(0, 0, field.width, field.height);
  const ring = (at, r, width) => { pen.lineWidth = width; pen.beginPath(); pen.arc(...field.place(at), r, 0, 7); pen.stroke(); };
  pen.strokeStyle = pen.fillStyle = look.color;
  pen.lineJoin = "round";
  if (state.way.length) {
    pen.lineWidth = 2;
    pen.beginPath();
    state.way.forEach((s, i) => pen[i ? "lineTo" : "moveTo"](...field.place(s.at)));
    pen.stroke();
    state.way.forEach((s) => { pen.beginPath(); pen.arc(...field.place(s.at), 3.5, 0, 7); pen.fill(); });
  } else state.near.forEach((s) => ring(s.at, 5, 1.5));
  if (state.from) ring(state.from.at, 9, 2);
  if (state.picked) { ring(state.picked.at, 9, 2.5); ring(state.picked.at, 13, 1); }
  if (state.hovered >= 0) ring(state.hovered, 7, 2);
}

// --- what is known of a point -----------------------------------------------------------------------------------------

async function spot(at) {
  if (!state.cards.has(at)) {
    const [found] = await get("/v1/space/items", { at });
    if (!found) return null;
    state.cards.set(at, found.card);
  }
  return { at, card: state.cards.get(at) };
}

let asking = 0;
function hover(at, x, y) {
  const tip = byId("tip");
  if (at !== state.hovered) {
    state.hovered = at;
    state.field.canvas.classList.toggle("over", at >= 0);
    marks();
    clearTimeout(asking);
    tip.hidden = true;
    if (at >= 0) asking = setTimeout(async () => {
      const found = await spot(at).catch(() => null);
      if (!found || state.hovered !== at) return;
      put(tip, found.card.title, el("small", {}, [by(found.card), found.card.genres?.[0]].filter(Boolean).join(" · ")));
      tip.hidden = false;
      follow(...tip.wanted);
    }, state.cards.has(at) ? 0 : 70);
  }
  tip.wanted = [x, y];
  if (!tip.hidden) follow(x, y);
}

function follow(x, y) {
  const tip = byId("tip"), { width, height } = state.field;
  tip.style.transform = `translate(${Math.max(6, Math.min(x + 14, width - tip.offsetWidth - 6))}px, ${Math.max(6, Math.min(y + 16, height - tip.offsetHeight - 6))}px)`;
}

const row = (s) => el("li", {},
  el("button", { type: "button", on: { click: () => pick(s.at, true) } }, s.card.title, el("small", {}, by(s.card))),
  el("a", { href: `/item/${part(s.card.uri)}`, "aria-label": `Page of ${s.card.title}` }, "open"));

function show() {
  const { picked, near, from, way } = state, box = byId("picked");
  box.className = "map-picked";
  if (!picked) {
    put(box, el("h2", {}, "The taste space"), el("p", {}, "Every point is something to hear; what lies close is heard by the same people, or sounds and reads alike. Click one to see what is near it, and walk from one to another."));
    return;
  }
  const { card } = picked;
  const start = el("button", { type: "button", class: from?.at === picked.at ? "on" : "", on: { click: () => { Object.assign(state, { from: from?.at === picked.at ? null : picked, way: [] }); show(); marks(); } } },
    from?.at === picked.at ? "Now pick where to go" : "Path from here");
  const clear = way.length ? el("button", { type: "button", on: { click: () => { Object.assign(state, { from: null, way: [] }); show(); marks(); } } }, "Clear the path") : null;
  put(box, el("h2", {}, card.title), el("p", {}, [card.kind, credits(card), card.genres?.[0]].filter(Boolean).join(" · ")),
    el("div", { class: "map-actions" }, el("a", { href: `/item/${part(card.uri)}` }, "Open its page"), start, clear),
    way.length ? el("h3", {}, `From ${way[0].card.title}`) : near.length ? el("h3", {}, "Nearest in the space") : el("p", {}, "Nothing lies near it."),
    el("ol", { class: "map-list", role: "list" }, (way.length ? way : near).map(row)));
}

/** Pick a point: its neighbours, or the way to it where one was begun. */
export async function pick(at, fly = false) {
  if (at < 0) return;
  try {
    const found = await spot(at);
    if (!found) return;
    const from = state.from && state.from.at !== at ? state.from : null;
    state.picked = found;
    state.near = [];
    if (fly) state.field.flyTo(at);
    const [near, way] = await Promise.all([get("/v1/space/near", { at, n: NEAR }), from ? walk(from, found) : []]);
    if (state.picked !== found) return;
    for (const s of near) state.cards.set(s.at, s.card);
    Object.assign(state, { near, way, from: way.length ? null : state.from });
    show();
    state.field.draw();
  } catch (failure) {
    explain(failure, () => pick(at, fly));
  }
}

async function walk(from, to) {
  const { items } = await get("/v1/path", { from: from.card.uri, to: to.card.uri, n: STEPS });
  const spots = await get("/v1/space/items", { uri: items.map((c) => c.uri) });
  return spots;
}

// --- search -----------------------------------------------------------------------------------------------------------

function search() {
  const input = byId("seek"), list = byId("found");
  let active = -1, waiting = 0, asked = null;
  const close = () => { list.hidden = true; active = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const choose = async (card) => {
    close();
    input.value = card.title;
    const [found] = await get("/v1/space/items", { uri: card.uri }).catch(() => []);
    if (found) { state.cards.set(found.at, found.card); pick(found.at, true); } else notice("Not on the map", [`Nothing is known yet of where ${card.title} lies.`]);
  };
  const ask = async () => {
    asked?.abort();
    if (!input.value.trim()) return close();
    asked = new AbortController();
    try {
      const cards = await get("/v1/items", { q: input.value.trim(), n: 10 }, asked.signal);
      put(list, cards.map((card, i) => el("li", { role: "option", id: `found-${i}`, "aria-selected": "false",
        on: { mousedown: (e) => { e.preventDefault(); choose(card); } } }, el("span", {}, card.title), el("small", {}, by(card)))));
      if (!cards.length) put(list, el("li", { role: "option", "aria-disabled": "true" }, el("small", {}, "Nothing found")));
      list.cards = cards;
      list.hidden = false;
      active = -1;
      input.setAttribute("aria-expanded", "true");
    } catch { if (!asked?.signal.aborted) close(); }
  };
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 140); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (e) => {
    const rows = list.hidden ? [] : list.cards ?? [];
    if ((e.key === "ArrowDown" || e.key === "ArrowUp") && rows.length) {
      e.preventDefault();
      active = (active + (e.key === "ArrowDown" ? 1 : rows.length - (active < 0 ? 0 : 1))) % rows.length;
      [...list.children].forEach((r, i) => r.setAttribute("aria-selected", String(i === active)));
      input.setAttribute("aria-activedescendant", `found-${active}`);
    } else if (e.key === "Enter" && rows.length) choose(rows[Math.max(0, active)]);
    else if (e.key === "Escape") close();
  });
}

// --- begin ------------------------------------------------------------------------------------------------------------

function begin(buffer) {
  const { head, columns } = unpack(buffer);
  Object.assign(state, { head, columns });
  const canvas = byId("points");
  state.field = new Field(canvas, columns, SIDE, marks);
  state.field.hover = hover;
  state.field.pick = (at) => pick(at);
  canvas.setAttribute("aria-label", `Map of the taste space: ${count(head.points)} items`);
  const kept = head.kept === null ? "" : ` · ${Math.round(head.kept * 100)} % of neighbours as in the last release`;
  byId("about").textContent = `${count(head.points)}${head.of > head.points ? ` of ${count(head.of)}` : ""} items · release ${head.release}${kept}`;
  for (const [id, call] of [["nearer", () => state.field.zoomAt(1.6)], ["farther", () => state.field.zoomAt(1 / 1.6)], ["whole", () => state.field.whole()]]) byId(id).addEventListener("click", call);
  document.querySelectorAll("[name=colour]").forEach((radio) => radio.addEventListener("change", () => { state.by = radio.value; legend(); }));
  for (const what of [byId("theme"), matchMedia("(prefers-color-scheme: dark)")]) what.addEventListener(what.id ? "click" : "change", () => requestAnimationFrame(paint));
  search();
  legend();
  show();
}

async function load() {
  const map = byId("map");
  try {
    begin(await bytes("/v1/space"));
    clearNotice();
    map.hidden = false;
    document.querySelector(".map-tools").hidden = false;
    state.field.fit();
  } catch (failure) {
    map.hidden = true;
    if (failure.status === 503) notice("No map yet", [failure.message], { text: "Try again", call: load });
    else explain(failure, load);
  } finally {
    map.setAttribute("aria-busy", "false");
  }
}

/** For those who measure: the milliseconds each of the last frames took. */
export const frames = () => state.field.took;
export const view = () => state;

load();
