// What changed since the last visit: this browser keeps what each listener's Home held last, and compares.

import { kept as own } from "./shell.js";

const KEY = own("segue-seen");
const VISIT = 1_800_000; // ms: pages closer together belong to one visit, as they do for the server
const LISTENERS = 8; // kept, the latest
const DID = { play: "played", skip: "skipped", save: "saved", hide: "hid" };

/** A short name of a uri: what is kept of a card. FNV-1a. */
function short(uri) {
  let h = 0x811c9dc5;
  for (let i = 0; i < uri.length; i++) h = Math.imul(h ^ uri.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(36);
}

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    return kept && typeof kept === "object" ? kept : {};
  } catch {
    return {};
  }
}

function write(all) {
  const latest = Object.entries(all).sort(([, a], [, b]) => b.last.at - a.last.at).slice(0, LISTENERS);
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(latest)));
  } catch {} // no storage: every visit is the first
}

/** Note that a listener did something, one of DID. */
export function did(listener, what) {
  const all = read(), mine = all[listener];
  if (!mine) return;
  mine.last.did[what] = (mine.last.did[what] ?? 0) + 1;
  write(all);
}

/**
 * Take note of a Home, and what is new on it since the last visit: `{at, fresh, shelves, learned, did}`, the uris of new
 * cards, the titles of new shelves, whether the release is another, and what was done then. Null at a first visit.
 */
export function since(home, now = Date.now()) {
  const all = read(), known = all[home.listener];
  const visit = known && now - known.last.at < VISIT;
  const base = visit ? known.base : known?.last;
  const cards = home.shelves.flatMap((s) => s.cards.map((c) => c.uri));
  const last = { at: now, release: home.release, shelves: home.shelves.map((s) => short(s.key)), cards: [...new Set(cards.map(short))], did: visit ? known.last.did : {} };
  write({ ...all, [home.listener]: { base, last } });
  if (!base) return null;
  const had = { cards: new Set(base.cards), shelves: new Set(base.shelves) };
  return {
    at: base.at,
    fresh: new Set(cards.filter((uri) => !had.cards.has(short(uri)))),
    shelves: home.shelves.filter((s) => !had.shelves.has(short(s.key))).map((s) => s.title),
    lately: home.shelves.flatMap((s) => s.cards).filter((c) => /^new_/.test(c.reason?.key ?? "") && !had.cards.has(short(c.uri))).length,
    learned: base.release !== home.release,
    did: base.did,
  };
}

const many = (n, one, more) => `${n} ${n === 1 ? one : more}`;
const listed = (parts) => [parts.slice(0, -1).join(", "), parts.at(-1)].filter(Boolean).join(" and ");

/** "18:40", "yesterday at 18:40", "12 November". */
export function when(at, now = Date.now()) {
  const then = new Date(at), time = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  return days === 0 ? time : days === 1 ? `yesterday at ${time}` : then.toLocaleDateString("en-GB", { day: "numeric", month: "long" });
}

/** The same in words. */
export function said(news, now = Date.now()) {
  const { shelves, fresh, lately } = news;
  const named = shelves.length && shelves.length <= 3 ? ` (${shelves.join(", ")})` : "";
  const parts = [
    shelves.length ? many(shelves.length, "new shelf", "new shelves") + named : "",
    fresh.size ? many(fresh.size, "new card", "new cards") + (lately ? `, ${lately} of them out lately` : "") : "",
  ].filter(Boolean);
  const acts = Object.entries(DID).filter(([key]) => news.did[key]).map(([key, word]) => `${word} ${news.did[key]}`);
  return [
    `Since ${when(news.at, now)}: ${parts.length ? listed(parts) : "nothing new here"}.`,
    news.learned ? "Segue has learned anew." : "",
    acts.length ? `Last time you ${listed(acts)}.` : "",
  ].filter(Boolean).join(" ");
}
