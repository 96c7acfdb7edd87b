// Home of a chosen listener: fetched, shown, and fetched again after everything that is recorded.

import { byId, el, put, toast } from "./dom.js";
import { get, newId } from "./api.js";
import { Acts } from "./acts.js";
import { cover, tint } from "./covers.js";
import { chooser } from "./chooser.js";
import { clearNotice, explain, notice } from "./notice.js";
import { forgetPassed, pass, passed } from "./passed.js";
import { remember } from "./shell.js";
import { keys, showShelves, skeleton } from "./shelves.js";
import { did, said, since } from "./since.js";
import { showWhy } from "./why.js";

const shelves = byId("shelves"), dial = byId("dial"), explicit = byId("explicit");
const state = { listener: new URLSearchParams(location.search).get("listener") ?? "", home: null, turn: 0, waits: 1000, timer: 0 };

const setting = (name, value) => (value === undefined ? localStorage.getItem(`segue-${name}`) : localStorage.setItem(`segue-${name}`, value));
dial.value = setting("dial") ?? "50";
explicit.checked = setting("explicit") !== "no";

const words = (v) => (v < 15 ? "mostly familiar" : v < 40 ? "rather familiar" : v <= 60 ? "balanced" : v <= 85 ? "rather new" : "mostly new");

const OLD_MS = 900_000;

/** That a page is short, or when it was made if it is an old one: so many are here that there was no time for another. */
const hurried = (home) => (home.short ? ". Many are here just now: this is a short page. Look again in a minute for all of it."
  : home.made && Date.now() - home.made > OLD_MS
    ? `. Many are here just now: this is your page of ${new Date(home.made).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}.` : "");

function circumstances(exclude) {
  return { exclude, zone: Intl.DateTimeFormat().resolvedOptions().timeZone, device: "web", familiarity: (1 - dial.value / 100).toFixed(2), explicit: explicit.checked, impressions: true };
}

function greet(home) {
  const hour = new Date().getHours();
  const part = hour < 5 ? "Good night" : hour < 12 ? "Good morning" : hour < 18 ? "Good afternoon" : "Good evening";
  byId("greeting").textContent = part;
  const known = home.known !== false;
  put(byId("about"), known ? "For " : "New here: ", el("a", { href: `/listener/${encodeURIComponent(state.listener)}` }, state.listener),
    known ? hurried(home) : ". Nothing is known yet, so this is what others enjoy. Play something and watch it turn.");
}

/** Home, without what was passed over lately. */
async function ask(listener) {
  const exclude = passed(listener), page = () => get("/v1/home", { listener, ...circumstances(exclude) });
  try {
    return await page();
  } catch (failure) {
    if (!exclude.length || ![400, 404, 422].includes(failure.status)) throw failure;
    forgetPassed(listener); // it may name what is no longer there
    exclude.length = 0;
    return page();
  }
}

/** Fetch and show; `after` is what was just done, for the toast, with `undo` where it can be taken back. */
async function load(after = "", undo = null, still = "") {
  const turn = ++state.turn;
  clearTimeout(state.timer);
  if (!state.listener) return welcome();
  document.title = `${state.listener} · Segue`;
  shelves.setAttribute("aria-busy", "true");
  if (!shelves.children.length) put(shelves, skeleton());
  try {
    const home = await ask(state.listener);
    if (turn !== state.turn) return;
    state.waits = 1000;
    state.home = home;
    clearNotice();
    greet(home);
    const changed = showShelves(shelves, home.shelves, acts.act);
    news(home);
    acts.player.mark();
    if (!home.shelves.length) notice("Nothing to show", ["The catalogue has nothing that fits these settings."]);
    const n = changed?.length ?? 0;
    if (after) toast([after, n === 1 ? "one shelf changed" : n ? `${n} shelves changed` : still].filter(Boolean).join(" · "), "", undo);
  } catch (failure) {
    if (turn !== state.turn) return;
    fail(failure);
  } finally {
    if (turn === state.turn) shelves.setAttribute("aria-busy", "false");
  }
}

/** What is new since the last visit, in a line and on the cards. */
function news(home) {
  const found = since(home);
  byId("since").hidden = !found;
  byId("since").textContent = found ? said(found) : "";
  for (const node of shelves.querySelectorAll(".card")) node.fresh(Boolean(found?.fresh.has(node.dataset.uri)));
}

function fail(failure) {
  if (failure.status !== 0 || shelves.querySelector(".skeleton")) put(shelves);
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
  byId("since").hidden = true;
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
  acts.open(id);
  state.listener = id;
  remember(id);
  history.pushState({}, "", id ? `/?${new URLSearchParams({ listener: id })}` : "/");
  who.show(id);
  put(shelves);
  scrollTo(0, 0);
  load();
}

const COUNTED = { play: "play", skip: "skip", save: "save", rating: "hide" };

const acts = new Acts({
  page: () => state.home?.page ?? "",
  before: () => (state.turn += 1), // a page asked for before this knows nothing of it: let it not overwrite what was just done
  after: (text, undo, events) => {
    for (const e of events) if (e.type === "skip") pass(e.listener, e.item);
    for (const e of events) if (COUNTED[e.type] && e.value !== 0) did(e.listener, COUNTED[e.type]);
    return load(text, undo);
  },
  failed: () => shelves.setAttribute("aria-busy", "false"),
  played: (card) => {
    const [one, two] = tint(card);
    document.documentElement.style.setProperty("--wash-one", one);
    document.documentElement.style.setProperty("--wash-two", two);
  },
  why: (card, node) => state.home && showWhy(card, node, state.home, acts.act),
});

const who = chooser(choose);
keys(shelves, acts.act);
let pause = 0;
const soon = (text) => {
  clearTimeout(pause);
  pause = setTimeout(() => load(text, null, "no shelf changed"), 180);
};
const turned = () => {
  const text = words(Number(dial.value));
  dial.setAttribute("aria-valuetext", text);
  byId("dial-words").textContent = text;
};
dial.addEventListener("input", () => {
  turned();
  setting("dial", dial.value);
  soon(`${words(Number(dial.value)).replace(/^./, (c) => c.toUpperCase())} from here on`);
});
explicit.addEventListener("change", () => {
  setting("explicit", explicit.checked ? "yes" : "no");
  soon(explicit.checked ? "Explicit content is shown" : "Explicit content is left out");
});
addEventListener("popstate", () => {
  state.listener = new URLSearchParams(location.search).get("listener") ?? "";
  if (state.listener) remember(state.listener);
  who.show(state.listener);
  acts.open(state.listener);
  put(shelves);
  load();
});
turned();
who.show(state.listener);
acts.open(state.listener);
load();
