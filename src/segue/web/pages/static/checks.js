// A report of a check: anomalies on top, then one table at a time: its volume, its slices, its columns.

import { byId, el, put } from "./dom.js";
import { count, moment, several, share } from "./figures.js";
import { part } from "./column.js";
import { columnList } from "./columns.js";
import { twoBars, volume } from "./distributions.js";

const LEVELS = { fail: ["Failures", "failure"], warn: ["Warnings", "warning"], note: ["Notes", "note"] };
const SHOWN = 8; // findings of a group that are shown at first
const SLICES = 5; // slices of a kind that are
const TABS = 7; // more tables than this are a list to choose from
const VANISHED = 0.1; // a slice with less than this of its share before is as good as gone

const panel = (id, title, ...rest) => el("section", { id, class: "panel", "aria-labelledby": `${id}-title`, tabindex: -1 }, el("h2", { id: `${id}-title` }, title), ...rest);

/** The first few of a list, and a button for the others. */
function few(nodes, of, kind, name, shown = SHOWN) {
  const list = el("ul", { class: kind, role: "list" }, nodes.slice(0, shown));
  if (nodes.length <= shown) return [list];
  const more = el("button", { type: "button", class: "more", on: { click: () => { const next = nodes[shown]; list.append(...nodes.slice(shown)); more.remove(); next.tabIndex = -1; next.focus(); } } }, `Show all ${count(nodes.length)} ${name}`);
  return [list, more];
}

function finding(f, go, waiving) {
  const open = f.level === "fail" && !f.waiver;
  return el("li", { class: `finding ${f.waiver ? "waived" : f.level}` },
    el("p", { class: "what" }, el("bdi", {}, f.message)),
    el("p", { class: "key" }, el("code", {}, el("bdi", {}, f.name)), f.count ? ` · ${several(f.count, "row")}` : ""),
    f.fix ? el("p", { class: "fix" }, el("span", { class: "fix-mark" }, "Fix: "), el("bdi", {}, f.fix)) : null,
    f.waiver ? el("p", { class: "fix" }, el("span", { class: "fix-mark" }, "Waived: "), el("bdi", {}, `${f.waiver.reason} (${f.waiver.who}${f.waiver.until ? `, until ${f.waiver.until}` : ""})`)) : null,
    f.examples?.length ? el("details", { open: open && f.examples.length <= 3 }, el("summary", {}, several(f.examples.length, "example")), el("ul", { class: "examples", role: "list" }, f.examples.map((e) => el("li", {}, el("code", {}, el("bdi", {}, e)))))) : null,
    go ? el("button", { type: "button", class: "more goes", on: { click: go } }, f.column ? "Show the column" : f.slice ? "Show the slices" : "Show the table") : null,
    waiving ? waiving(f) : null);
}

function anomalies(payload, go, waiving) {
  const groups = ["fail", "warn", "note"].map((level) => [LEVELS[level], payload.findings.filter((f) => f.level === level && !f.waiver), level]);
  groups.push([["Waived", "waived"], payload.findings.filter((f) => f.waiver), "waived"]);
  const reach = (f) => {
    const at = payload.tables.findIndex((t) => t.name === f.table);
    return at < 0 ? null : () => go(at, f.column, f.slice);
  };
  const group = ([[title], all, level]) => {
    const inside = few(all.map((f) => finding(f, reach(f), waiving)), all.length, "findings", title.toLowerCase());
    const heading = [title, " ", el("span", { class: "how-many" }, count(all.length))];
    if (level === "fail" || level === "warn") return el("div", { class: "group" }, el("h3", { class: level }, heading), inside);
    return el("details", { class: "group" }, el("summary", { class: level }, el("h3", {}, heading)), inside);
  };
  const there = groups.filter(([, all]) => all.length).map(group);
  return panel("anomalies", "Anomalies", there.length ? there : el("p", { class: "nothing" }, "Nothing is wrong with the data as far as the checks can see."));
}

function verdict(payload) {
  const open = payload.findings.filter((f) => !f.waiver);
  const [fails, warns] = ["fail", "warn"].map((level) => open.filter((f) => f.level === level).length);
  const waived = payload.findings.length - open.length;
  const parts = [fails ? several(fails, "failure") : "", warns ? several(warns, "warning") : ""].filter(Boolean);
  const said = parts.length ? parts.join(" and ") : "Nothing wrong was found";
  return `${said}${waived ? `${parts.length ? ";" : ","} ${count(waived)} waived` : ""}`;
}

/** Links to the parts of the page that are there. */
function sections() {
  const nav = byId("sections"), there = [...document.querySelectorAll("#report .panel")];
  put(nav, there.map((p) => el("a", { href: `#${p.id}` }, p.querySelector("h2").textContent)));
  nav.hidden = false;
}

/** A slice that a finding names and that neither data set has. */
function absent(name) {
  const parts = name.split(", ").map((p) => [p.slice(0, p.indexOf("=")), p.slice(p.indexOf("=") + 1)]);
  return { name, by: parts.map(([column]) => column).join(", "), label: parts.map(([, value]) => value).join(", ") };
}

/** Shares of the rows in each slice, both data sets side by side. */
function slices(table, names, findings) {
  const both = Boolean(names.other), groups = new Map();
  const marked = new Map(findings.filter((f) => f.slice && !f.waiver).map((f) => [f.slice, f.level]));
  const all = [...(table.slices ?? [])], known = new Set(all.map((s) => s.name));
  for (const name of marked.keys()) if (!known.has(name)) all.push(absent(name));
  if (!all.length) return null;
  for (const s of all) groups.set(s.by, [...(groups.get(s.by) ?? []), s]);
  const change = (s) => (marked.has(s.name) ? 2 : both ? Math.abs(part(s.this ?? 0, table.rows) - part(s.other ?? 0, table.other_rows)) : 0);
  const most = (of) => Math.max(...of.map(change));
  const one = (s, widest) => {
    const a = part(s.this ?? 0, table.rows), b = part(s.other ?? 0, table.other_rows);
    const state = !both ? (s.this ? "" : "gone") : !s.this ? "gone" : !s.other ? "new" : a < b * VANISHED ? "nearly gone" : "";
    const level = marked.get(s.name) ?? "";
    return el("li", { class: `slice ${level}` }, el("span", { class: "slice-name", title: s.name }, el("bdi", {}, s.label)),
      twoBars(a / widest, both ? b / widest : null),
      el("span", { class: "slice-share" }, share(a), both ? el("span", { class: "key" }, `against ${share(b)}`) : null, state ? el("b", { class: `far ${level || "warn"}` }, state) : null));
  };
  const group = ([by, all]) => {
    const widest = Math.max(...all.flatMap((s) => [part(s.this ?? 0, table.rows), both ? part(s.other ?? 0, table.other_rows) : 0]), 1e-12);
    return el("div", { class: "slice-group" }, el("h3", {}, "By ", el("bdi", {}, by)), few(all.map((s) => one(s, widest)), all.length, "slices", "slices", SLICES));
  };
  return panel("slices", "Slices", el("p", { class: "lead" }, both ? `Share of the rows in each slice: ${names.this} above, ${names.other} below.` : "Share of the rows in each slice."),
    el("div", { class: "slice-groups" }, [...groups].sort(([, a], [, b]) => most(b) - most(a)).map(group)));
}

function volumes(table, names) {
  if (!table.volume) return null;
  return panel("volume", table.volume.step === 1 ? "Rows by hour" : table.volume.step === 24 ? "Rows by day" : "Rows over time",
    el("p", { class: "lead" }, "By ", el("bdi", {}, table.volume.column), ", UTC."), volume(table.volume, names));
}

function key(table, names) {
  const both = Boolean(names.other);
  return el("ul", { class: "key-of-sets", role: "list" },
    el("li", {}, el("span", { class: "patch this", "aria-hidden": "true" }), el("bdi", {}, names.this), el("span", { class: "key" }, several(table.rows, "row"))),
    both ? el("li", {}, el("span", { class: "patch other", "aria-hidden": "true" }), el("bdi", {}, names.other), el("span", { class: "key" }, several(table.other_rows ?? 0, "row"))) : el("li", { class: "nothing" }, "held against nothing"));
}

const namesOf = (table) => ({ this: table.this || "now", other: table.other ?? "" });

/** Show a report in the page; what was shown before goes. `waiving` makes what stands below a finding to let it stand. */
export function showReport(payload, waiving = null) {
  byId("headline").textContent = verdict(payload);
  put(byId("about"), el("bdi", {}, payload.title), `, ${moment(payload.at)} UTC`);
  const place = el("div", { class: "table-view", id: "table-view", tabindex: -1 });
  let list = null, chosen = -1;

  function choose(at) {
    if (at === chosen) return;
    chosen = at;
    list?.close();
    const table = payload.tables[at], names = namesOf(table), findings = payload.findings.filter((f) => f.table === table.name);
    list = columnList(table, findings, names);
    put(place, key(table, names), slices(table, names, findings), volumes(table, names), panel("columns", "Columns", list.node));
    sections();
    for (const tab of tabs.querySelectorAll("[role=tab]")) {
      const on = Number(tab.dataset.at) === at;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
    }
    if (tabs.matches("label")) tabs.querySelector("select").value = String(at);
    place.setAttribute("aria-labelledby", `tab-${at}`);
  }

  const worst = (table) => ["fail", "warn"].find((level) => payload.findings.some((f) => f.table === table.name && f.level === level && !f.waiver)) ?? "";
  const tabs = tablist(payload.tables, worst, choose);
  const go = (at, column, slice) => {
    choose(at);
    if (column) list.show(column);
    else (slice ? byId("slices") ?? place : place).scrollIntoView({ block: "start" });
  };
  put(byId("report"), anomalies(payload, go, waiving), payload.tables.length ? tabs : null, place);
  if (payload.tables.length) {
    if (tabs.matches("[role=tablist]")) place.setAttribute("role", "tabpanel");
    choose(Math.max(0, payload.tables.findIndex((t) => worst(t) === "fail")));
  } else sections();
}

function tablist(tables, worst, choose) {
  if (tables.length > TABS) {
    return el("label", { class: "choice table-choice" }, el("span", {}, "Table"), el("select", { on: { change: (event) => choose(Number(event.target.value)) } }, tables.map((t, i) => el("option", { value: i }, t.name))));
  }
  const names = tables.map((t, i) => el("button", { type: "button", role: "tab", id: `tab-${i}`, "data-at": i, "aria-controls": "table-view", "aria-selected": "false", class: `tab ${worst(t)}`, title: t.name, on: { click: () => choose(i) } }, el("bdi", {}, t.name)));
  const box = el("div", { class: "tabs", role: "tablist", "aria-label": "Tables" }, names);
  box.addEventListener("keydown", (event) => {
    const i = names.indexOf(document.activeElement), step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (i < 0 || !step) return;
    const next = (i + step + names.length) % names.length;
    choose(next);
    names[next].focus();
    event.preventDefault();
  });
  return box;
}
