// Letting a finding stand, for a reason, and taking that back.

import { el, toast } from "./dom.js";
import { act, get, part } from "./api.js";
import { confirmed } from "./confirm.js";
import { explain } from "./notice.js";

const DAY = 86_400_000, MONTH = 30; // ms, days

const day = (ms) => new Date(ms).toISOString().slice(0, 10);

/** The waivers there are by finding; none for those who may not see them. */
export async function waivers() {
  try {
    return new Map((await get("/v1/waivers")).filter((w) => !w.over).map((w) => [w.finding, w]));
  } catch (failure) {
    if (failure.status === 403 || failure.status === 503) return null;
    throw failure;
  }
}

async function asked(name) {
  const reason = el("input", { id: "waive-reason", required: true, maxlength: 500, autocomplete: "off" });
  const until = el("input", { id: "waive-until", type: "date", min: day(Date.now()), value: day(Date.now() + MONTH * DAY) });
  const meant = await confirmed({
    title: "Let this finding stand?", action: "Waive",
    lines: [el("p", {}, el("code", {}, el("bdi", {}, name))), "From the next check on it keeps no release from being made. The release says so, and why.",
      el("p", { class: "field" }, el("label", { for: "waive-reason" }, "Why it may stand"), reason),
      el("p", { class: "field" }, el("label", { for: "waive-until" }, "Until, that day included (none: until it is taken back)"), until)],
  });
  return meant ? { reason: reason.value.trim(), until: until.value } : null;
}

/** What a finding says of its waiver, and a button that makes or takes it; `again` asks anew after a failure. */
export function waiving(known, again) {
  const path = (f) => `/v1/waivers/${part(f.name)}`;

  function said(f, w) {
    const line = f.waiver ? null : el("p", { class: "fix" }, el("span", { class: "fix-mark" }, "Waived from the next check on: "), el("bdi", {}, `${w.reason} (${w.who}${w.until ? `, until ${w.until}` : ""})`));
    return [line, el("button", { type: "button", class: "more", on: { click: (event) => change(event, f, () => act("DELETE", path(f)), "It closes the gate again, from the next check on.", () => known.delete(f.name)) } }, "Take the waiver back")];
  }

  async function change(event, f, call, words, note) {
    const box = event.target.closest(".waiving");
    try {
      const made = await call();
      note(made);
      toast(words);
      box.replaceChildren(...inside(f).filter(Boolean));
      box.querySelector("button")?.focus();
    } catch (failure) {
      explain(failure, again);
    }
  }

  async function waive(event, f) {
    const wanted = await asked(f.name);
    if (!wanted) return;
    const query = new URLSearchParams({ reason: wanted.reason, ...(wanted.until && { until: wanted.until }) });
    await change(event, f, () => act("PUT", `${path(f)}?${query}`), "Waived from the next check on.", (made) => known.set(f.name, made));
  }

  function inside(f) {
    const w = known.get(f.name);
    if (w) return said(f, w);
    if (f.waiver) return []; // by a pattern, or the waiver is gone again
    return [el("button", { type: "button", class: "more", on: { click: (event) => waive(event, f) } }, "Waive…")];
  }

  return (f) => (f.level === "note" ? null : el("div", { class: "waiving" }, inside(f)));
}
