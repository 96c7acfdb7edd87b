// What the catalogue has under some words: as one types, by kind.

import { byId, put } from "./dom.js";
import { get, part } from "./api.js";
import { clearNotice, explain, notice } from "./notice.js";
import { keys, showShelves } from "./shelves.js";

const PAUSE = 140; // ms without a key before it is asked
const KINDS = { artist: "Artists", track: "Tracks", album: "Albums", playlist: "Playlists", show: "Podcasts", episode: "Episodes", audiobook: "Audiobooks", author: "Authors", genre: "Genres" };
const input = byId("q"), shelves = byId("shelves");
let asked = null, waiting = 0;

const open = (_what, card) => location.assign(`/item/${part(card.uri)}`);
const words = () => input.value.trim();

async function load() {
  asked?.abort();
  const own = (asked = new AbortController());
  const q = words();
  document.title = q ? `${q} · Search · Segue` : "Search · Segue";
  if (!q) {
    put(shelves);
    clearNotice();
    byId("about").textContent = "Titles and names, in any case.";
    return;
  }
  try {
    const found = await get("/v1/items", { q, n: 100 }, own.signal);
    if (own.signal.aborted) return;
    clearNotice();
    const groups = Object.entries(KINDS).map(([kind, title]) => ({ key: kind, title, cards: found.filter((c) => c.kind === kind) })).filter((g) => g.cards.length);
    showShelves(shelves, groups, open);
    byId("about").textContent = found.length ? `Titles with “${q}”` : "";
    if (!found.length) notice("Nothing found", [`No title or name has “${q}”.`]);
  } catch (failure) {
    if (own.signal.aborted) return;
    put(shelves);
    explain(failure, load);
  }
}

/** The address says what is looked for; a new entry of the history where `anew`. */
function say(anew) {
  const address = words() ? `/search?${new URLSearchParams({ q: words() })}` : "/search";
  history[anew ? "pushState" : "replaceState"]({}, "", address);
}

function read() {
  input.value = new URLSearchParams(location.search).get("q") ?? "";
  load();
}

input.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => { say(false); load(); }, PAUSE);
});
input.form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(waiting);
  say(true);
  load();
});
addEventListener("popstate", read);
shelves.classList.add("look-only");
keys(shelves, open);
read();
if (!words()) input.focus();
