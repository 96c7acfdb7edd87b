// What comes next: what was queued by hand, then the rest of the shelf. Seen and set in order in a panel above the bar.

import { byId, el, icon, put } from "./dom.js";
import { credits } from "./cards.js";
import { cover } from "./covers.js";
import { part } from "./api.js";

const MOST = 200; // entries of each of the two lists
const SEEN = 30; // of the rest of a shelf

/** An entry is `{card, place}`; place says where the card stood: shelf (key), title (of the shelf), position, page. */
export class Queue {
  /** `changed()` is called after every change, `play(entry)` for an entry that is to be played now. */
  constructor({ changed, play }) {
    Object.assign(this, { changed, play, own: [], rest: [] });
    this.panel = byId("queue");
    this.button = byId("player-queue");
    this.button.addEventListener("click", () => this.show(this.panel.hidden));
    byId("queue-close").addEventListener("click", () => this.show(false));
    byId("queue-empty").addEventListener("click", () => this.set([], []));
    this.panel.addEventListener("keydown", (event) => event.key === "Escape" && this.show(false));
    put(this.button, icon("queue"));
    put(byId("queue-close"), icon("close"));
  }

  set(own, rest) {
    this.own = own.slice(0, MOST);
    this.rest = rest.slice(0, MOST);
    this.draw();
    this.changed();
  }

  /** Queue an entry by hand, in front or behind what was queued before. */
  add(entry, first = false) {
    this.set(first ? [entry, ...this.own] : [...this.own, entry], this.rest);
  }

  /** What is played from here on, when nothing is queued by hand. */
  follow(entries) {
    this.set(this.own, entries);
  }

  /** The next entry, taken out; undefined at the end. */
  take() {
    const [own, rest] = [[...this.own], [...this.rest]];
    const next = own.length ? own.shift() : rest.shift();
    this.set(own, rest);
    return next;
  }

  /** Leave out an item wherever it is. */
  drop(uri) {
    const others = (list) => list.filter((entry) => entry.card.uri !== uri);
    this.set(others(this.own), others(this.rest));
  }

  move(i, way) {
    const own = [...this.own];
    own.splice(i + way, 0, ...own.splice(i, 1));
    this.set(own, this.rest);
    const row = byId("queue-own").children[i + way];
    (row.querySelector(way < 0 ? ".up:enabled" : ".down:enabled") ?? row.querySelector("button:enabled")).focus();
  }

  remove(i) {
    this.set(this.own.toSpliced(i, 1), this.rest);
    const rows = byId("queue-own").children;
    (rows[Math.min(i, rows.length - 1)]?.querySelector(".out") ?? byId("queue-close")).focus();
  }

  show(yes) {
    this.panel.hidden = !yes;
    this.button.setAttribute("aria-expanded", String(yes));
    (yes ? byId("queue-title") : this.button).focus();
  }

  draw() {
    const { own, rest } = this, n = own.length;
    this.button.setAttribute("aria-label", n ? `Queue, ${n} in it` : "Queue");
    this.button.classList.toggle("some", n > 0);
    put(byId("queue-own"), own.map((entry, i) => this.row(entry, i)));
    put(byId("queue-rest"), rest.slice(0, SEEN).map((entry) => this.row(entry)));
    byId("queue-empty").hidden = !n && !rest.length;
    byId("queue-nothing").hidden = n > 0;
    byId("queue-then").hidden = !rest.length;
    const title = rest[0]?.place.title;
    byId("queue-then").textContent = title ? `Then, from ${title}` : "Then";
  }

  row(entry, i = -1) {
    const { card } = entry;
    const button = (name, words, call, off = false) => el("button", { type: "button", class: `icon ${name}`, "aria-label": `${words}: ${card.title}`, title: words, disabled: off, on: { click: call } }, icon(name === "out" ? "close" : name));
    const play = el("button", { type: "button", class: `queue-cover kind-${card.kind}`, "aria-label": `Play ${card.title} now`, on: { click: () => { this.drop(card.uri); this.play(entry); } } }, cover(card));
    return el("li", {}, play,
      el("span", { class: "queue-words" }, el("a", { class: "title", href: `/item/${part(card.uri)}` }, card.title), el("span", { class: "by" }, credits(card))),
      i < 0 ? null : el("span", { class: "queue-moves" }, button("up", "Earlier", () => this.move(i, -1), i === 0), button("down", "Later", () => this.move(i, 1), i === this.own.length - 1), button("out", "Take out of the queue", () => this.remove(i))));
  }
}
