// From one item to another in small steps through the taste space.

import { el, put } from "./dom.js";
import { get, part } from "./api.js";
import { credits } from "./cards.js";

const STEPS = 10, PAUSE = 160;

/** Show, in a section, where one says where to go, and the way there. */
export function way(section, from) {
  const input = el("input", { id: "way-to", type: "search", autocomplete: "off", spellcheck: "false", maxlength: 200, placeholder: "To which title or name?", "aria-describedby": "way-help" });
  const found = el("ul", { class: "way-found", "aria-label": "Found" }), steps = el("ol", { "aria-live": "polite" }), help = el("p", { id: "way-help" }, "Each step sounds a little more like where you go.");
  let asked = null, waiting = 0;

  const go = async (to) => {
    asked?.abort();
    put(found);
    input.value = to.title;
    put(steps);
    try {
      const { items } = await get("/v1/path", { from: from.uri, to: to.uri, n: STEPS });
      help.textContent = `From ${from.title} to ${to.title} in ${items.length} steps.`;
      put(steps, items.map((c) => el("li", {}, el("a", { href: `/item/${part(c.uri)}` }, c.title), el("small", {}, credits(c) || c.kind))));
    } catch (failure) {
      help.textContent = failure.message;
    }
  };
  const ask = async () => {
    asked?.abort();
    const own = (asked = new AbortController());
    const q = input.value.trim();
    if (!q) return put(found);
    try {
      const cards = await get("/v1/items", { q, n: 6 }, own.signal);
      if (own.signal.aborted) return;
      put(found, cards.filter((c) => c.uri !== from.uri).map((c) => el("li", {}, el("button", { type: "button", class: "quiet", on: { click: () => go(c) } }, c.title), el("small", {}, [c.kind, credits(c)].filter(Boolean).join(" · ")))));
    } catch (failure) {
      if (!own.signal.aborted) help.textContent = failure.message;
    }
  };
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, PAUSE); });
  put(section, el("h2", { id: "way-title" }, `From ${from.title} to…`), help, el("div", { class: "chooser" }, el("label", { class: "hidden", for: "way-to" }, "Where to"), input), found, steps);
  section.hidden = false;
  input.focus();
}
