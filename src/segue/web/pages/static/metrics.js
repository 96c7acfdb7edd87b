// What the server counts: now, since this page was opened, and since counting began.

import { byId, el, put } from "./dom.js";
import { get } from "./api.js";
import { bar, drawn, lines, look, swatch } from "./charts.js";
import { count, lasting, NONE, plain, several, share, size } from "./figures.js";
import { looking } from "./looking.js";
import { factList, nothing, number, panel, table, tick, when } from "./panels.js";
import { kept as own } from "./shell.js";
import { quantile, since } from "./spread.js";

const EVERY = 5000, KEPT = 180, RECENT = 12; // ms; looks kept; looks that "now" is over
const KEY = own("segue-looks");

const sum = (values) => values.reduce((a, b) => a + b, 0);
const total = (counts) => sum(Object.values(counts));
const all = (found) => found.routes.reduce((out, r) => r.counts.map((n, i) => n + (out[i] ?? 0)), []);
const bad = (r) => sum(Object.entries(r.statuses).filter(([status]) => status >= "500").map(([, n]) => n));
const refused = (r) => sum(Object.entries(r.statuses).filter(([status]) => status >= "400" && status < "500").map(([, n]) => n));
const took = (seconds) => (seconds === null ? "over the last edge" : lasting(1000 * seconds));

/** Of a look, what lines are drawn of. */
const kept = (f) => ({ at: f.at, began: f.since, counts: all(f), asked: f.whole ? sum(all(f)) : sum(f.tenants.map(({ statuses }) => total(statuses))), lag: f.lag.counts, accepted: f.events.accepted ?? 0, waiting: f.events_waiting, reads: f.reads_waiting });

let looks = [], edges = [];
try {
  looks = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
} catch { /* what was kept is of no use */ }

function remember(found) {
  looks = [...looks.filter((l) => l.began === found.since && l.at < found.at && found.at - l.at < KEPT * EVERY), kept(found)];
  sessionStorage.setItem(KEY, JSON.stringify(looks));
}

/** What happened between each two looks: [{x, ...of(now, before, seconds)}]. */
const between = (of) => looks.slice(1).map((l, i) => ({ x: l.at, y: of(l, looks[i], (l.at - looks[i].at) / 1000) })).filter((p) => p.y !== null && Number.isFinite(p.y));

const second = (at) => new Date(at).toISOString().slice(11, 19);

/** Lines over the time that this page has been open: {node, update}. `series`: {name, points()} each. */
function chart(title, unit, series) {
  const said = el("span", { class: "interval" }), none = nothing("A line is drawn once there are two looks.");
  const told = () => series.map((s, i) => ({ name: s.name, kind: look(i), shape: i, points: s.points().map((p) => ({ ...p, title: `${s.name}, ${second(p.x)}: ${unit(p.y)}` })) })).filter((s) => s.points.length);
  const box = drawn((width) => lines(told(), { width, label: `${title}: ${said.textContent}. Lines since this page was opened.`, day: second, words: tick, step: EVERY, gap: 3 * EVERY, within: [0, 1] }));
  const legend = series.length > 1 ? el("ul", { class: "legend", role: "list" }, series.map((s, i) => el("li", {}, swatch(i, look(i)), s.name))) : null;
  const update = () => {
    const there = told();
    none.hidden = there.length > 0;
    box.hidden = !there.length;
    said.textContent = there.map((s) => `${series.length > 1 ? `${s.name} ` : ""}${unit(s.points.at(-1).y)}`).join(", ");
    if (there.length) box.redraw();
  };
  return { node: el("figure", { class: "track" }, el("figcaption", {}, title, " ", said), legend, none, box), update };
}

function now(found) {
  const first = looks[Math.max(0, looks.length - 1 - RECENT)], seconds = (found.at - first.at) / 1000;
  const counts = since(all(found), first.counts), asked = Math.max(0, looks.at(-1).asked - first.asked);
  const rate = seconds > 0 && Number.isFinite(asked) ? `${plain(asked / seconds, 2)} a second` : NONE;
  const p99 = quantile(counts, found.edges, 0.99), lag = quantile(found.lag.counts, found.edges, 0.99);
  const pages = total(found.pages);
  const facts = [
    ["Requests", rate], ["Answered within", sum(counts) ? `${took(p99)} (99\u00a0%)` : NONE, true], ["On the disk within", sum(found.lag.counts) ? `${took(lag)} (99\u00a0%)` : NONE, true],
    ["Events waiting", `${count(found.events_waiting)}${found.events_waiting_bytes ? `, ${size(found.events_waiting_bytes)}` : ""}`, true], ["Not known to pages", count(found.events_behind)], ["Reads waiting", count(found.reads_waiting), true],
    ["Pages kept from before", pages ? share((found.pages.kept ?? 0) / pages) : NONE], ["Release", found.ready ? `${lasting(1000 * found.release_age_s)} old` : "none"], ["Disk free", size(found.disk_free_bytes), true],
  ];
  return factList(facts.filter(([, , server]) => found.whole || !server).map((fact) => fact.slice(0, 2)));
}

const ms = (q) => (l, before) => { const s = quantile(since(l.counts, before.counts), edges, q); return s === null ? null : 1000 * s; };
const charts = [
  chart("Requests a second", (y) => plain(y, 2), [{ name: "requests", points: () => between((l, b, s) => Math.max(0, l.asked - b.asked) / s) }]),
  chart("Time to answer, in ms", (y) => lasting(y), [{ name: "half of them", points: () => between(ms(0.5)) }, { name: "99\u00a0%", points: () => between(ms(0.99)) }]),
  chart("Events a second", (y) => plain(y, 2), [{ name: "accepted", points: () => between((l, b, s) => Math.max(0, l.accepted - b.accepted) / s) }]),
  chart("Waiting", (y) => count(y), [{ name: "events", points: () => looks.map((l) => ({ x: l.at, y: l.waiting })) }, { name: "reads", points: () => looks.map((l) => ({ x: l.at, y: l.reads })) }]),
];
const recent = panel("recent", "Since this page was opened", "A look every five seconds. What lies between two of them is drawn, and nothing of the time before.",
  el("div", { class: "tracks" }, charts.map((c) => c.node)));
const [above, below] = [el("div"), el("div", { class: "below" })];

function routes(found) {
  const at = (q) => (r) => took(quantile(r.counts, found.edges, q));
  return panel("routes", "Routes", "Times are read off bins of a histogram, evenly spread within each.", found.routes.length ? table("Requests by route", [
    { name: "Route", head: true, of: (r) => el("code", {}, r.route) }, number("Requests", (r) => count(total(r.statuses))),
    number("Half within", at(0.5)), number("95\u00a0%", at(0.95)), number("99\u00a0%", at(0.99)),
    number("Refused", (r) => count(refused(r))), number("Failed", (r) => (bad(r) ? el("b", { class: "bad" }, count(bad(r))) : "0")),
  ], found.routes) : nothing("Nothing was asked yet."));
}

/** Who asks how much. A server of one tenant says that by its routes. */
function tenants(found) {
  if (found.whole && found.tenants.length < 2) return null;
  const most = Math.max(1, ...found.tenants.map((t) => total(t.statuses)));
  const words = found.whole ? "Of those who said who they are. A tenant that nobody asks for half an hour is let go: it counts among all others, and from nothing when it comes back." : "Since this tenant was last opened: one that nobody asks for half an hour is let go.";
  return panel("tenants", found.whole ? "Tenants" : "Requests", words, found.tenants.length ? table("Requests by tenant", [
    { name: "Tenant", head: true, of: (t) => t.tenant || "All others" },
    { name: "Requests", kind: "traffic", of: (t) => [el("span", { class: "value" }, el("b", {}, count(total(t.statuses)))), bar(total(t.statuses) / most, look(0))] },
    number("Refused", (t) => count(t.statuses["4xx"] ?? 0)),
    number("Failed", (t) => (t.statuses["5xx"] ? el("b", { class: "bad" }, count(t.statuses["5xx"])) : "0")),
  ], found.tenants, "stack counts") : nothing("Nothing was asked yet."));
}

/** Counts by name as bars of the largest. */
function bars(caption, head, counts, further = []) {
  const most = Math.max(1, ...Object.values(counts));
  return table(caption, [{ name: head, head: true, of: ([name]) => name },
    { name: "Count", kind: "traffic", of: ([, n]) => [el("span", { class: "value" }, el("b", {}, count(n))), bar(n / most, look(0))] }, ...further], Object.entries(counts), "stack counts");
}

function home(found) {
  const pages = total(found.pages), short = found.pages.short ?? 0, made = (found.pages.new ?? 0) + short;
  if (!pages) return panel("home", "Home", "", nothing("No page was asked for yet."));
  const words = `${several(pages, "page")}: ${count(made)} made anew with ${several(found.shelves, "shelf", "shelves")}, ${short ? `${count(short)} of them short for want of time, ` : ""}${count(found.pages.kept ?? 0)} kept from before${found.pages.last ? `, ${count(found.pages.last)} last ones shown again for want of time` : ""}.`;
  const without = number("Pages without", ([name]) => count(found.without[name] ?? 0));
  return panel("home", "Home", words, el("div", { class: "heads" },
    el("div", {}, el("h3", {}, "Candidates by source"), total(found.candidates) ? bars("Candidates by source", "Source", found.candidates, [without]) : nothing("None.")),
    el("div", {}, el("h3", {}, "Shelves with too little to show"), total(found.empty_shelves) ? bars("Empty shelves", "Shelf", found.empty_shelves) : nothing("None: every shelf that was tried had enough."))));
}

function arrivals(found) {
  const there = total(found.events);
  const words = !found.whole ? "" : found.turned_away ? `${several(found.turned_away, "request")} came while too much was waiting, and were asked to come again (429).` : "No request had to be turned away.";
  return panel("events", "Events over HTTP", words, there ? bars("Events by outcome", "Outcome", found.events) : nothing("None came yet."));
}

function show(found) {
  edges = found.edges;
  remember(found);
  byId("headline").textContent = found.ready ? "Metrics" : "Metrics: nothing is served";
  put(byId("about"), `All that ${found.processes > 1 ? `${found.processes} worker processes count together` : "the one process counts"} since `, when(found.since), found.whole ? "." : ", of this tenant.");
  put(above, now(found));
  for (const c of [charts[1], charts[3]]) c.node.hidden = !found.whole; // of the server, and of no tenant
  put(below, tenants(found), found.whole ? routes(found) : null, home(found), arrivals(found));
  if (!recent.isConnected) put(byId("report"), above, recent, below);
  for (const c of charts) c.update();
}

looking(() => get("/v1/metrics"), show, EVERY);
