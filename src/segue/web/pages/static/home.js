// Home of a chosen listener: fetched, shown, and fetched again after everything that is recorded.

import { byId, clock, el, put, toast } from "./dom.js";
import { get, newId, send } from "./api.js";
import { cover, tint } from "./covers.js";
import { chooser } from "./chooser.js";
import { clearNotice, explain, notice } from "./notice.js";
import { Player } from "./player.js";
import { remember } from "./shell.js";
import { keys, showShelves } from "./shelves.js";

const shelves = byId("shelves"), dial = byId("dial"), explicit = byId("explicit");
const state = { listener: new URLSearchParams(location.search).get("listener") ?? "", page: "", turn: 0, waits: 1000, timer: 0 };

const setting = (name, value) => (value === undefined ? localStorage.getItem(`segue-${name}`) : localStorage.setItem(`segue-${name}`, value));
dial.value = setting("dial") ?? "50";
explicit.checked = setting("explicit") !== "no";

const words = (v) => (v < 15 ? "mostly familiar" : v < 40 ? "rather familiar" : v <= 60 ? "balanced" : v <= 85 ? "rather new" : "mostly new");

function circumstances() {
  return { zone: Intl.DateTimeFormat().resolvedOptions().timeZone, device: "web", familiarity: (1 - dial.value / 100).toFixed(2), explicit: explicit.checked, impressions: true };
}

function greet(home) {
  const hour = new Date().getHours();
  const part = hour < 5 ? "Good night" : hour < 12 ? "Good morning" : hour < 18 ? "Good afternoon" : "Good evening";
  byId("greeting").textContent = part;
  const known = home.known !== false;
  put(byId("about"), known ? "For " : "New here: ", el("a", { href: `/listener/${encodeURIComponent(state.listener)}` }, state.listener),
    known ? "" : ". Nothing is known yet, so this is what others enjoy. Play something and watch it turn.");
}

/** Fetch and show; `after` is what was just recorded, for the toast. */
async function load(after = "") {
  const turn = ++state.turn;
  clearTimeout(state.timer);
  if (!state.listener) return welcome();
  document.title = `${state.listener} · Segue`;
  shelves.setAttribute("aria-busy", "true");
  try {
    const home = await get("/v1/home", { listener: state.listener, ...circumstances() });
    if (turn !== state.turn) return;
    state.waits = 1000;
    state.page = home.page;
    clearNotice();
    greet(home);
    const changed = showShelves(shelves, home.shelves, act);
    player.mark();
    if (!home.shelves.length) notice("Nothing to show", ["The catalogue has nothing that fits these settings."]);
    if (after) toast(changed?.length ? `${after} · ${changed.length === 1 ? "one shelf" : `${changed.length} shelves`} changed` : after);
  } catch (failure) {
    if (turn !== state.turn) return;
    fail(failure);
  } finally {
    if (turn === state.turn) shelves.setAttribute("aria-busy", "false");
  }
}

function fail(failure) {
  if (failure.status !== 0) put(shelves);
  explain(failure, () => load());
  if (failure.status === 0 || failure.status === 503) {
    state.timer = setTimeout(() => load(), state.waits);
    state.waits = Math.min(state.waits * 1.7, 15000);
  }
}

/** Without a listener: some to choose from, and someone new. */
async function welcome() {
  const turn = state.turn;
  document.title = "Segue";
  put(shelves);
  byId("greeting").textContent = "Who is listening?";
  byId("about").textContent = "Pick someone, or start as someone Segue has never met.";
  try {
    const found = await get("/v1/listeners", { limit: 23 });
    if (turn !== state.turn) return;
    clearNotice();
    const fresh = `new-${newId().slice(4, 10)}`;
    const face = (id, name, line) =>
      el("li", {}, el("button", { type: "button", class: "person", on: { click: () => choose(id) } },
        el("span", { class: "face" }, cover({ uri: `listener:${id}`, kind: id === fresh ? "artist" : "face", title: "+" })), el("strong", {}, name), el("small", {}, line)));
    put(shelves, el("ul", { class: "people", role: "list" }, face(fresh, "Someone new", "no history at all"),
      ...found.map((l) => face(l.id, l.id, `${l.plays.toLocaleString()} plays${l.country ? ` · ${l.country}` : ""}`))));
    if (!found.length) notice("No listeners yet", ["Bring in some listening first, or look around as someone new.", el("pre", {}, "segue import FORMAT PATH\nsegue train")]);
  } catch (failure) {
    if (turn === state.turn) fail(failure);
  } finally {
    shelves.setAttribute("aria-busy", "false");
  }
}

function choose(id) {
  player.stop("left");
  state.listener = id;
  remember(id);
  history.pushState({}, "", id ? `/?${new URLSearchParams({ listener: id })}` : "/");
  who.show(id);
  put(shelves);
  scrollTo(0, 0);
  load();
}

const event = (type, card, more) => ({ type, id: newId(), listener: state.listener, at: Date.now(), item: card.uri, page: state.page, ...more });

async function record(events, text) {
  state.turn += 1; // a page asked for before this knows nothing of it: let it not overwrite what was just done
  try {
    await send(events);
    await load(text);
  } catch (failure) {
    toast(failure.status === 0 ? "Not recorded: the server does not answer." : `Not recorded: ${failure.message}`, "bad");
    shelves.setAttribute("aria-busy", "false");
  }
}

function act(what, card, node) {
  const place = { shelf: node.shelf, position: node.position };
  if (what === "play") {
    if (player.card?.uri !== card.uri) {
      send([event("click", card, place)]).catch(() => toast("Not recorded: the server does not answer.", "bad"));
      wash(card);
    }
    player.start(card, { ...place, queue: [...node.parentNode.children].map((n) => n.card) });
  } else if (what === "save") save(card);
  else if (player.card?.uri === card.uri) player.stop("skipped", true);
  else record([event("skip", card, { ms_played: 0, context: `shelf:${place.shelf}` })], `Skipped ${card.title}`);
}

async function save(card) {
  const yes = !card.saved;
  mark(card.uri, yes);
  const { page, ...plain } = event(yes ? "save" : "remove", card, {});
  await record([yes ? { ...plain, page } : plain], yes ? `Saved ${card.title}` : `Took ${card.title} out of the library`);
}

function mark(uri, yes) {
  for (const node of shelves.querySelectorAll(".card")) if (node.dataset.uri === uri) node.saved(yes);
  player.saved(uri, yes);
}

function wash(card) {
  const [one, two] = tint(card);
  document.documentElement.style.setProperty("--wash-one", one);
  document.documentElement.style.setProperty("--wash-two", two);
}

const player = new Player({
  save,
  next: (card, place) => {
    const i = place.queue.findIndex((c) => c.uri === card.uri);
    return i >= 0 ? (place.queue[i + 1] ?? null) : null;
  },
  done: (card, ms, how, place) => {
    const context = `shelf:${place.shelf}`;
    if (how === "skipped") record([event("skip", card, { ms_played: ms, context })], `Skipped ${card.title} at ${clock(ms)}`);
    else record([event("play", card, { ms_played: ms, context, device: "web", reason_start: "clickrow", reason_end: how === "finished" ? "trackdone" : "endplay" })], `Played ${clock(ms)} of ${card.title}`);
  },
});

const who = chooser(choose);
keys(shelves, act);
let pause = 0;
const soon = () => {
  clearTimeout(pause);
  pause = setTimeout(() => load(), 180);
};
dial.setAttribute("aria-valuetext", words(Number(dial.value)));
dial.addEventListener("input", () => {
  dial.setAttribute("aria-valuetext", words(Number(dial.value)));
  setting("dial", dial.value);
  soon();
});
explicit.addEventListener("change", () => {
  setting("explicit", explicit.checked ? "yes" : "no");
  soon();
});
addEventListener("popstate", () => {
  state.listener = new URLSearchParams(location.search).get("listener") ?? "";
  if (state.listener) remember(state.listener);
  who.show(state.listener);
  put(shelves);
  load();
});
who.show(state.listener);
load();
