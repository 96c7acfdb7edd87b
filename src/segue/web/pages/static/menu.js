// A small menu at a button: arrows move in it, Escape and a click elsewhere close it, the focus goes back.

import { byId, el, icon, put } from "./dom.js";

const EDGE = 8; // px that it keeps from the window's edges

/** `entries` are `{text, icon, call, key}`; key is what does the same without the menu. `name` is read out. */
export function menu(anchor, name, entries) {
  const box = byId("menu") ?? document.body.appendChild(el("div", { id: "menu", class: "menu", role: "menu", popover: "auto" }));
  let chosen = null;
  const choose = (entry) => () => {
    chosen = entry;
    box.hidePopover();
  };
  put(box, entries.map((entry) => el("button", { type: "button", role: "menuitem", tabindex: -1, "aria-keyshortcuts": entry.key ?? null, on: { click: choose(entry) } }, icon(entry.icon), el("span", {}, entry.text), entry.key ? el("kbd", { "aria-hidden": "true" }, entry.key) : null)));
  box.setAttribute("aria-label", name);
  box.onkeydown = (event) => {
    const rows = [...box.children], i = rows.indexOf(document.activeElement);
    const to = { ArrowDown: (i + 1) % rows.length, ArrowUp: (i - 1 + rows.length) % rows.length, Home: 0, End: rows.length - 1 }[event.key];
    if (event.key === "Tab") box.hidePopover();
    if (to === undefined) return;
    event.preventDefault();
    rows[to].focus();
  };
  box.ontoggle = (event) => {
    if (event.newState === "open") return;
    anchor.setAttribute("aria-expanded", "false");
    if (!chosen || box.contains(document.activeElement) || document.activeElement === document.body) anchor.focus({ preventScroll: true });
    chosen?.call();
  };
  anchor.setAttribute("aria-expanded", "true");
  box.showPopover();
  const at = anchor.getBoundingClientRect(), { width, height } = box.getBoundingClientRect();
  const left = Math.max(EDGE, Math.min(at.right - width, innerWidth - width - EDGE));
  const below = at.bottom + 6 + height <= innerHeight - EDGE;
  box.style.left = `${left}px`;
  box.style.top = `${Math.max(EDGE, below ? at.bottom + 6 : at.top - 6 - height)}px`;
  box.firstChild.focus();
}
