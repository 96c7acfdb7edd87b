// The last evaluation of each population: recipes beside baselines, with intervals.

import { byId, el, put } from "./dom.js";
import { get } from "./api.js";
import { look } from "./charts.js";
import { count, known, NONE, plain, several } from "./figures.js";
import { looking } from "./looking.js";
import { notice } from "./notice.js";
import { factList, measured, nothing, number, panel, table, when } from "./panels.js";

const EVERY = 60_000;
const SEEN = { drop: "dropped before ranking", keep: "kept" };
const ELSE = ["recall@", "mrr", "coverage@", "novelty@"]; // further columns, by how they begin

const capital = (text) => text[0].toUpperCase() + text.slice(1);
const named = (board) => `${board.kind}s for ${board.owner}s`;

/** The metrics that stand beside the main one: the first of each family. */
function further(board) {
  const there = Object.keys(board.models[0].metrics).filter((name) => name !== board.main);
  return ELSE.map((start) => there.find((name) => name.startsWith(start))).filter(Boolean);
}

function rows(board) {
  const kind = (m) => look(m.baseline ? 1 : 0);
  const against = board.best_baseline
    ? [measured(`Over ${board.best_baseline}`, board.models.filter((m) => m.difference), (m) => m.difference, { kind })] : [];
  return table(`Leaderboard of ${named(board)}`, [
    { name: "Model", head: true, of: (m) => [el("span", {}, m.name), m.baseline || m.name === board.chosen ? el("span", { class: "key" }, m.baseline ? "baseline" : "what training chooses") : null] },
    measured(board.main, board.models, (m) => m.interval, { kind }),
    ...against.map((column) => ({ ...column, of: (m) => (m.difference ? column.of(m) : el("span", { class: "interval" }, m.name === board.best_baseline ? "the best baseline" : NONE)) })),
    ...further(board).map((name) => number(name, (m) => (known(m.metrics[name]) ? plain(m.metrics[name]) : NONE))),
  ], board.models);
}

function lengths(board) {
  if (board.by_history.length < 2) return null;
  return el("details", {}, el("summary", {}, "By length of history"), table(`${board.main} by length of history`, [
    { name: "Items known", head: true, of: (l) => l.length }, number("Listeners", (l) => String(l.listeners)),
    ...board.models.map((m) => number(m.name, (l) => (known(l.means[m.name]) ? plain(l.means[m.name]) : NONE))),
  ], board.by_history));
}

function one(board, i, alone) {
  return panel(`board-${i}`, capital(named(board)), alone ? "" : board.headline,
    factList([["Evaluated", when(board.at)], ["Listeners", count(board.protocol.listeners)], ["Held-out items", count(board.protocol.truths)],
      ["Seen items", SEEN[board.protocol.seen] ?? board.protocol.seen], ["Intervals", `${Math.round(board.level * 100)}\u00a0%`]]),
    rows(board), lengths(board),
    el("p", { class: "lead" }, `${capital(board.protocol.words)}.`),
    board.fresh ? null : el("p", { class: "lead" }, "Evaluated on other data than the current release was made of: segue evaluate says how it is now."));
}

function show(boards) {
  if (!boards.length) {
    byId("headline").textContent = "Leaderboard";
    put(byId("report"));
    notice("Nothing was evaluated yet", ["The leaderboard holds the recipes against baselines, on rows that nothing was tuned on:", el("pre", {}, "segue evaluate")]);
    return;
  }
  byId("headline").textContent = boards[0].headline.replace(/\.$/, "");
  byId("about").textContent = boards.length > 1 ? `At ${named(boards[0])}; ${several(boards.length - 1, "other population")} below.` : `At ${named(boards[0])}.`;
  put(byId("report"), boards.map((b, i) => (b.models.length ? one(b, i, boards.length === 1) : nothing("No model."))));
}

looking(() => get("/v1/leaderboards"), show, EVERY);
