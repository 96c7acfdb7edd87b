// The bar at the bottom: pretended listening, so that plays and skips carry a true number of milliseconds. Where an item
// has a short sound, it is heard over and over meanwhile. What plays and what is queued go along from page to page.

import { byId, clock, icon, put } from "./dom.js";
import { cover } from "./covers.js";
import { credits } from "./cards.js";
import { Queue } from "./queue.js";
import { kept as own } from "./shell.js";
import { Sound } from "./sound.js";

const TICK = 200;
const HEARD = 5_000; // ms: one that was left sooner was not listened to
const LENGTHS = { episode: 1_800_000, show: 1_800_000, audiobook: 3_600_000 };
const SPEEDS = [30, 1];
const ONWARD = { finished: "trackdone", skipped: "fwdbtn" };

/** What the bar needs of a card. */
const slim = ({ uri, kind, title, artists, genres, duration_ms, explicit, clip, saved }) => ({ uri, kind, title, artists, genres, duration_ms, explicit, clip, saved });

/**
 * `done(card, {ms, how, start, place})` is called once for each stretch that was heard: how is "finished", "skipped",
 * "left" or "gone" (with the page). `save(card)` is called for the heart. The bar's markup is `player.html`.
 */
export class Player {
  constructor({ done, save }) {
    Object.assign(this, { done, save, listener: "", card: null, place: null, begun: "", at: 0, from: 0, playing: false, speed: SPEEDS[0] });
    byId("player-toggle").addEventListener("click", () => this.toggle());
    byId("player-skip").addEventListener("click", () => this.stop("skipped", true));
    byId("player-save").addEventListener("click", () => this.card && this.save(this.card));
    byId("player-speed").addEventListener("click", () => {
      this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
      this.draw();
    });
    put(byId("player-skip"), icon("skip"));
    this.sound = new Sound();
    this.queue = new Queue({ changed: () => this.keep(), play: (entry) => this.start(entry.card, entry.place) });
    setInterval(() => this.tick(), TICK);
    addEventListener("pagehide", () => {
      this.keep();
      this.tell("gone");
      this.from = this.at;
    });
    addEventListener("pageshow", (event) => event.persisted && this.open(this.listener));
  }

  get length() {
    return this.card?.duration_ms || LENGTHS[this.card?.kind] || 200_000;
  }

  /** Take up what this tab kept for a listener: what played goes on where it was. */
  open(listener) {
    if (this.listener && this.listener !== listener) {
      this.tell("left");
      this.playing = false;
      this.keep();
    }
    this.listener = "";
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(own(`segue-queue:${listener}`)));
    } catch {} // as if nothing had been kept
    this.card = null;
    this.queue.set(kept?.own ?? [], kept?.rest ?? []);
    this.listener = listener;
    if (kept?.card) this.load(kept.card, kept.place, "appload", kept.at, kept.playing);
    else this.load(null);
  }

  keep() {
    if (!this.listener) return;
    const { card, place, at, playing, queue } = this;
    try {
      sessionStorage.setItem(own(`segue-queue:${this.listener}`), JSON.stringify({ card: card && slim(card), place, at, playing, own: queue.own, rest: queue.rest }));
    } catch {} // no room: it stays on this page
  }

  /** Play a card; `rest` are the entries that follow it on its shelf. The same card again pauses or goes on. */
  start(card, place, rest = null, begun = "clickrow") {
    if (this.card?.uri === card.uri) {
      this.toggle();
      return;
    }
    this.stop("left");
    if (rest) this.queue.follow(rest.map(({ card, place }) => ({ card: slim(card), place })));
    this.load(slim(card), place, begun);
  }

  /** Queue a card by hand. Where nothing plays it waits in the bar, to be started. */
  later(card, place, first = false) {
    if (this.card) this.queue.add({ card: slim(card), place }, first);
    else this.load(slim(card), place, "clickrow", 0, false);
  }

  load(card, place = null, begun = "", at = 0, playing = true) {
    Object.assign(this, { card, place, begun, at, from: at, playing: Boolean(card) && playing });
    byId("player").hidden = !card;
    document.body.classList.toggle("with-player", Boolean(card));
    this.sound.load(card, this.playing);
    if (card) {
      put(document.querySelector(".player-cover"), cover(card));
      byId("player-title").textContent = card.title;
      byId("player-artist").textContent = credits(card);
      byId("player-length").textContent = clock(this.length);
      this.draw();
    } else {
      byId("queue").hidden = true;
      this.mark();
    }
    this.keep();
  }

  toggle() {
    if (!this.card) return;
    this.playing = !this.playing;
    this.sound.play(this.playing);
    this.draw();
  }

  tell(how) {
    const { card, begun, place } = this, ms = Math.round(this.at - this.from);
    if (card && (how === "finished" || how === "skipped" || ms >= HEARD)) this.done(card, { ms, how, start: begun, place });
  }

  /** End what is playing and say how; `onward` starts what comes next. */
  stop(how, onward = false) {
    if (!this.card) return;
    this.tell(how);
    const next = onward ? this.queue.take() : undefined;
    if (next) this.load(next.card, next.place, ONWARD[how] ?? "fwdbtn");
    else this.load(null);
  }

  /** Leave an item out of what is to come, and stop it without a word. How long it was heard just now, ms. */
  drop(uri) {
    this.queue.drop(uri);
    if (this.card?.uri !== uri) return 0;
    const ms = Math.round(this.at - this.from);
    const next = this.queue.take();
    if (next) this.load(next.card, next.place, "fwdbtn");
    else this.load(null);
    return ms;
  }

  tick() {
    if (!this.playing) return;
    this.at = Math.min(this.length, this.at + TICK * this.speed);
    if (this.at >= this.length) this.stop("finished", true);
    else this.drawTime();
  }

  /** Heart of the bar as the card has it now. */
  saved(uri, yes) {
    if (this.card?.uri === uri) {
      this.card = { ...this.card, saved: yes };
      this.draw();
    }
  }

  draw() {
    const title = this.card?.title ?? "", saved = Boolean(this.card?.saved), toggle = byId("player-toggle"), save = byId("player-save");
    put(toggle, icon(this.playing ? "pause" : "play"));
    toggle.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    put(save, icon("heart", !saved));
    save.setAttribute("aria-pressed", String(saved));
    save.setAttribute("aria-label", saved ? `Take out of the library: ${title}` : `Save ${title}`);
    byId("player-speed").textContent = `${this.speed}×`;
    byId("player-speed").setAttribute("aria-label", `Pretended listening runs ${this.speed} times as fast; change`);
    this.drawTime();
    this.mark();
  }

  drawTime() {
    byId("player-at").textContent = clock(this.at);
    byId("player-bar").value = Math.round((1000 * this.at) / this.length);
  }

  /** Show on the shelves which card is playing. */
  mark() {
    for (const node of document.querySelectorAll(".card.playing")) node.classList.remove("playing");
    if (this.card) for (const node of document.querySelectorAll(".card")) if (node.dataset.uri === this.card.uri) node.classList.add("playing");
  }
}
