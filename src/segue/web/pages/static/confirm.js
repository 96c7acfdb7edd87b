// Asking once more, before something is done that others will notice.

import { el } from "./dom.js";

/** A dialog with a heading, lines (text, or nodes) and one action; resolves to whether it is meant. */
export function confirmed({ title, lines, action }) {
  const yes = el("button", { class: "primary", value: "yes" }, action);
  const no = el("button", { type: "button", class: "quiet", on: { click: () => dialog.close("no") } }, "Leave it as it is"); // Enter in a field is meant
  const dialog = el("dialog", { class: "confirm", "aria-labelledby": "confirm-title" },
    el("form", { method: "dialog" }, el("h2", { id: "confirm-title" }, title), lines.map((l) => (typeof l === "string" ? el("p", {}, l) : l)),
      el("div", { class: "choices" }, no, yes)));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
