// What `segue check` said last, and before.

import { byId, el, put } from "./dom.js";
import { get } from "./api.js";
import { showReport } from "./checks.js";
import { moment } from "./figures.js";
import { clearNotice, explain, notice } from "./notice.js";
import { waivers, waiving } from "./waivers.js";

const state = { waits: 2000, timer: 0 };

function empty() {
  byId("headline").textContent = "Data";
  byId("about").textContent = "";
  put(byId("report"));
}

function later() {
  state.timer = setTimeout(load, state.waits);
  state.waits = Math.min(state.waits * 1.7, 15000);
}

function none() {
  empty();
  notice("No check has run yet", ["This page shows what the checks found, and how the tables of this workspace have changed:", el("pre", {}, "segue check")], { text: "Try again", call: load });
  later();
}

function fail(failure) {
  empty();
  explain(failure, load);
  if (failure.status === 0 || failure.status === 503) later();
}

/** Reports to choose from; only where there are several. */
function earlier(kept, shown) {
  const box = byId("earlier");
  box.hidden = kept.length < 2;
  put(box.querySelector("select"), kept.map((k) => el("option", { value: k.name, selected: k.name === shown }, `${moment(k.at)} UTC`)));
}

async function load(name = "") {
  clearTimeout(state.timer);
  const report = byId("report");
  report.setAttribute("aria-busy", "true");
  try {
    const kept = await get("/v1/checks");
    if (!kept.length) return none();
    const wanted = typeof name === "string" && name ? name : kept[0].name;
    const [payload, known] = await Promise.all([get(`/v1/checks/${wanted}`), wanted === kept[0].name ? waivers() : null]);
    clearNotice();
    earlier(kept, wanted);
    showReport(payload, known && waiving(known, () => load(wanted)));
    state.waits = 2000;
    return null;
  } catch (failure) {
    return fail(failure);
  } finally {
    report.setAttribute("aria-busy", "false");
  }
}

byId("earlier").addEventListener("change", (event) => load(event.target.value));
load();
