// Type-ahead over the listeners.

import { byId, el, put } from "./dom.js";
import { get } from "./api.js";

/** `choose(id)` is called with the listener that was picked. */
export function chooser(choose) {
  const input = byId("listener"), list = byId("choices");
  let active = -1, waiting = 0, asked = null;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const pick = (id) => {
    asked?.abort();
    clearTimeout(waiting);
    input.value = id;
    close();
    input.blur();
    choose(id);
  };
  const option = (id, name, more, i) =>
    el("li", { role: "option", id: `choice-${i}`, "aria-selected": "false", "data-id": id,
      on: { mousedown: (e) => { e.preventDefault(); pick(id); } } }, el("span", {}, name), el("small", {}, more));

  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    try {
      const found = await get("/v1/listeners", { prefix: input.value, limit: 12 }, asked.signal);
      const rows = found.map((l, i) => option(l.id, l.id, `${l.plays.toLocaleString()} plays${l.country ? ` · ${l.country}` : ""}`, i));
      const typed = input.value.trim();
      if (typed && !found.some((l) => l.id === typed)) rows.push(option(typed, typed, "someone new", rows.length));
      put(list, rows);
      list.hidden = rows.length === 0;
      input.setAttribute("aria-expanded", String(!list.hidden));
      active = -1;
    } catch {
      close();
    }
  };
  input.addEventListener("focus", () => { input.select(); ask(); });
  input.addEventListener("blur", close);
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 120); });
  input.addEventListener("keydown", (event) => {
    const rows = [...list.children];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!rows.length) return;
      active = (active + (event.key === "ArrowDown" ? 1 : rows.length - (active < 0 ? 0 : 1))) % rows.length;
      rows.forEach((row, i) => row.setAttribute("aria-selected", String(i === active)));
      input.setAttribute("aria-activedescendant", rows[active].id);
      rows[active].scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      const id = rows[active]?.dataset.id ?? input.value.trim();
      if (id) pick(id);
    } else if (event.key === "Escape") close();
  });
  return { show: (id) => { input.value = id; } };
}
