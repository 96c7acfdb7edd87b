// The sections of "Your taste": each belief with what it rests on, and the control that changes it.

import { el, svg } from "./dom.js";
import { part } from "./api.js";
import { cover } from "./covers.js";
import { credits } from "./cards.js";
import { tune } from "./effect.js";

const WANTED = [[0.5, "More"], [0, "As it is"], [-0.5, "Less"], [-1, "Not at all"]];
const ALL_OR_NOTHING = WANTED.filter(([value]) => value === 0 || value === -1); // a kind has its own shelves
const KINDS = { track: "Music", artist: "Artists", album: "Albums", show: "Podcasts", episode: "Episodes", audiobook: "Audiobooks", playlist: "Playlists" };
const FEW = 8; // rows of a list that are seen at first

export const day = (at) => new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
export const listed = (n, word) => `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`;
const percent = (share) => `${share < 0.095 && share > 0 ? (100 * share).toFixed(1) : Math.round(100 * share)} %`;

const nearest = (value) => WANTED.reduce((best, [v]) => (Math.abs(v - value) < Math.abs(best - value) ? v : best), 1);
const wordOf = (value) => WANTED.find(([v]) => v === nearest(value))[1];

function section(name, title, hint, ...children) {
  return el("section", { class: `panel ${name}`, "aria-labelledby": `${name}-title` }, el("h2", { id: `${name}-title` }, title), hint ? el("p", { class: "hint" }, hint) : null, ...children);
}

function bar(share) {
  const node = el("span", { class: "bar", "aria-hidden": "true" }, el("i", {}));
  node.firstChild.style.width = `${Math.max(1, Math.min(100, 100 * share))}%`;
  return node;
}

function evidence(belief) {
  const names = (belief.because ?? []).flatMap((p, i) => [i ? ", " : ": ", el("a", { href: `/item/${part(p.uri)}` }, p.name)]);
  return el("p", { class: "evidence" }, listed(belief.plays ?? 0, "play"), belief.since ? ` since ${day(belief.since)}` : "", names);
}

function select(belief, tell, wanted = WANTED) {
  const chosen = nearest(belief.value ?? 0);
  const node = el("select", { "aria-label": `How much ${belief.name}`, "data-tells": belief.subject },
    wanted.map(([value, word]) => el("option", { value, selected: value === chosen }, word)));
  node.addEventListener("change", () => {
    const value = Number(node.value);
    tell(`${belief.name}: ${wordOf(value).toLowerCase()}`, [{ ...tune(belief.subject, value), was: belief.value ?? 0 }]);
  });
  return node;
}

function toggle(name, on, mark, change) {
  const box = el("input", { type: "checkbox", checked: on, "data-tells": mark });
  box.addEventListener("change", () => change(box.checked));
  return el("label", { class: "switch" }, box, el("span", { class: "track", "aria-hidden": "true" }), el("span", {}, el("span", { class: "hidden" }, `${name}: `), on ? "On" : "Off"));
}

function button(text, label, mark, call) {
  return el("button", { type: "button", class: "quiet", "aria-label": label, "data-tells": mark, on: { click: call } }, text);
}

const leave = (belief, tell) => (belief.erase?.length
  ? button("Don’t count", `Do not count what was played of ${belief.name}`, belief.erase[0], () => tell(`${belief.name} no longer counts`, belief.erase.map((s) => tune(s, -1))))
  : null);

function rows(name, nodes) {
  const list = (some) => el("ul", { class: "beliefs" }, some);
  if (nodes.length <= FEW + 2) return list(nodes);
  return [list(nodes.slice(0, FEW)), el("details", { id: `${name}-more` }, el("summary", {}, `${nodes.length - FEW} more`), list(nodes.slice(FEW)))];
}

function row(belief, ...controls) {
  return el("li", {}, el("div", { class: "what" }, el("span", { class: "name" }, belief.name, el("span", { class: "share" }, percent(belief.share))), bar(belief.share), evidence(belief)),
    el("div", { class: "controls" }, controls));
}

/** Beliefs with how much of each is wanted, by kind where there are several. */
export function beliefs(title, hint, found, tell) {
  if (!found.length) return null;
  const name = title.split(/[ ,]/)[0].toLowerCase();
  const kinds = [...new Set(found.map((b) => b.kind))];
  const groups = kinds.map((kind) => [
    kinds.length > 1 ? el("h3", {}, KINDS[kind] ?? kind) : null,
    rows(`${name}-${kind}`, found.filter((b) => b.kind === kind).map((b) => row(b, select(b, tell), leave(b, tell)))),
  ]);
  return section(name, title, hint, ...groups.flat(3));
}

export function tastes(taste, tell) {
  if (!taste.tastes.length) return null;
  return section("tastes", "Your tastes", "The places among everything that can be heard where you are at home.", rows("tastes", taste.tastes.map((b) => row(b, leave(b, tell)))));
}

export function kinds(taste, tell) {
  if (taste.kinds.length < 2 && !taste.kinds.some((k) => k.value)) return null;
  const named = taste.kinds.map((k) => ({ ...k, name: KINDS[k.name] ?? k.name }));
  return section("kinds", "What you listen to", "", rows("kinds", named.map((k) => row(k, select(k, tell, ALL_OR_NOTHING)))));
}

function clock(taste) {
  const most = Math.max(...taste.clock, ...taste.usual, 0.01), high = 90, wide = 12;
  const at = (share) => high - (share / most) * high;
  const line = taste.usual.map((s, h) => `${h ? "L" : "M"}${(h + 0.5) * wide} ${at(s).toFixed(1)}`).join("");
  const best = taste.clock.indexOf(Math.max(...taste.clock));
  const label = `Your listening by hour of the day; most of it around ${best}:00. The line is everybody’s.`;
  return svg("svg", { viewBox: `0 0 ${24 * wide} ${high + 18}`, class: "clock", role: "img", "aria-label": label },
    taste.clock.map((s, h) => svg("rect", { x: h * wide + 1.5, y: at(s).toFixed(1), width: wide - 3, height: (high - at(s)).toFixed(1), rx: 2 })),
    svg("path", { d: line }), [0, 6, 12, 18].map((h) => svg("text", { x: h * wide + 1, y: high + 14 }, `${h}:00`)));
}

/** What hours or devices of plays tell: on, or off and nothing is taken from them. */
function habit(taste, subject, name, told, untold, tell) {
  const found = taste.habits.find((h) => h.subject === subject);
  if (!found) return null;
  const on = (found.value ?? 0) > -1;
  const change = (wanted) => tell(`${name} ${wanted ? "tell again what suits you" : "tell nothing"}`, [{ ...tune(subject, wanted ? 0 : -1), was: found.value ?? 0 }]);
  return el("li", {}, el("div", { class: "what" }, el("span", { class: "name" }, name), el("p", { class: "evidence" }, on ? told : untold)), toggle(name, on, subject, change));
}

export function hours(taste, tell) {
  const own = habit(taste, "habit:hours", "Your own hours", "What you play at an hour shifts what Home shows then.", "Home goes by everybody’s hours.", tell);
  if (!taste.occasions.length && !own) return null;
  const lines = taste.occasions.map((o) => {
    const on = (o.value ?? 0) > -1, when = o.hours.map(([a, b]) => `${a}–${b}`).join(" and ");
    const change = (wanted) => tell(`${o.name} ${wanted ? "is made again" : "is not made"}`, [{ ...tune(o.subject, wanted ? 0 : -1), was: o.value ?? 0 }]);
    const shares = taste.clock.length ? `${percent(o.share)} of your listening falls into ${when} h, ${percent(o.usual)} of everybody’s` : `at ${when} h`;
    const fits = o.leaning ? `; what ${taste.clock.length ? "you play" : "people play"} now fits it ${o.leaning.toFixed(1)} times as well as the rest` : "";
    return el("li", {}, el("div", { class: "what" }, el("span", { class: "name" }, o.name), el("p", { class: "evidence" }, shares, fits)), toggle(o.name, on, o.subject, change));
  });
  return section("hours", "When you listen", "By the times of the plays that count. Some shelves come and go with the hour.", taste.clock.length ? clock(taste) : null, el("ul", { class: "beliefs" }, own, lines));
}

export function moods(taste, tell) {
  if (!taste.moods.length) return null;
  const most = (m) => (m.because?.length ? ["Most of all ", m.because.flatMap((p, i) => [i ? ", " : "", el("a", { href: `/item/${part(p.uri)}` }, p.name)])].flat() : "");
  return section("moods", "Moods", "How much more of each you play than everybody does.", rows("moods", taste.moods.map((m) => el("li", {},
    el("div", { class: "what" }, el("span", { class: "name" }, m.name, el("span", { class: "share" }, `${m.times.toFixed(1)}×`)), el("p", { class: "evidence" }, most(m))),
    el("div", { class: "controls" }, select(m, tell))))));
}

export function devices(taste, tell) {
  const shift = habit(taste, "habit:device", "Your devices", "What you play on a device shifts how much of each kind and genre Home has there.", "Home is mixed alike on all of them.", tell);
  if (!shift) return null;
  const used = taste.devices.map((d) => `${d.name} ${percent(d.share)}`).join(" · ");
  return section("devices", "What you listen on", "As the plays that count name it.", used ? el("p", {}, used) : null, el("ul", { class: "beliefs" }, shift));
}

/** What is taken to be so where they are: it changes with them, not by a word of theirs. */
export function place(taste) {
  const lines = [taste.country ? [el("strong", {}, taste.country), ", the country your last plays came from: what is popular near you and what may be played there go by it. It changes when you listen elsewhere."] : null,
    taste.zone ? [el("strong", {}, taste.zone), ", the time zone of this browser: it says what hour it is for you."] : null].filter(Boolean);
  return lines.length ? section("place", "Where you are", "", lines.map((line) => el("p", {}, line))) : null;
}

export function adventure(taste, home) {
  if (!taste.plays) return null;
  return section("adventure", "How adventurous", "", el("p", {}, `Of what you played last, ${percent(taste.new_items)} was new to you, and ${percent(taste.new_artists)} by somebody new.`),
    el("p", { class: "hint" }, "Counted from the plays that count, and nothing is chosen by it: how much of Home is new is yours to say with the dial on ", home, "."));
}

export function heldBack(taste, tell) {
  if (!taste.held_back.length) return null;
  return section("held", "Held back", "Skipped so often lately that it is left alone for a while.", rows("held", taste.held_back.map((b) => el("li", {},
    el("div", { class: "what" }, el("span", { class: "name" }, b.name), el("p", { class: "evidence" }, listed(b.plays, "skip"))),
    el("div", { class: "controls" }, button("Show again", `Show ${b.name} again`, b.erase[0], () => tell(`${b.name} may be shown again`, b.erase.map((s) => tune(s, -1)))))))));
}

const MEANS = { "habit:": "tells nothing", "plays:": "does not count", "play:": "one play does not count", "skips:": "skips do not count", "shelf:": "not made" };
const meaning = (one) => MEANS[Object.keys(MEANS).find((form) => one.subject.startsWith(form))] ?? wordOf(one.value).toLowerCase();

/** What the listener said, to be taken back. */
export function said(taste, tell) {
  if (!taste.said.length) return null;
  const back = (some) => some.map((one) => ({ ...tune(one.subject, 0), was: one.value }));
  const all = taste.said.length > 1 ? button("Take all back", "Take back all that you said", "all", () => tell("All is as it was", back(taste.said))) : null;
  return section("said", "What you said", "", rows("said", taste.said.map((one) => el("li", {},
    el("div", { class: "what" }, el("span", { class: "name" }, KINDS[one.name] ?? one.name), el("p", { class: "evidence" }, meaning(one))),
    el("div", { class: "controls" }, button("Take back", `Take back: ${one.name}, ${meaning(one)}`, `back ${one.subject}`, () => tell(`${one.name} is as it was`, back([one]))))))), all);
}

export function saved(taste, tell) {
  if (!taste.saved.length) return null;
  return section("saved", "Saved", "", rows("saved", taste.saved.map((p) => el("li", {},
    el("div", { class: "what" }, el("a", { class: "name", href: `/item/${part(p.uri)}` }, p.name)),
    el("div", { class: "controls" }, button("Take out", `Take ${p.name} out of the library`, `out ${p.uri}`, () => tell(`${p.name} is no longer saved`, [{ type: "remove", item: p.uri }])))))));
}

export function heard(taste, tell) {
  if (!taste.heard.length) return null;
  const line = (one) => {
    const { card, counted } = one, when = new Date(one.at);
    const told = () => tell(counted ? `That play of ${card.title} no longer counts` : `That play of ${card.title} counts`, [{ ...tune(one.subject, counted ? -1 : 0), was: counted ? 0 : -1 }]);
    const mine = taste.said.some((s) => s.subject === one.subject);
    const control = counted || mine ? button(counted ? "Don’t count" : "Count again", `${counted ? "Do not count" : "Count"} ${card.title}, played ${when.toLocaleString("en-GB")}`, one.subject, told) : el("span", { class: "hint" }, "Does not count");
    return el("li", { class: counted ? "" : "out" }, el("span", { class: `thumb kind-${card.kind}` }, cover(card)),
      el("div", { class: "what" }, el("a", { class: "name", href: `/item/${part(card.uri)}` }, card.title), el("p", { class: "evidence" }, [credits(card), one.at > 1e10 ? when.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }) : ""].filter(Boolean).join(" · "))),
      el("div", { class: "controls" }, control));
  };
  return section("heard", "Heard last", "", rows("heard", taste.heard.map(line)));
}
