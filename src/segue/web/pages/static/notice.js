// What a page says when it has nothing to show: what is wrong and what to do about it.

import { byId, el, put } from "./dom.js";
import { setKey } from "./api.js";

export function clearNotice() {
  byId("notice").hidden = true;
}

/** A headline, lines below it (text, or nodes), and one action. */
export function notice(headline, lines = [], action = null) {
  const box = byId("notice");
  put(box, el("h2", {}, headline), ...lines.map((l) => (typeof l === "string" ? el("p", {}, l) : l)),
    action ? el("button", { type: "button", class: "primary", on: { click: action.call } }, action.text) : null);
  box.hidden = false;
}

/** The right words for a failure; `retry` is called by the button, and by itself where waiting can help. */
export function explain(failure, retry) {
  const again = { text: "Try again", call: retry };
  if (failure.status === 401 || failure.status === 403) {
    const input = el("input", { type: "password", name: "key", "aria-label": "API key", autocomplete: "off", maxlength: 200, placeholder: "segue_…" });
    const form = el("form", { class: "key-form", on: { submit: (event) => { event.preventDefault(); setKey(input.value.trim()); retry(); } } }, input, el("button", { class: "primary" }, "Use key"));
    const sign = el("p", {}, el("a", { href: `/signin?next=${encodeURIComponent(location.pathname)}` }, "Sign in"), " where you run this server.");
    notice(failure.status === 401 ? "This server asks for a key" : "This key does not allow that", [failure.message, form, sign]);
  } else if (failure.status === 412) {
    notice("You look at another tenant now", [failure.message], { text: "Load this page anew", call: () => location.reload() });
  } else if (failure.status === 503) {
    notice("No Home yet", [failure.message, "Bring in some listening, or point your players at this address, and let Segue learn from it:", el("pre", {}, "segue import FORMAT PATH\nsegue train")], again);
  } else if (failure.status === 0) {
    notice("The server is gone", ["It may have been stopped. This page tries again by itself."], again);
  } else {
    notice(failure.status === 404 ? "Not here" : "That did not work", [failure.message], again);
  }
}
