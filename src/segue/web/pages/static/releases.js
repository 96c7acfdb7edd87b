// Releases: what they were made of, which serves, and the change of that.

import { byId, el, put, toast } from "./dom.js";
import { act, get, part } from "./api.js";
import { confirmed } from "./confirm.js";
import { count, lasting, NONE, plain, share, several } from "./figures.js";
import { looking } from "./looking.js";
import { explain, notice } from "./notice.js";
import { factList, nothing, panel, table, when } from "./panels.js";

const EVERY = 15_000, SOON = 1000, PATIENCE = 90_000; // ms
const state = { waitsFor: "", since: 0 };

const best = (p) => p.scores[p.recipe];
const populations = (r) => r.populations.map((p) => `${p.kind}s for ${p.owner}s: ${p.recipe}`).join(", ") || "no population";

function models(release, open) {
  if (!release.populations.length) return nothing("It serves what is popular: no population had enough to learn from.");
  const recipes = [...new Set(release.populations.map((p) => p.recipe))].join(", ");
  return el("details", { open }, el("summary", {}, `${several(release.populations.length, "population")}: ${recipes}`), table(`Models of ${release.id}`, [
    { name: "Population", head: true, of: (p) => `${p.kind}s for ${p.owner}s` },
    { name: "Recipe", kind: "word", of: (p) => p.recipe },
    { name: "On the inner split", kind: "number", of: (p) => (best(p) === undefined ? NONE : [el("b", {}, plain(best(p), 4)), " ", el("span", { class: "interval" }, p.protocol.split(", ").at(-1))]) },
    { name: "Events", kind: "number", of: (p) => count(p.events) },
  ], release.populations));
}

function checks(r) {
  if (!r.checked) return "not looked at";
  if (!r.warnings.length && !r.waived.length) return "nothing wrong";
  return [r.warnings.length ? several(r.warnings.length, "warning") : "", r.waived.length ? `${r.waived.length} let through` : ""].filter(Boolean).join(", ");
}

function noted(r) {
  if (!r.warnings.length && !r.waived.length) return null;
  return el("details", {}, el("summary", {}, "What the checks said"), el("ul", { class: "plain", role: "list" },
    r.waived.map((w) => el("li", {}, el("b", {}, w.name), ` let through by ${w.who}${w.until ? ` until ${w.until}` : ""}: ${w.reason}. ${w.message}`)),
    r.warnings.map((w) => el("li", {}, el("b", {}, w), " (a warning)"))));
}

function one(r, found, do_) {
  const current = r.id === found.current;
  const badge = current ? el("span", { class: "badge on" }, r.id === found.serving ? "serves" : "current") : r.id === found.serving ? el("span", { class: "badge" }, "still serves") : null;
  const facts = [["Made", when(r.created)], ["Snapshot", el("code", {}, r.snapshot)], ["Taste space", r.points ? `${several(r.points, "point")}` : "none"],
    ["Data checked", checks(r)], ["Learned from pages", r.policy ? `${several(r.pages, "page")}, ${r.policy}` : "no"]];
  if (r.kept !== null) facts.splice(3, 0, ["Neighbours kept", share(r.kept)]);
  return el("article", { class: "release", "aria-labelledby": `name-${r.id}` },
    el("header", {}, el("h3", { id: `name-${r.id}` }, r.id), badge, r.simulated ? el("span", { class: "badge" }, "simulated data") : null,
      current ? null : el("button", { type: "button", class: "quiet act", "aria-label": `Promote ${r.id}`, disabled: Boolean(state.waitsFor), on: { click: () => do_(r) } }, "Promote")),
    factList(facts), models(r, current), r.crossings.length ? el("p", { class: "lead" }, `People known by another kind: ${r.crossings.join(", ")}.`) : null, noted(r));
}

function changes(list) {
  if (!list.length) return panel("changes", "Changes", "", nothing("No change is on record yet."));
  return panel("changes", "Changes", "Who changed what serves, and when; tries that came to nothing, too.", table("Changes of what serves", [
    { name: "When", head: true, of: (c) => when(c.at) },
    { name: "What", kind: "word", of: (c) => [c.action === "rollback" ? "Back to " : "Promoted ", el("code", {}, c.release)] },
    { name: "Before", kind: "word", of: (c) => (c.before ? el("code", {}, c.before) : "nothing") },
    { name: "Who", kind: "word", of: (c) => c.who },
    { name: "Outcome", kind: "word", of: (c) => (c.error ? el("span", { class: "bad" }, `nothing changed: ${c.error}`) : "done") },
  ], list));
}

async function switched(path, found, release, words) {
  const now = found.current ? `${found.current} serves now, and stays here to come back to.` : "Nothing serves now.";
  const meant = await confirmed({ ...words, lines: [now, ...words.lines,
    `First ${release} is opened, as serving opens it; where that fails, nothing changes. Then every running server takes it up by itself, within seconds and without failing a request. Who did it is noted.`] });
  if (!meant) return;
  state.waitsFor = release;
  state.since = Date.now();
  byId("about").textContent = `Opening ${release} …`;
  for (const button of document.querySelectorAll("button.act")) button.disabled = true;
  try {
    await act("POST", path);
    toast(`${release} is current`);
    byId("headline").tabIndex = -1;
    byId("headline").focus();
  } catch (failure) {
    state.waitsFor = "";
    await look();
    if (failure.status === 401 || failure.status === 403 || failure.status === 0) explain(failure, look);
    else notice("Nothing was changed", [failure.message], { text: "Look again", call: look });
    byId("notice").scrollIntoView({ block: "center" });
    return;
  }
  look();
}

const promote = (found) => (r) => switched(`/v1/releases/${part(r.id)}/promote?expected=${part(found.current)}`, found, r.id,
  { title: `Promote ${r.id}?`, action: "Promote it", lines: [`It was made ${lasting(Date.now() - r.created)} ago of snapshot ${r.snapshot}: ${populations(r)}.`] });

const back = (found) => switched(`/v1/releases/rollback?expected=${part(found.current)}`, found, found.back_to,
  { title: `Roll back to ${found.back_to}?`, action: "Roll back", lines: [`It served before ${found.current}.`] });

function says(found) {
  if (state.waitsFor && found.serving === state.waitsFor) {
    toast(`${state.waitsFor} serves`);
    state.waitsFor = "";
  }
  if (found.current && found.serving !== found.current) {
    const late = state.waitsFor && Date.now() - state.since > PATIENCE;
    if (late) state.waitsFor = "";
    return late ? `${found.current} is current, and ${found.serving || "nothing"} still serves: the server's log says why it could not be taken up.` : `${found.current} is current; the server is taking it up${found.serving ? `, and ${found.serving} serves meanwhile` : ""} …`;
  }
  return found.back_to ? `One can go back to ${found.back_to}.` : "There is no earlier one to go back to.";
}

function show(found) {
  if (!found.releases.length) {
    byId("headline").textContent = "No release yet";
    byId("about").textContent = "";
    put(byId("report"));
    notice("Nothing to serve yet", ["A release is made of what was imported:", el("pre", {}, "segue import FORMAT PATH\nsegue train")]);
    return;
  }
  const said = says(found);
  byId("headline").textContent = found.serving ? `${found.serving} serves` : "Nothing serves";
  byId("about").textContent = said;
  const rollback = found.back_to && el("button", { type: "button", class: "quiet act", disabled: Boolean(state.waitsFor), on: { click: () => back(found) } }, `Roll back to ${found.back_to}`);
  put(byId("report"),
    panel("releases", "Releases", "Newest first. Promoting one makes it serve; none is deleted by that.", rollback ? el("p", {}, rollback) : null,
      el("div", { class: "releases" }, found.releases.map((r) => one(r, found, promote(found))))),
    changes(found.changes));
}

/** While a server takes a release up the page asks more often, and draws what it says. */
async function load() {
  const found = await get("/v1/releases");
  clearTimeout(state.timer);
  if (state.waitsFor) state.timer = setTimeout(look, SOON);
  return { ...found, waits: state.waitsFor && Date.now() - state.since > PATIENCE ? "late" : state.waitsFor };
}

byId("about").setAttribute("role", "status"); // what happens after a change is said aloud
const look = looking(load, show, EVERY);
