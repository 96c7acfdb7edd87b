// What the catalogue has under some words: as one types, by kind; by what the words say where no title has them.

import { Acts } from "./acts.js";
import { byId, el, put } from "./dom.js";
import { get, part } from "./api.js";
import { clearNotice, explain, notice } from "./notice.js";
import { listener } from "./shell.js";
import { focusCard, keys, showShelves } from "./shelves.js";

const PAUSE = 140; // ms without a key before it is asked
const SLOW = 700; // ms after which it says that it is still looking
const SOON = 400; // ms until it asks again what is not known yet
const FEW = 12, MANY = 200; // cards of each kind, and of one alone
const FIRST = 6; // lines of a kind among others
const KINDS = { artist: "Artists", track: "Tracks", album: "Albums", playlist: "Playlists", show: "Podcasts", episode: "Episodes", audiobook: "Audiobooks", author: "Authors", genre: "Genres" };
const LINES = new Set(["track", "episode"]);
const input = byId("q"), shelves = byId("shelves"), who = listener();
const acts = who ? new Acts() : null;
let asked = null, waiting = 0, kind = "";

const words = () => input.value.trim();
const address = (q, of = "") => `/search?${new URLSearchParams({ ...(q && { q }), ...(of && { kind: of }) })}`.replace(/\?$/, "");
const act = (what, card, node) => (acts ? acts.act(what, card, node) : location.assign(`/item/${part(card.uri)}`));
const count = (n) => n.toLocaleString("en");

function shelf({ kind: of, total, cards }, counted) {
  const lines = LINES.has(of), shown = lines && !kind ? cards.slice(0, FIRST) : cards;
  const some = counted && total > shown.length ? `${count(shown.length)} of ${count(total)}` : "";
  return { key: of, title: KINDS[of] ?? of, subtitle: some, cards: shown, shape: lines ? "lines" : kind ? "grid" : "plain" };
}

function drawKinds(q, groups, counted) {
  const entry = (of, name, total) => el("a", { href: address(q, of), "aria-current": of === kind ? "page" : null, on: { click: (event) => choose(event, of) } }, name, total === null ? null : el("small", {}, count(total)));
  put(byId("kinds"), entry("", "All", null), groups.map((g) => entry(g.kind, KINDS[g.kind] ?? g.kind, counted ? g.total : null)));
  byId("kinds").hidden = groups.length < 2;
}

function choose(event, of) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  kind = of;
  history.pushState({}, "", address(words(), kind));
  load();
}

/** What it says above what was found. */
function told(found, q) {
  if (found.by === "near" && found.kinds.length) return `No title or name has “${q}”. This lies near to what the words say.`;
  if (found.meant) return `Nothing has “${q}” as it stands. This is “${found.meant}”.`;
  const total = found.kinds.reduce((n, g) => n + g.total, 0);
  return total ? `${count(total)} ${total === 1 ? "title or name has" : "titles and names have"} these words.` : found.genre ? "A genre has this name." : "";
}

function show(found, q) {
  byId("headline").textContent = q ? `“${q}”` : "What do you want to hear?";
  byId("about").textContent = q ? told(found, q) : "A title, a name, a genre; or what it should be like.";
  const own = found.kinds.filter((g) => (!kind || g.kind === kind) && g.cards.length).map((g) => shelf(g, found.by === "title"));
  const genre = found.genre && !kind ? [{ key: "genre", title: `Most heard in ${q.toLowerCase()}`, cards: found.genre.cards, shape: "plain" }] : [];
  showShelves(shelves, [...genre, ...own], act);
  drawKinds(q, q ? found.kinds : [], found.by === "title");
  put(byId("genres"), (found.genres ?? []).map((g) => el("li", {}, el("a", { href: address(g) }, g))));
  byId("genres").hidden = !found.genres?.length;
  if (!own.length && !genre.length && q) notice("Nothing found", ["Try fewer words, or how a name begins. Accents, case and small slips of the keys do not matter.", el("p", {}, "Or ", el("a", { href: "/search" }, "look around"), ".")]);
}

/** While the server gets ready to look by meaning: the first search since it was started. */
function soon(signal) {
  byId("headline").textContent = `“${words()}”`;
  put(shelves);
  byId("kinds").hidden = byId("genres").hidden = true;
  byId("about").textContent = "No title or name has these words. Looking for what lies near to what they say…";
  return new Promise((done) => {
    const timer = setTimeout(done, SOON);
    signal.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
  });
}

async function load() {
  asked?.abort();
  const own = (asked = new AbortController()), q = words();
  document.title = q ? `${q} · Search · Segue` : "Search · Segue";
  shelves.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => { if (asked === own) byId("about").textContent = `Looking for “${q}”…`; }, SLOW);
  try {
    const found = await get("/v1/search", { q, kind, n: kind ? MANY : FEW, listener: who }, own.signal);
    if (own.signal.aborted) return; // something newer was asked since
    clearNotice();
    if (found.soon) {
      clearTimeout(slow);
      await soon(own.signal);
      return own.signal.aborted ? undefined : await load();
    }
    show(found, q);
    acts?.player.mark();
  } catch (failure) {
    if (own.signal.aborted) return;
    put(shelves);
    byId("kinds").hidden = byId("genres").hidden = true;
    byId("headline").textContent = "Search";
    put(byId("about"));
    explain(failure, load);
  } finally {
    clearTimeout(slow);
    if (asked === own) shelves.setAttribute("aria-busy", "false");
  }
}

/** Look for what is in the box now. The address says what it is; an entry of its own in the history when `done`. */
function look(done) {
  clearTimeout(waiting);
  if (address(words(), kind) === location.pathname + location.search) {
    if (!done) load();
    return;
  }
  kind = "";
  history[done ? "pushState" : "replaceState"]({}, "", address(words()));
  load();
}

function read() {
  const said = new URLSearchParams(location.search);
  clearTimeout(waiting);
  input.value = said.get("q") ?? "";
  kind = Object.hasOwn(KINDS, said.get("kind") ?? "") ? said.get("kind") : "";
  load();
}

input.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => look(false), PAUSE);
});
input.addEventListener("keydown", (event) => {
  const card = event.key === "ArrowDown" && shelves.querySelector(".card");
  if (!card) return;
  event.preventDefault();
  focusCard(shelves, card, ".title");
});
input.form.addEventListener("submit", (event) => {
  event.preventDefault();
  look(true);
});
addEventListener("popstate", read);
shelves.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowUp" || !shelves.querySelector(".card")?.contains(event.target)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  input.select(); // above the first is the box
});
keys(shelves, act);
shelves.classList.toggle("look-only", !acts);
acts?.open(who);
read();
if (!words()) input.focus();
