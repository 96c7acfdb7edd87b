// What a change of taste does: events go out, Home is asked for before and after, and the difference is shown.

import { el, put, toast } from "./dom.js";
import { get, newId, send } from "./api.js";
import { passed } from "./passed.js";

const NAMED = 4; // cards and shelves that are named, of those gone or new

/** A tune of one subject; a value of 0 takes back what was said of it. */
export const tune = (subject, value) => ({ type: "tune", subject, value });

const setting = (name) => localStorage.getItem(`segue-${name}`);

/** What differs between two Homes: the titles of cards and shelves that are gone or new, and how many cards moved. */
export function differs(before, after) {
  const cards = (home) => new Map(home.shelves.flatMap((s) => s.cards.map((c) => [c.uri, c.title])));
  const shelves = (home) => new Map(home.shelves.map((s) => [s.key, s.title]));
  const less = (a, b) => [...a].filter(([key]) => !b.has(key)).map(([, title]) => title);
  const places = (home) => new Map(home.shelves.flatMap((s) => s.cards.map((c, i) => [c.uri, `${s.key} ${i}`])));
  const [was, now, had, has] = [cards(before), cards(after), shelves(before), shelves(after)];
  const [from, to] = [places(before), places(after)];
  const moved = [...from].filter(([uri, place]) => to.has(uri) && to.get(uri) !== place).length;
  const order = [...had.keys()].filter((key) => has.has(key)).join() !== [...has.keys()].filter((key) => had.has(key)).join();
  return { of: was.size, gone: less(was, now), fresh: less(now, was), shelvesGone: less(had, has), shelvesFresh: less(has, had), moved, order };
}

/** The difference in a sentence. */
export function summed({ of, gone, fresh, shelvesGone, shelvesFresh, moved, order }) {
  const parts = [];
  if (gone.length) parts.push(`${gone.length} of ${of} cards on Home gave way`);
  else if (fresh.length) parts.push(`${fresh.length} more ${fresh.length === 1 ? "card stands" : "cards stand"} on Home`);
  if (moved) parts.push(`${moved} ${moved === 1 ? "stands" : "stand"} elsewhere`);
  if (order) parts.push("the shelves stand in another order");
  const whole = parts.join(", ");
  if (!whole) return shelvesGone.length || shelvesFresh.length ? "Home has other shelves." : "Home stays as it is for now.";
  return `${whole[0].toUpperCase()}${whole.slice(1)}.`;
}

const some = (titles) => titles.slice(0, NAMED).join(", ") + (titles.length > NAMED ? ` and ${titles.length - NAMED} more` : "");

export class Effect {
  /** `box` shows what the last change did; `redraw()` shows the taste as it is now. */
  constructor(listener, box, redraw) {
    Object.assign(this, { listener, box, redraw, before: null, busy: Promise.resolve(), last: 0 });
    const now = new Date();
    this.at = `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`; // all Homes are of one moment
  }

  home() {
    return get("/v1/home", { listener: this.listener, zone: Intl.DateTimeFormat().resolvedOptions().timeZone, device: "web", at: this.at, exclude: passed(this.listener),
      familiarity: (1 - (setting("dial") ?? 50) / 100).toFixed(2), explicit: setting("explicit") !== "no" }); // as Home asks
  }

  begin() {
    this.before ??= this.home().catch(() => null); // without it the taste can be changed all the same
  }

  /** Send events of this listener, each after the last; `back` are those that undo them, if they can be undone. */
  tell(what, events, back = events.filter((e) => e.type === "tune").map((e) => tune(e.subject, e.was ?? 0))) {
    this.busy = this.busy.then(() => this.told(what, events, back));
    return this.busy;
  }

  async told(what, events, back) {
    this.begin();
    const at = (this.last = Math.max(Date.now(), this.last + 1)); // what is said later is said at a later time
    const full = events.map(({ was, ...event }) => ({ id: newId(), listener: this.listener, at, ...event }));
    try {
      const before = await this.before;
      for (let i = 0; i < full.length; i += 500) await send(full.slice(i, i + 500));
      const [after] = await Promise.all([this.home().catch(() => null), this.redraw()]);
      this.before = Promise.resolve(after);
      this.show(what, before && after && before.release === after.release ? differs(before, after) : null, back);
    } catch (failure) {
      toast(failure.message, "bad");
      await this.redraw().catch(() => null);
    }
  }

  show(what, found, back) {
    const lines = [];
    if (found) {
      lines.push(el("p", {}, summed(found)));
      for (const [head, titles] of [["Gone", found.gone], ["New", found.fresh], ["Shelves gone", found.shelvesGone], ["New shelves", found.shelvesFresh]]) {
        if (titles.length) lines.push(el("p", { class: "change" }, el("strong", {}, head), " ", some(titles)));
      }
    }
    const undo = back.length ? el("button", { type: "button", class: "quiet", on: { click: () => this.tell(`Undone: ${what}`, back, []) } }, "Undo") : null;
    const close = el("button", { type: "button", class: "quiet", on: { click: () => put(this.box) } }, "Close");
    put(this.box, el("div", { class: "panel" }, el("h2", {}, what), ...lines, el("div", { class: "buttons" }, undo, close)));
    if (document.activeElement === document.body) (undo ?? close).focus({ preventScroll: true }); // what had it is gone
  }
}
