// One item: what it is, what belongs to it, what is like it, and what can be begun from it.

import { Acts } from "./acts.js";
import { byId, clock, el, icon, put, toast } from "./dom.js";
import { get, part } from "./api.js";
import { cover, tint } from "./covers.js";
import { clearNotice, explain, notice } from "./notice.js";
import { listener } from "./shell.js";
import { keys, showShelves } from "./shelves.js";
import { way } from "./way.js";

const uri = decodeURIComponent(location.pathname.slice("/item/".length)), who = listener();
const acts = who ? new Acts({ after: told }) : null;
const KINDS = { track: "Track", artist: "Artist", album: "Album", playlist: "Playlist", show: "Podcast", episode: "Episode", audiobook: "Audiobook", author: "Author", genre: "Genre" };
const STATION = { show: "episode", episode: "episode", audiobook: "audiobook", author: "audiobook" }; // of others: what most is played of
const LINES = { tracks: "lines numbered", parts: "lines numbered", beside: "lines", station: "lines" };
const PLAYED = new Set(["track", "episode", "audiobook"]);
const state = { about: null, station: [] };

const open = (card) => `/item/${part(card.uri)}`;
const act = (what, card, node) => (acts ? acts.act(what, card, node) : location.assign(open(card)));

function shaped(shelf) {
  const all = (test) => shelf.cards.every(test);
  const lines = LINES[shelf.key] && all((c) => PLAYED.has(c.kind)) ? LINES[shelf.key] : "";
  return { ...shelf, shape: lines || (all((c) => c.kind === "audiobook") ? "books" : "plain") };
}

/** After something was recorded: say so, and let the heart of the head have what changed. */
function told(text, undo, events) {
  toast(text, "", undo);
  for (const e of events) if (e.item === uri && (e.type === "save" || e.type === "remove")) byId("save").saved(e.type === "save");
}

function language(code) {
  try {
    return code && new Intl.DisplayNames(["en"], { type: "language" }).of(code);
  } catch {
    return code;
  }
}

function facts({ card, part_of, released, language: code, listeners }) {
  const by = (card.artists ?? []).flatMap((a, i) => [i ? ", " : "", el("a", { href: open(a) }, a.name)]);
  const rows = [
    by.length ? by : null, part_of && [card.kind === "episode" ? "" : "on ", el("a", { href: open(part_of) }, part_of.name)],
    released && String(new Date(released).getUTCFullYear()), card.duration_ms && clock(card.duration_ms), language(code),
    card.explicit && el("abbr", { class: "explicit", title: "Explicit" }, "E"), listeners && `${listeners.toLocaleString("en")} ${listeners === 1 ? "listener" : "listeners"}`,
  ];
  return el("ul", { class: "item-facts", role: "list" }, rows.filter(Boolean).map((r) => el("li", {}, ...[r].flat())));
}

/** What the play button begins: the item itself, or what it is made of, and what follows. */
function playlist() {
  const { card, shelves } = state.about, of = (key) => shelves.find((s) => s.key === key)?.cards ?? [];
  const line = PLAYED.has(card.kind) ? [card, ...of("beside"), ...of("like")] : [...of("tracks"), ...of("parts"), ...of("audiobooks")];
  return line.filter((c) => PLAYED.has(c.kind)).map((c, i) => ({ card: c, place: { shelf: "item", title: card.title, position: i, page: "" } }));
}

function begin(entries) {
  const [first, ...rest] = entries;
  if (acts.player.card?.uri === first.card.uri) acts.player.toggle();
  else acts.player.start(first.card, first.place, rest);
}

async function station() {
  const { card } = state.about;
  try {
    const { items } = await get("/v1/radio", { seed: uri, kind: STATION[card.kind], n: 25, listener: who });
    state.station = items;
    draw();
    if (acts) begin(items.map((c, i) => ({ card: c, place: { shelf: "radio", title: `Radio: ${card.title}`, position: i, page: "" } })));
    document.querySelector('[data-key="station"]')?.scrollIntoView({ block: "nearest" });
  } catch (failure) {
    toast(failure.status === 400 || failure.status === 404 ? `Nothing is known to be near ${card.title}.` : failure.message, "bad");
  }
}

function buttons() {
  const { card } = state.about;
  const button = (name, text, glyph, call, more = {}) => el("button", { type: "button", class: name, ...more, on: { click: call } }, icon(glyph), text);
  const save = button("quiet", "", "heart", () => acts.save(state.about.card), { id: "save" });
  save.saved = (yes) => {
    state.about.card = { ...state.about.card, saved: yes };
    put(save, icon("heart", !yes), yes ? "Saved" : "Save");
    save.setAttribute("aria-pressed", String(yes));
  };
  if (acts) save.saved(Boolean(card.saved));
  return el("div", { class: "item-acts" },
    acts && playlist().length ? button("primary", "Play", "play", () => begin(playlist())) : null,
    button("quiet", "Start a radio", "queue", station),
    acts ? save : null, acts ? button("quiet", "Not for me", "hide", () => acts.hide(state.about.card)) : null,
    button("quiet", "Path to…", "right", () => way(byId("way"), state.about.card), { "aria-controls": "way" }));
}

function draw() {
  const { card, shelves } = state.about;
  const station = state.station.length ? [{ key: "station", title: `Radio from ${card.title}`, cards: state.station }] : [];
  showShelves(byId("shelves"), [...station, ...shelves].map(shaped), act);
  acts?.player.mark();
}

function head() {
  const { card } = state.about, [one, two] = tint(card);
  document.title = `${card.title} · Segue`;
  document.documentElement.style.setProperty("--wash-one", one);
  document.documentElement.style.setProperty("--wash-two", two);
  const genres = (card.genres ?? []).map((g) => el("li", {}, el("a", { href: `/search?${new URLSearchParams({ q: g })}` }, g)));
  put(byId("item"), el("div", { class: `item-cover kind-${card.kind}` }, cover(card)),
    el("div", { class: "item-text" }, el("p", { class: "item-kind" }, KINDS[card.kind] ?? card.kind), el("h1", {}, card.title), facts(state.about),
      card.description ? el("p", { class: "description" }, card.description) : null,
      genres.length ? el("ul", { class: "item-genres", "aria-label": "Genres" }, genres) : null, buttons(),
      acts ? null : el("p", { class: "by" }, el("a", { href: "/" }, "Choose who is listening"), " to play and to save.")));
}

async function load() {
  try {
    state.about = await get(`/v1/items/${part(uri)}/about`, { listener: who });
    state.about.shelves ??= [];
    clearNotice();
    head();
    draw();
  } catch (failure) {
    byId("item").hidden = true;
    if (failure.status === 404 || failure.status === 400) {
      document.title = "Not here · Segue";
      notice("Not here", [`The catalogue has nothing at ${uri}.`, el("p", {}, "It may have another address, or not be in this release. ", el("a", { href: "/search" }, "Search for it"), ".")]);
    } else explain(failure, () => { byId("item").hidden = false; load(); });
  } finally {
    byId("item").setAttribute("aria-busy", "false");
  }
}

byId("shelves").classList.toggle("look-only", !acts);
keys(byId("shelves"), act);
acts?.open(who);
load();
