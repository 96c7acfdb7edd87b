// What is heard: the clip of the card that plays, its volume, and silence where there is none.

import { byId, icon, put } from "./dom.js";
import { clip } from "./api.js";

const kept = (name, value) => (value === undefined ? localStorage.getItem(`segue-${name}`) : localStorage.setItem(`segue-${name}`, value));

export class Sound {
  constructor() {
    this.audio = new Audio();
    this.audio.loop = true;
    this.wanted = false; // to be heard as soon as it is there
    this.turn = 0;
    this.volume = byId("player-volume");
    this.volume.value = kept("volume") ?? "70";
    this.audio.muted = kept("muted") === "yes";
    this.volume.addEventListener("input", () => {
      this.audio.muted = false;
      this.draw();
    });
    byId("player-mute").addEventListener("click", () => {
      this.audio.muted = !this.audio.muted;
      this.draw();
    });
    this.draw();
  }

  /** Take up the sound of a card, to be heard at once or later; null: fall silent. */
  async load(card, at_once = true) {
    const turn = ++this.turn;
    this.audio.pause();
    if (this.audio.src) URL.revokeObjectURL(this.audio.src);
    this.audio.removeAttribute("src");
    this.wanted = Boolean(card) && at_once;
    byId("player").classList.toggle("audible", Boolean(card?.clip));
    if (!card?.clip) return;
    const url = await clip(card.uri);
    if (!url) return;
    if (turn !== this.turn) {
      URL.revokeObjectURL(url);
      return;
    }
    this.audio.src = url;
    if (this.wanted) this.play(true);
  }

  /** Go on or pause. */
  play(yes) {
    this.wanted = yes;
    if (!this.audio.src) return;
    if (yes) this.audio.play().catch(() => {}); // the browser may want a click first
    else this.audio.pause();
  }

  draw() {
    const { muted } = this.audio, mute = byId("player-mute");
    this.audio.volume = (this.volume.value / 100) ** 2; // loudness is felt by ratios
    kept("volume", this.volume.value);
    kept("muted", muted ? "yes" : "no");
    put(mute, icon(muted ? "muted" : "sound"));
    mute.setAttribute("aria-pressed", String(muted));
    mute.setAttribute("aria-label", muted ? "Sound on" : "Mute");
  }
}
