// The columns of a table: a row each, sorted and filtered; pictures are drawn as rows come into view.

import { el, put, svg } from "./dom.js";
import { count, NONE, several, share } from "./figures.js";
import { HISTORY, measured, opened, part, wordsOf } from "./column.js";
import { line, small } from "./distributions.js";

const AHEAD = "700px"; // of the rows below those in view
const AT_ONCE = 10; // rows that are drawn before the first picture of the page
const LINES = { number: ["median", "mean", "p95"], value: ["top"], other: ["uniques"] };
const SURE = 0.1; // relative difference from which on two estimates of different values are told apart
const FULL = 4; // thresholds that fill the bar of a distance

const far = (column) => column.apart?.[0];
const size = (column) => far(column)?.size ?? (column.this && column.other ? 0 : Infinity);
const missing = (facts) => part(facts?.missing ?? 0, facts?.rows ?? 0);

const ORDERS = {
  distance: { name: "Distance", of: (a, b) => size(b) - size(a) || (far(b)?.value ?? 0) - (far(a)?.value ?? 0) },
  name: { name: "Column", of: (a, b) => a.name.localeCompare(b.name, "en", { numeric: true }) },
  missing: { name: "Missing", of: (a, b) => missing(b.this ?? b.other) - missing(a.this ?? a.other) },
  uniques: { name: "Different values", of: (a, b) => (b.this?.uniques ?? 0) - (a.this?.uniques ?? 0) },
};

/** The statistic whose history a row shows where none is chosen: the first that a column of this type has. */
function telling(column) {
  const have = new Map((column.history ?? []).map((h) => [h.name, h]));
  const chart = column.charts?.[0];
  const wanted = [...(chart?.scale === "values" ? LINES.value : LINES.number), ...LINES.other, "missing"];
  return wanted.map((n) => have.get(n)).find(Boolean);
}

/** Whether there is a reason to look at it. */
export const changed = (column, findings) => findings.length > 0 || (column.apart ?? []).some((d) => d.level) || Object.values(column.slices ?? {}).some((d) => d.level)
  || Boolean(column.this && column.other && column.this.type !== column.other.type);

const against = (text) => el("span", { class: "key" }, `against ${text}`);

/** How far a distance goes beyond chance; the tick is what is allowed. */
function gauge(filled, level) {
  const tick = `${100 / FULL}%`;
  return svg("svg", { class: `gauge ${level}`, height: 8, "aria-hidden": "true" }, svg("rect", { class: "whole", y: 2, width: "100%", height: 4, rx: 2 }),
    svg("rect", { class: "part", y: 2, width: `${(100 * filled).toFixed(1)}%`, height: 4, rx: 2 }), svg("line", { class: "tick", x1: tick, x2: tick, y1: 0, y2: 8 }));
}

function distanceCell(column) {
  const d = far(column);
  if (!column.this || !column.other) return [el("b", { class: "far fail" }, column.this ? "new" : "gone")];
  if (!d) return [NONE];
  const filled = Math.min(1, (d.size ?? 0) / FULL);
  return [measured(d),
    d.threshold ? gauge(filled, d.level ?? "") : null,
    el("span", { class: "hidden" }, d.level ? `, ${(d.size ?? 0).toFixed(1)} times what is allowed` : ", near enough")];
}

function cells(column, findings, names, both, past, toggle, id) {
  const a = column.this, b = column.other, either = a ?? b;
  const worst = ["fail", "warn", "note"].find((level) => findings.some((f) => f.level === level && !f.waiver));
  const button = el("button", { type: "button", class: "open", "aria-expanded": "false", "aria-controls": id, title: column.name, on: { click: toggle } }, el("bdi", {}, column.name));
  const changedType = a && b && a.type !== b.type ? ` (was ${b.type})` : "";
  const cell = (name, kind, ...inside) => el("td", { role: "cell", class: kind, "data-label": name }, inside);
  const about = (f) => `${f.exact === false ? "~" : ""}${count(Math.round(f.uniques ?? 0))}`;
  const others = a && b && (a.exact === false && b.exact === false ? Math.abs(a.uniques - b.uniques) > SURE * b.uniques : about(a) !== about(b));
  return {
    button,
    row: el("tr", { role: "row", class: "column" },
      el("th", { role: "rowheader", scope: "row", class: "who" }, button,
        el("span", { class: "key" }, el("span", { class: "type" }, column.type + changedType), findings.length ? el("span", { class: `mark ${worst ?? "waived"}` }, several(findings.length, "finding")) : null)),
      cell("Distribution", "picture"),
      both ? cell("Distance", "distance", ...distanceCell(column)) : null,
      cell("Missing", "number", either ? share(missing(either)) : NONE, both && a && b && share(missing(a)) !== share(missing(b)) ? against(share(missing(b))) : null),
      cell("Different", "number", either ? about(either) : NONE, both && others ? against(about(b)) : null),
      past ? cell("History", "history") : null),
  };
}

/** A list of columns over its tools. `show(name)` opens a column and goes to it. */
export function columnList(table, findings, names) {
  const both = Boolean(names.other), columns = table.columns, past = columns.some((c) => c.history?.length);
  const state = { order: both ? "distance" : "name", down: true, text: "", type: "", only: false, line: "" };
  const status = el("p", { class: "status", role: "status", "aria-live": "polite" });
  const board = el("table", { role: "table", class: "columns" });
  const entries = columns.map((column, i) => entry(column, i));
  const waiting = new Map(entries.map((e) => [e.body, e]));
  const seen = new IntersectionObserver((all) => all.forEach((one) => one.isIntersecting && draw(waiting.get(one.target))), { rootMargin: AHEAD });

  function entry(column, i) {
    const own = findings.filter((f) => f.column === column.name);
    const id = `column-${i}`, body = el("tbody", { role: "rowgroup" });
    const e = { column, findings: own, body, changed: changed(column, own), drawn: false, i };
    e.toggle = () => open(e, e.button.getAttribute("aria-expanded") !== "true");
    const made = cells(column, own, names, both, past, e.toggle, id);
    Object.assign(e, { id, button: made.button, row: made.row });
    body.append(made.row);
    return e;
  }

  function draw(e) {
    if (!e || e.drawn) return;
    e.drawn = true;
    seen.unobserve(e.body);
    const chart = e.column.charts?.[0];
    put(e.row.querySelector(".picture"), chart ? small(chart) : el("span", { class: "nothing" }, "no values"));
    sparkle(e);
  }

  function sparkle(e) {
    if (!past) return;
    const h = state.line ? e.column.history?.find((one) => one.name === state.line) : telling(e.column);
    put(e.row.querySelector(".history"), h ? [line(h.values, table.days, wordsOf(h.name)), el("span", { class: "key" }, HISTORY[h.name])] : NONE);
  }

  function open(e, wanted) {
    e.button.setAttribute("aria-expanded", String(wanted));
    e.body.classList.toggle("is-open", wanted);
    if (!wanted) e.body.querySelector(".detail")?.remove();
    else if (!e.body.querySelector(".detail")) {
      e.body.append(el("tr", { role: "row", class: "detail", id: e.id }, el("td", { role: "cell", colspan: 4 + both + past }, opened(e.column, table, names))));
    }
  }

  function arrange() {
    const words = state.text.trim().toLowerCase();
    const kept = entries.filter((e) => (!words || e.column.name.toLowerCase().includes(words)) && (!state.type || e.column.type === state.type) && (!state.only || e.changed));
    const by = ORDERS[state.order].of, turn = state.down ? 1 : -1;
    kept.sort((a, b) => turn * by(a.column, b.column) || a.i - b.i);
    kept.slice(0, AT_ONCE).forEach(draw);
    put(board, head, kept.map((e) => e.body));
    for (const e of kept) if (!e.drawn) seen.observe(e.body);
    for (const th of head.querySelectorAll("[data-order]")) th.setAttribute("aria-sort", th.dataset.order !== state.order ? "none" : (state.order === "name") === state.down ? "ascending" : "descending");
    sorter.value = state.order;
    const all = `${several(columns.length, "column")}${table.left_out ? ` of ${count(columns.length + table.left_out)}` : ""}`;
    status.textContent = kept.length === columns.length ? all : kept.length ? `${count(kept.length)} of ${all}` : `None of ${all}`;
    return kept;
  }

  const sort = (order, down = null) => {
    state.down = down ?? (state.order === order ? !state.down : true);
    state.order = order;
    arrange();
  };
  const sortable = (order, name = ORDERS[order].name, kind = "") => el("th", { scope: "col", role: "columnheader", class: kind, "data-order": order }, el("button", { type: "button", class: "sort", on: { click: () => sort(order) } }, name));
  const plainHead = (name, kind = "") => el("th", { scope: "col", role: "columnheader", class: kind }, name);
  const head = el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, sortable("name", "Column", "who"), plainHead("Distribution", "picture"), both ? sortable("distance", "Distance", "distance") : null,
    sortable("missing", "Missing", "number"), sortable("uniques", "Different", "number"), past ? plainHead("History", "history") : null));

  const choose = (label, id, options, call) => el("label", { class: `choice ${id}` }, el("span", {}, label), el("select", { id, on: { change: (event) => call(event.target.value) } }, options.map(([value, name]) => el("option", { value }, name))));
  const types = [...new Set(columns.map((c) => c.type))].sort();
  const lines = Object.keys(HISTORY).filter((n) => columns.some((c) => c.history?.some((h) => h.name === n)));
  const orders = Object.entries(ORDERS).filter(([key]) => both || key !== "distance").map(([key, o]) => [key, o.name]);
  const sorting = choose("Sort by", "sort-by", orders, (value) => sort(value, true)), sorter = sorting.querySelector("select");
  const seek = el("input", { type: "search", id: "seek-column", placeholder: "Find a column", autocomplete: "off", spellcheck: "false", maxlength: 300, "aria-label": "Find a column", on: { input: (event) => { state.text = event.target.value; arrange(); } } });
  const onlyBox = el("input", { type: "checkbox", on: { change: (event) => { state.only = event.target.checked; arrange(); } } });
  const typing = choose("Type", "of-type", [["", "all"], ...types.map((t) => [t, t])], (value) => { state.type = value; arrange(); });
  const tools = el("div", { class: "column-tools", role: "search" }, seek, typing,
    el("label", { class: "switch" }, onlyBox, el("span", { class: "track", "aria-hidden": "true" }), el("span", {}, "Only what changed")), sorting,
    lines.length ? choose("History of", "line-of", [["", "what tells most"], ...lines.map((n) => [n, HISTORY[n].toLowerCase()])], (value) => { state.line = value; entries.filter((e) => e.drawn).forEach(sparkle); }) : null, status);

  board.addEventListener("keydown", (event) => {
    const at = event.target.closest?.("button.open");
    if (!at || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    const all = [...board.querySelectorAll("button.open")], i = all.indexOf(at);
    const to = { ArrowDown: all[i + 1], ArrowUp: all[i - 1], Home: all[0], End: all.at(-1) }[event.key];
    if (to) to.focus();
    event.preventDefault();
  });

  arrange();
  return {
    node: el("div", {}, tools, el("div", { class: "board" }, board)),
    show(name) {
      const e = entries.find((one) => one.column.name === name);
      if (!e) return;
      Object.assign(state, { text: "", type: "", only: false });
      seek.value = typing.querySelector("select").value = "";
      onlyBox.checked = false;
      arrange();
      draw(e);
      open(e, true);
      e.body.scrollIntoView({ block: "start" });
      e.button.focus({ preventScroll: true });
    },
    close: () => seen.disconnect(),
  };
}
