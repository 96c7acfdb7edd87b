// What came in: imports and the rows they could not take, dead letters, and what clients say they sent.

import { byId, el, put, toast } from "./dom.js";
import { act, get } from "./api.js";
import { confirmed } from "./confirm.js";
import { count, lasting, several } from "./figures.js";
import { looking } from "./looking.js";
import { nothing, number, panel, table, when } from "./panels.js";

const EVERY = 15_000, WEEK = 7 * 86_400_000, LETTERS = 20;
const state = { open: 0, older: [], olderLetters: [], acted: false };
const STATUS = { done: "done", failed: "failed", running: "under way, or stopped" };

/** Each once: what came since may have moved the first of the older ones. */
const unique = (rows) => [...new Map(rows.map((r) => [r.id, r])).values()];

/** What a click starts, once at a time; a failure is said, and the page goes on. */
function on(call) {
  let busy = false;
  return { click: async () => {
    if (busy) return;
    busy = true;
    try {
      await call();
    } catch (failure) {
      toast(failure.message, "bad");
    } finally {
      busy = false;
    }
  } };
}

// --- imports ---------------------------------------------------------------------------------------------------------

function importRows(rows) {
  return table("Imports", [
    { name: "What", head: true, of: (i) => [el("bdi", {}, i.file || i.format), i.file ? el("span", { class: "key" }, i.format) : null] },
    { name: "When", kind: "word", of: (i) => when(i.at) },
    number("Events new", (i) => count(i.events)), number("Already there", (i) => count(i.duplicates)), number("Items new", (i) => count(i.items)),
    { name: "Outcome", kind: "word", of: (i) => (i.status === "failed" ? el("span", { class: "bad" }, "failed: ", i.error) : i.status === "done" && i.seconds ? `done in ${lasting(1000 * i.seconds)}` : STATUS[i.status] ?? i.status) },
    { name: "Quarantined", kind: "number", of: (i) => (i.quarantined ? el("button", { type: "button", class: "more", "aria-expanded": String(state.open === i.id), "aria-controls": "quarantine", on: on(() => open(i)) }, several(i.quarantined, "row")) : "0") },
  ], rows);
}

function imports(found) {
  const rows = unique([...found.imports.imports, ...state.older]);
  const more = state.older.length ? state.moreImports : found.imports.more;
  const older = el("button", { type: "button", class: "more", on: on(async () => {
    const next = await get("/v1/imports", { before: Math.min(...rows.map((r) => r.id)) });
    state.older.push(...next.imports);
    state.moreImports = next.more;
    show(found);
  }) }, "Older imports");
  return panel("imports", "Imports", "Run twice, an import adds nothing: what is there already is counted, and left as it is.",
    rows.length ? importRows(rows) : [nothing("Nothing was imported yet. From a file, a folder or an address:"), el("pre", {}, "segue import FORMAT PATH")], more ? older : null);
}

// --- quarantine ------------------------------------------------------------------------------------------------------

const quarantine = panel("quarantine", "Quarantine", "");
quarantine.hidden = true;

async function open(i, focus = true) {
  state.open = i.id;
  const first = await get(`/v1/imports/${i.id}/quarantine`);
  const rows = [...first.rows], box = el("div");
  let next = first.next;
  const draw = () => put(box, rows.length ? table("Rows in quarantine", [
    { name: "Line", head: true, of: (r) => (r.line ? count(r.line) : "–") }, { name: "Reason", kind: "word", of: (r) => r.reason },
    { name: "Row", kind: "word", of: (r) => el("code", {}, r.raw) },
  ], rows, "stack rows") : nothing("The file with these rows is gone."), next ? el("button", { type: "button", class: "more", on: on(more) }, "More rows") : null);
  async function more() {
    const page = await get(`/v1/imports/${i.id}/quarantine`, { at: next });
    rows.push(...page.rows);
    next = page.next;
    draw();
  }
  draw();
  const reasons = first.reasons.length
    ? el("ul", { class: "reasons", role: "list" }, first.reasons.map((r) => el("li", {}, el("b", {}, count(r.rows)), " ", r.reason))) : null;
  put(quarantine, el("h2", { id: "quarantine-title" }, "Quarantine of ", el("bdi", {}, i.file || i.format)),
    el("p", { class: "lead" }, `${several(i.quarantined, "row")} could not be taken; the rest was. Mend them at their source and import again: what is there already is not taken twice.`),
    reasons ? [el("h3", {}, first.counted < first.quarantined ? `Why, of the first ${count(first.counted)}` : "Why"), reasons] : null, box);
  quarantine.hidden = false;
  for (const button of document.querySelectorAll("[aria-controls=quarantine]")) button.setAttribute("aria-expanded", "false");
  if (focus) {
    quarantine.scrollIntoView({ block: "start" });
    quarantine.focus({ preventScroll: true });
  }
}

// --- dead letters ----------------------------------------------------------------------------------------------------

async function again(letter, text) {
  const answer = await act("POST", `/v1/dead-letters/${letter.id}/replay`, text);
  toast(answer.status === "refused" ? `Still refused: ${answer.reason}` : answer.status === "duplicate" ? "It was there already" : "Taken", answer.status === "refused" ? "bad" : "");
  await acted(letter);
}

/** Ask anew after a letter was acted upon, and draw its part whatever is open in it. */
async function acted(letter) {
  state.olderLetters = state.olderLetters.filter((l) => l.id !== letter.id);
  state.acted = true;
  await look();
  byId("letters")?.focus();
}

async function away(letter) {
  const meant = await confirmed({ title: "Throw this event away?", action: "Throw it away", lines: ["It is not in the log, and cannot be brought back from here.", el("code", {}, letter.raw.slice(0, 300))] });
  if (!meant) return;
  await act("DELETE", `/v1/dead-letters/${letter.id}`);
  toast("Thrown away");
  await acted(letter);
}

function letter(l) {
  const text = el("textarea", { "aria-label": `The event as it should have been, letter ${l.id}`, rows: 5, spellcheck: "false" }, l.raw);
  return el("li", { class: "letter" },
    el("p", { class: "what" }, l.reason, l.field ? el("span", { class: "key" }, `field ${l.field}`) : null),
    el("p", { class: "interval" }, "Came ", when(l.at), l.times > 1 ? `, ${count(l.times)} times` : "", l.client ? ` from ${l.client}` : ""),
    el("details", {}, el("summary", {}, "Look at it"), l.whole ? null : nothing("It was too long to be kept whole: it can only be taken as you write it."), text,
      el("div", { class: "choices" }, el("button", { type: "button", class: "quiet", on: on(() => again(l, text.value)) }, "Take it as written here"))),
    el("div", { class: "choices" }, l.whole ? el("button", { type: "button", class: "quiet", "aria-label": `Take again, letter ${l.id}`, on: on(() => again(l)) }, "Take again") : null,
      el("button", { type: "button", class: "quiet", "aria-label": `Throw away, letter ${l.id}`, on: on(() => away(l)) }, "Throw away")));
}

function letters(found) {
  const { letters: first, kept, dropped } = found.letters, all = unique([...first, ...state.olderLetters]);
  const older = el("button", { type: "button", class: "more", on: on(async () => {
    state.olderLetters.push(...(await get("/v1/dead-letters", { limit: LETTERS, before: all.at(-1).id })).letters);
    show(found);
  }) }, "Older ones");
  const gone = dropped ? ` ${several(dropped, "older one")} went for want of room.` : "";
  return panel("letters", "Dead letters", `Events over HTTP that were refused, kept to be looked at, mended and taken after all.${kept ? ` ${several(kept, "event")}.` : ""}${gone}`,
    all.length ? el("ul", { class: "letters", role: "list" }, all.map(letter)) : nothing("None: every event was taken."), all.length < kept ? older : null);
}

// --- audit -----------------------------------------------------------------------------------------------------------

const gaps = (h) => (h.gaps.length ? el("span", { class: "bad" }, h.gaps.slice(0, 5).map((g) => (g.first === g.last ? String(g.first) : `${g.first}–${g.last}`)).join(", "), h.gaps.length > 5 ? " …" : "") : "none");

function audit({ hours, produced, delivered }) {
  const words = "What clients that number their events produced against what came, by the hour, over seven days.";
  if (!hours.length) return panel("audit", "Sent and delivered", words, nothing("No client has numbered its events yet; those of segue.client do."));
  const rows = [...hours].sort((a, b) => b.hour - a.hour || (a.client < b.client ? -1 : 1)).slice(0, 100);
  const said = delivered === produced ? `All ${count(produced)} came.` : `${several(produced - delivered, "event")} of ${count(produced)} never came.`;
  return panel("audit", "Sent and delivered", [words, said], table("Produced and delivered by client and hour", [
    { name: "Client", head: true, of: (h) => el("bdi", {}, h.client) }, { name: "Hour", kind: "word", of: (h) => when(h.hour) },
    number("Produced", (h) => count(h.produced)), number("Delivered", (h) => count(h.delivered)), number("Came again", (h) => count(h.duplicates)),
    number("Refused", (h) => count(h.refused)), { name: "Missing numbers", kind: "word", of: gaps },
  ], rows));
}

// --- the page --------------------------------------------------------------------------------------------------------

function headline({ imports: { imports: [last] }, letters: { kept } }) {
  if (!last) return kept ? several(kept, "dead letter") : "Nothing was imported yet";
  const bad = last.status === "failed" ? "the last import failed" : last.quarantined ? `${several(last.quarantined, "row")} of the last import in quarantine` : "the last import went in whole";
  const text = kept ? `${bad}, ${several(kept, "dead letter")}` : bad;
  return text[0].toUpperCase() + text.slice(1);
}

function show(found) {
  byId("headline").textContent = headline(found);
  const writing = document.activeElement?.tagName === "TEXTAREA" || document.querySelector(".letter details[open]");
  if (writing && !state.acted) byId("imports").replaceWith(imports(found)); // what is being written stays
  else put(byId("report"), imports(found), quarantine, letters(found), audit(found.audit));
  state.acted = false;
  const asked = /^#import-(\d+)$/.exec(location.hash), wanted = found.imports.imports.find((i) => i.id === Number(asked?.[1]));
  if (!state.shown && wanted?.quarantined) open(wanted).catch((failure) => toast(failure.message, "bad"));
  else if (!state.shown && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  state.shown = true;
}

async function load() {
  const [imports, letters, audit] = await Promise.all([get("/v1/imports"), get("/v1/dead-letters", { limit: LETTERS }), get("/v1/audit", { since: Date.now() - WEEK })]);
  return { imports, letters, audit };
}

const look = looking(load, show, EVERY);
