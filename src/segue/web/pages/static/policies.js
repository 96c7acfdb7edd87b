// What operators see of Home: how it chooses, and what that is worth.

import { byId, el, put, svg } from "./dom.js";
import { get, part } from "./api.js";
import { bar, drawn, lines, look, reliability, swatch } from "./charts.js";
import { count, day, figure, known, NONE, places, plain, range, several, share, span } from "./figures.js";
import { BASE, exploring, headline, inUse } from "./headline.js";
import { clearNotice, explain, notice } from "./notice.js";
import { factList, measured, nothing, number, panel, table, tick } from "./panels.js";

const state = { waits: 1000, timer: 0 };

function comparison(report) {
  if (report.policies.length > 1) return "";
  const there = report.policies.some((p) => p.policy === BASE);
  return there || report.control > 0 ? "" : "No listener's Home is by popularity, so there is nothing to compare with; the setting control gives it to a share of them.";
}

function facts(report) {
  const pairs = [
    ["Exploring", report.exploring ? "on" : "off"],
    ["Pages", count(report.pages)],
    ["Cards seen", count(report.seen)],
    ["Cards still waiting", count(report.waiting)],
    ["Control group", report.control > 0 ? share(report.control) : "none"],
    ["Days", report.until > 0 ? span(report.since, report.until) : NONE],
    ...(report.release ? [["Release", report.release]] : []),
  ];
  return factList(pairs);
}

function policies(report, kinds) {
  const rows = report.policies;
  const words = "What each policy's pages led to, as measured. Explored: choices that were not the best by the ranker's own estimate; cost: streams a page that this gave up, by the same estimate.";
  if (!rows.length) return panel("policies", "Policies", "", nothing("No page has been shown with its decision logged yet."));
  const kind = (p) => look(kinds.get(p.policy));
  return panel("policies", "Policies", [words, comparison(report)], table("Each policy's traffic, value and cost of exploring", [
    { name: "Policy", head: true, of: (p) => el("span", { class: `name ${kind(p)}` }, swatch(kinds.get(p.policy), kind(p)), el("span", { title: p.policy }, p.policy)) },
    { name: "Pages", kind: "traffic", of: (p) => [el("span", { class: "value" }, el("b", {}, count(p.pages)), " ", el("span", { class: "interval" }, `${share(p.share)} · ${several(p.listeners, "listener")}`)), bar(p.share, kind(p))] },
    measured("Streams a page", rows, (p) => p.streams, { kind }),
    measured("Discoveries a page", rows, (p) => p.discoveries, { kind }),
    number("Explored", (p) => share(p.explored)),
    { name: "Cost a page", kind: "number cost", of: (p) => (p.cost ? [el("span", {}, range(p.cost).mean), " ", el("span", { class: "interval" }, range(p.cost).interval)] : el("span", { class: "interval" }, "not said")) },
  ], rows));
}

/** Streams a page of one day: there is no interval, so digits are those that a count of that size bears. */
const ofDay = (d) => figure(d.streams, places(1.96 * Math.sqrt(Math.max(d.streams, 1 / d.pages) / d.pages), d.streams));

function days(report, kinds) {
  const rows = report.days.filter((d) => known(d.streams) && d.pages > 0);
  const title = "Streams a page, day by day";
  if (!rows.length) return panel("days", title, "", nothing("No day has been counted yet."));
  const names = [...kinds.keys()].filter((name) => rows.some((d) => d.policy === name));
  const series = names.map((name) => ({
    name, kind: look(kinds.get(name)), shape: kinds.get(name),
    points: rows.filter((d) => d.policy === name).map((d) => ({ x: Date.parse(d.day), y: d.streams, title: `${name}, ${day(d.day)}: ${ofDay(d)} (${several(d.pages, "page")})` })).sort((a, b) => a.x - b.x),
  }));
  const all = [...new Set(rows.map((d) => d.day))].sort();
  const said = series.map((s) => {
    const of = rows.filter((d) => d.policy === s.name).sort((a, b) => a.streams - b.streams);
    return `${s.name} between ${ofDay(of[0])} and ${ofDay(of.at(-1))}`;
  });
  const label = `Streams a page by day, ${day(all[0])} to ${day(all.at(-1))}: ${said.join("; ")}. The table below has every day.`;
  const draw = (width) => lines(series, { width, label, day, words: tick });
  const cell = (name) => number(name, (date) => {
    const d = rows.find((r) => r.day === date && r.policy === name);
    return d ? [ofDay(d), " ", el("span", { class: "interval" }, several(d.pages, "page"))] : NONE;
  });
  return panel("days", title, "",
    el("ul", { class: "legend", role: "list" }, names.map((name) => el("li", {}, swatch(kinds.get(name), look(kinds.get(name))), name))), drawn(draw),
    el("details", {}, el("summary", {}, "Every day as a table"), table("Streams a page by day", [{ name: "Day", head: true, of: (date) => day(date) }, ...names.map(cell)], all)));
}

function others(report) {
  const title = "What the log says of other policies";
  if (!report.judged.length) return panel("others", title, "", nothing("No other policy was judged."));
  const words = "Estimated from pages that others chose, in streams a shelf shown (not a page): to be compared with each other, not with the table above. Where what a policy would do was hardly ever tried, the log cannot tell, and says why.";
  const assumed = [...new Set(report.judged.map((j) => j.estimator.split("; ").slice(1).join("; ")).filter(Boolean))];
  const told = report.judged.filter((j) => j.streams), refused = report.judged.filter((j) => !j.streams);
  return panel("others", title, [words, assumed.length ? `Taken for granted: ${assumed.join("; ")}.` : ""],
    told.length ? table("Estimates from the log", [
      { name: "Policy", head: true, of: (j) => [j.policy, j.policy === inUse(report)?.policy ? el("span", { class: "key" }, "in use") : null] },
      measured("Streams a shelf shown", told, (j) => j.streams, { kind: () => look(1) }),
      { name: "Estimator", kind: "word", of: (j) => j.estimator.split("; ")[0] || NONE },
      number("Rests on", (j) => several(Math.round(j.effective), "row")),
    ], told) : null,
    refused.length ? el("div", { class: "refusals" }, el("h3", {}, "The log cannot tell"), el("dl", {}, refused.map((j) => [el("dt", {}, j.policy), el("dd", {}, j.refused || "No reason was given.")]).flat())) : null);
}

function arms(caption, one, rows, name) {
  return table(caption, [
    { name: one, head: true, of: name },
    measured("Streamed, of those seen", rows, (a) => a.rate, { percent: true, kind: () => look(0) }),
    number("Shown", (a) => count(a.shown)), number("Seen", (a) => count(a.seen)), number("Streams", (a) => count(a.streams)),
  ], rows, "stack arms");
}

function top(report) {
  const empty = !report.shelves.length && !report.items.length;
  return panel("arms", "Shelves and items", empty ? "" : "Over all pages and policies. Shelves by the share of cards seen on them that were streamed, items by how often they were streamed.", empty ? nothing("Nothing has been shown yet.") : null,
    report.shelves.length ? arms("Shelves", "Shelf", report.shelves, (a) => [el("span", {}, a.title || a.key), a.title && a.title !== a.key ? el("span", { class: "key" }, a.key) : null]) : null,
    report.items.length ? arms("Items", "Item", report.items, (a) => el("a", { href: `/item/${part(a.key)}` }, a.title || a.key)) : null);
}

const HEADS = { stream: "Will it be streamed?", completion: "Will it be heard to the end?", discovery: "Is it streamed, and new to the listener?" };

function ranker(report) {
  const title = "Does the ranker mean what it says?";
  if (!report.rankers.length) return panel("ranker", title, "", nothing("No ranker has been learned for this release, so there is nothing to hold against what happened."));
  const words = "Judged on pages it did not learn from. A dot stands for cards with about the same prediction, larger for more of them; on the dashed line, what was predicted is what happened.";
  const one = (r) => {
    const rows = r.reliability.filter((p) => known(p[0]) && known(p[1]));
    const gain = 1 - r.log_loss / r.base_log_loss;
    const better = known(gain) ? (Math.abs(gain) < 0.0005 ? ", no better" : `, ${share(Math.abs(gain))} ${gain > 0 ? "less" : "more"}`) : "";
    const p = (x) => `${plain(x * 100)}\u00a0%`;
    const between = (row) => range({ mean: row[1], low: row[2], high: row[3] }, true);
    const said = rows.map((row) => `${p(row[0])} predicted, ${between(row).mean} observed`).join("; ");
    const draw = (width) => reliability(rows, {
      width, label: `Reliability of ${r.head}: ${said}.`, words: (t) => `${tick(t * 100)}\u00a0%`,
      title: (row) => `predicted ${p(row[0])}, observed ${between(row).text}, ${several(row[4], "card")}`,
    });
    return el("article", { class: "head" }, el("h3", {}, HEADS[r.head] ?? r.head, el("span", { class: "key" }, `${r.head} · ${r.recipe}`)),
      rows.length ? drawn(draw) : nothing("Too few cards for a diagram."),
      el("p", {}, `Log loss ${plain(r.log_loss)}, against ${plain(r.base_log_loss)} of always saying the mean${better}. Predictions are off by ${plain(r.calibration_error * 100, 2)} percentage points on average. ${several(r.rows, "card")}.`),
      rows.length ? el("details", {}, el("summary", {}, "As a table"), table(`Reliability of ${r.head}`, [
        { name: "Predicted", head: true, of: (row) => p(row[0]) }, number("Observed", (row) => between(row).mean),
        number("Interval", (row) => between(row).interval), number("Cards", (row) => count(row[4])),
      ], rows, "")) : null);
  };
  return panel("ranker", title, words, el("div", { class: "heads" }, report.rankers.map(one)));
}

/** The place of each policy in the palette: the one in use first, then the others as they come. */
function palette(report) {
  const names = [...new Set([report.policy, ...report.policies.map((p) => p.policy), ...report.days.map((d) => d.policy)])];
  return new Map(names.map((name, i) => [name, i]));
}

function show(report) {
  const kinds = palette(report);
  clearNotice();
  byId("headline").textContent = headline(report);
  byId("about").textContent = exploring(report);
  put(byId("report"), facts(report), policies(report, kinds), days(report, kinds), others(report), top(report), ranker(report));
  document.querySelector(".sections").hidden = false;
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

function fail(failure) {
  byId("headline").textContent = "How Home chooses";
  byId("about").textContent = "";
  document.querySelector(".sections").hidden = true;
  put(byId("report"));
  if (failure.status === 503 || failure.status === 404) {
    notice("Nothing learned yet", [failure.message, "This page shows what Segue learned from pages that were shown with impressions, and from what was heard after them:", el("pre", {}, "segue learn")], { text: "Try again", call: load });
  } else explain(failure, load);
  if ([503, 404, 0].includes(failure.status)) {
    state.timer = setTimeout(load, state.waits);
    state.waits = Math.min(state.waits * 1.7, 15000);
  }
}

async function load() {
  clearTimeout(state.timer);
  const report = byId("report");
  report.setAttribute("aria-busy", "true");
  try {
    show(await get("/v1/console"));
    state.waits = 1000;
  } catch (failure) {
    fail(failure);
  } finally {
    report.setAttribute("aria-busy", "false");
  }
}

load();
