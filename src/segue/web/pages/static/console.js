// The console at a glance: what needs somebody first, and a line of each of its pages.

import { byId, el, put } from "./dom.js";
import { get } from "./api.js";
import { count, lasting, several } from "./figures.js";
import { headline } from "./headline.js";
import { looking } from "./looking.js";
import { when } from "./panels.js";
import { quantile } from "./spread.js";

const EVERY = 30_000;
const OLD = ["policies", "days", "others", "arms", "ranker"]; // places of the page that is now /console/home

/** One part of the console: a heading that leads there, the main thing, and lines below it. */
function tile(href, title, main, lines, tone = "") {
  return el("section", { class: `tile ${tone}` }, el("h2", {}, el("a", { href }, title)), el("p", { class: "main" }, main),
    lines.filter(Boolean).map((l) => el("p", {}, l)));
}

function serves(o) {
  if (!o.serving) return tile("/console/releases", "Serving", "Nothing", [o.current ? `${o.current} is current` : "No release yet."], "fail");
  const lines = [["Made ", when(o.made), `, ${lasting(Date.now() - o.made)} ago`], `Tenant ${o.tenant}`];
  if (o.current !== o.serving && o.current) lines.unshift(`${o.current} is current`);
  return tile("/console/releases", "Serving", o.serving, lines);
}

function arrivals({ delivered: d }) {
  const lag = quantile(d.lag.counts, d.edges, 0.99);
  const lines = [`${count(d.events)} in all, what was shown included`, lag === null ? "None came over HTTP since this server was started." : `99\u00a0% on the disk within ${lasting(1000 * lag)}`, d.behind ? `${several(d.behind, "event")} that pages do not know of yet` : ""];
  return tile("/console/metrics", "Events today", count(d.today), lines);
}

function imported({ imported: i, delivered: d }) {
  const letters = d.dead_letters ? `${several(d.dead_letters, "dead letter")}` : "No dead letters";
  if (!i) return tile("/console/imports", "Last import", "None yet", [letters]);
  const said = i.status === "done" ? `${several(i.events, "event")} new` : i.status === "failed" ? "Failed" : "Under way, or stopped";
  const rows = i.quarantined ? `${several(i.quarantined, "row")} in quarantine` : "Nothing in quarantine";
  return tile("/console/imports", "Last import", said, [[`${i.file || i.format}, `, when(i.at)], `${rows} · ${letters}`], i.status === "failed" ? "fail" : "");
}

function checked({ checked: c }) {
  if (!c) return tile("/console/data", "Data health", "Not checked yet", ["segue check looks at the log, the catalogue and every table."]);
  const said = c.fails ? several(c.fails, "error") : c.warnings ? several(c.warnings, "warning") : "Nothing wrong";
  const rest = [c.fails && c.warnings ? several(c.warnings, "warning") : "", c.waived ? `${c.waived} let through` : ""].filter(Boolean).join(" · ");
  return tile("/console/data", "Data health", said, [["Checked ", when(c.at)], rest], c.fails ? "fail" : "");
}

function judged({ winners }) {
  if (!winners.length) return tile("/console/leaderboard", "Leaderboard", "Never evaluated", ["segue evaluate holds the recipes against baselines."]);
  const [first, ...more] = winners;
  return tile("/console/leaderboard", "Leaderboard", first.headline.split(" is first")[0], [`${first.kind}s for ${first.owner}s: ${first.headline}`, more.length ? `and ${several(more.length, "other population")}` : ""]);
}

function home({ home: report }) {
  if (!report) return tile("/console/home", "Home", "Nothing learned yet", ["segue learn learns from the pages that were shown, and says what they were worth."]);
  return tile("/console/home", "Home", report.policy, [headline(report), `${several(report.pages, "page")} shown`]);
}

function attention(list) {
  if (!list.length) return null;
  const level = { fail: "Wrong", warn: "To look at" };
  return el("section", { class: "panel", "aria-labelledby": "attention-title" }, el("h2", { id: "attention-title" }, "Needs attention"),
    el("ul", { class: "attention", role: "list" }, list.map((a) => el("li", { class: a.level }, el("span", { class: "level" }, level[a.level]), el("a", { href: a.page }, a.text)))));
}

function show(overview) {
  const wrong = overview.attention.filter((a) => a.level === "fail").length, rest = overview.attention.length - wrong;
  byId("headline").textContent = wrong ? several(wrong, "thing is wrong", "things are wrong") : rest ? `It runs; ${several(rest, "thing")} to look at` : "All is well";
  byId("about").textContent = "";
  put(byId("report"), attention(overview.attention), el("div", { class: "tiles" }, serves(overview), arrivals(overview), imported(overview), checked(overview), judged(overview), home(overview)));
}

if (OLD.includes(location.hash.slice(1))) location.replace(`/console/home${location.hash}`);
else looking(() => get("/v1/overview"), show, EVERY);
