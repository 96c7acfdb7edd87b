// Everything there is of a listener, to take along, and to be erased: for good, and so only by typing the name.

import { el, put } from "./dom.js";
import { exported, part, remove } from "./api.js";

function given(name, blob) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The section at the foot of the page. */
export function leaving(id) {
  const state = el("p", { class: "evidence", role: "status" });
  const path = `/v1/listeners/${part(id)}`;
  const take = el("button", { type: "button", class: "quiet", on: { click: async () => {
    try {
      given("listener.zip", await exported(`${path}/export`));
      state.textContent = "";
    } catch (failure) {
      state.textContent = failure.message;
    }
  } } }, "Take everything along");
  const typed = el("input", { type: "text", id: "typed", autocomplete: "off", spellcheck: "false", maxlength: 512 });
  const erase = el("button", { class: "primary", disabled: true }, "Erase for good");
  typed.addEventListener("input", () => (erase.disabled = typed.value !== id));
  const form = el("form", { on: { submit: async (event) => {
    event.preventDefault();
    if (typed.value !== id) return;
    erase.disabled = true;
    try {
      const receipt = await remove(path);
      const text = JSON.stringify(receipt, null, 1);
      const keep = el("button", { type: "button", class: "quiet", on: { click: () => given("receipt.json", new Blob([text], { type: "application/json" })) } }, "Keep the receipt");
      put(document.getElementById("effect"));
      put(document.getElementById("taste"), el("section", { class: "panel", tabindex: -1, "aria-labelledby": "erased" }, el("h2", { id: "erased" }, "Erased"),
        el("p", {}, "Nothing is left of this listener here. The receipt proves it: keep it, for it names nobody and is not kept here under the name."), el("pre", { tabindex: 0, "aria-label": "Receipt" }, text), el("div", { class: "buttons" }, keep)));
      document.querySelector("#taste section").focus();
    } catch (failure) {
      erase.disabled = false;
      state.textContent = failure.message;
    }
  } } }, el("label", { for: "typed" }, "To erase all of it for good, type ", el("strong", {}, id)), el("div", { class: "buttons" }, typed, erase));
  return el("section", { class: "panel leaving", "aria-labelledby": "leaving-title" }, el("h2", { id: "leaving-title" }, "Leave"),
    el("p", { class: "hint" }, "A zip of every event there is of you, as it came in."), el("div", { class: "buttons" }, take),
    el("details", { id: "erase-all" }, el("summary", {}, "Erase everything"), el("p", { class: "hint" }, "Every event, in every store, and this page. There is no way back."), form), state);
}
