// The bar at the bottom: pretended listening, so that plays and skips carry a true number of milliseconds. Where an item
// has a short sound, it is heard over and over meanwhile.

import { byId, clock, icon, put } from "./dom.js";
import { cover } from "./covers.js";
import { credits } from "./cards.js";
import { Sound } from "./sound.js";

const TICK = 200;
const HEARD = 5_000; // ms: one that was left sooner was not listened to
const LENGTHS = { episode: 1_800_000, show: 1_800_000, audiobook: 3_600_000 };
const SPEEDS = [30, 1];

/**
 * `done(card, ms, how)` is called once for each card that was started: how is "finished", "skipped" or "left".
 * `save(card)` is called for the heart.
 */
export class Player {
  constructor({ done, save, next }) {
    Object.assign(this, { done, save, next, card: null, at: 0, playing: false, speed: SPEEDS[0] });
    byId("player-toggle").addEventListener("click", () => this.toggle());
    byId("player-skip").addEventListener("click", () => this.stop("skipped", true));
    byId("player-save").addEventListener("click", () => this.card && this.save(this.card));
    byId("player-speed").addEventListener("click", () => {
      this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
      this.draw();
    });
    put(byId("player-skip"), icon("skip"));
    this.sound = new Sound();
    setInterval(() => this.tick(), TICK);
    addEventListener("pagehide", () => this.stop("left"));
  }

  get length() {
    return this.card?.duration_ms || LENGTHS[this.card?.kind] || 200_000;
  }

  /** Start a card; one that was playing is left. The same card again pauses or goes on. */
  start(card, place) {
    if (this.card?.uri === card.uri) {
      this.toggle();
      return;
    }
    this.stop("left");
    Object.assign(this, { card, place, at: 0, playing: true });
    put(document.querySelector(".player-cover"), cover(card));
    byId("player-title").textContent = card.title;
    byId("player-artist").textContent = credits(card);
    byId("player-length").textContent = clock(this.length);
    byId("player").hidden = false;
    document.body.classList.add("with-player");
    this.sound.load(card);
    this.draw();
  }

  toggle() {
    if (!this.card) return;
    this.playing = !this.playing;
    this.sound.play(this.playing);
    this.draw();
  }

  /** End what is playing and say how; `onward` starts the next card of the same shelf. */
  stop(how, onward = false) {
    const { card, place, at } = this;
    if (!card) return;
    this.card = null;
    this.playing = false;
    this.sound.load(null);
    if (how !== "left" || at >= HEARD) this.done(card, Math.round(at), how, place);
    const following = onward ? this.next(card, place) : null;
    if (following) this.start(following, place);
    else {
      byId("player").hidden = true;
      document.body.classList.remove("with-player");
      this.mark();
    }
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
