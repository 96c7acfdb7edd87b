// What is done with a card: played, queued, skipped, saved, hidden. Each is told to the server as an event.

import { clock, toast } from "./dom.js";
import { newId, send } from "./api.js";
import { menu } from "./menu.js";
import { Player } from "./player.js";

const SILENT = "Not recorded: the server does not answer.";
const HEARD = 5_000; // ms

export class Acts {
  /**
   * `page()` is the id of the Home that is shown, if one is. `before()` is called before events are sent, `after(text,
   * undo, events)` when they are durable, `failed()` when they are not; undo is `{text, call}` or null. `played(card)` when one is started from a card, and
   * `why(card, node)`, where given, tells why it is there.
   */
  constructor({ page = () => "", before = () => {}, after = (text, undo) => toast(text, "", undo), failed = () => {}, played = () => {}, why = null } = {}) {
    Object.assign(this, { page, before, after, failed, played, why, listener: "", undo: null });
    this.player = new Player({ save: (card) => this.save(card), done: (card, heard) => this.heard(card, heard) });
    this.act = this.act.bind(this);
  }

  /** From here on it is done by this listener. */
  open(listener) {
    this.player.open(listener); // what was playing is still told in the name of who played it
    this.listener = listener;
    this.undo = null;
  }

  event(type, card, more = {}) {
    return { type, id: newId(), listener: this.listener, at: Date.now(), item: card.uri, page: this.page(), ...more };
  }

  async record(events, text, undo = null) {
    this.before();
    try {
      await send(events);
    } catch (failure) {
      toast(failure.status === 0 ? SILENT : `Not recorded: ${failure.message}`, "bad");
      this.failed();
      return false;
    }
    this.undo = undo;
    await this.after(text, undo, events);
    return true;
  }

  /** `what` is "play", "next", "queue", "skip", "save", "hide", "why", "more" or "undo"; of the card that `node` shows. */
  act(what, card, node) {
    const place = () => ({ shelf: node.shelf, position: node.position, title: node.title0 ?? "", page: this.page() });
    if (what === "play") this.play(card, node, place());
    else if (what === "next" || what === "queue") {
      this.player.later(card, place(), what === "next");
      toast(what === "next" ? `Next: ${card.title}` : `Queued ${card.title}`);
    } else if (what === "save") this.save(card);
    else if (what === "hide") this.hide(card);
    else if (what === "skip") this.skip(card, place());
    else if (what === "why") this.why?.(card, node);
    else if (what === "more") this.more(card, node);
    else if (what === "undo") this.undo?.call();
  }

  more(card, node) {
    const entry = (text, icon, what, key) => ({ text, icon, key, call: () => this.act(what, node.card, node) });
    menu(node.querySelector("[data-act=more]"), card.title, [
      entry("Play next", "first", "next", "n"), entry("Add to queue", "add", "queue", "q"),
      ...(this.why ? [entry("Why this?", "why", "why", "w")] : []),
      entry("Not now", "skip", "skip", "x"), entry("Not for me", "hide", "hide", "h"),
    ]);
  }

  play(card, node, place) {
    if (this.player.card?.uri !== card.uri) {
      const { shelf, position } = place;
      send([this.event("click", card, { shelf, position })]).catch(() => toast(SILENT, "bad"));
      this.played(card);
    }
    const row = [...node.parentNode.children].filter((n) => n.card);
    const following = row.slice(row.indexOf(node) + 1).map((n) => ({ card: n.card, place: { ...place, position: n.position } }));
    this.player.start(card, place, following);
  }

  heard(card, { ms, how, start, place }) {
    const context = `shelf:${place.shelf}`, page = place.page || this.page();
    if (how === "skipped") {
      this.record([this.event("skip", card, { ms_played: ms, context, page })], `Skipped ${card.title} at ${clock(ms)}`);
      return;
    }
    const play = this.event("play", card, { ms_played: ms, context, page, device: "web", reason_start: start, reason_end: how === "finished" ? "trackdone" : "endplay" });
    if (how === "gone") send([play]).catch(() => {}); // nobody is left to be told
    else this.record([play], `Played ${clock(ms)} of ${card.title}`);
  }

  skip(card, { shelf }) {
    this.player.queue.drop(card.uri);
    if (this.player.card?.uri === card.uri) this.player.stop("skipped", true);
    else this.record([this.event("skip", card, { ms_played: 0, context: `shelf:${shelf}` })], `Skipped ${card.title}`);
  }

  async save(card) {
    const yes = !card.saved;
    this.mark(card.uri, yes);
    const { page, ...plain } = this.event(yes ? "save" : "remove", card);
    const kept = await this.record([yes ? { ...plain, page } : plain], yes ? `Saved ${card.title}` : `Took ${card.title} out of the library`);
    if (!kept) this.mark(card.uri, !yes);
  }

  /** Not shown again, until it is taken back: a rating of -1; one of 0 takes it back. */
  hide(card) {
    const rate = (value) => {
      const { page, ...rating } = this.event("rating", card, { value });
      return { ...rating, attrs: page ? { page } : {} };
    };
    const ms = this.player.drop(card.uri);
    const left = ms >= HEARD ? [this.event("skip", card, { ms_played: ms })] : [];
    const undo = { text: "Undo", call: () => this.record([rate(0)], `${card.title} may be shown again`) };
    return this.record([...left, rate(-1)], `${card.title} will not be shown again`, undo);
  }

  /** Hearts of the cards and of the bar. */
  mark(uri, yes) {
    for (const node of document.querySelectorAll(".card")) if (node.dataset.uri === uri) node.saved(yes);
    this.player.saved(uri, yes);
  }
}
