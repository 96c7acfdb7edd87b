// What a listener heard last.

import { byId, el, put } from "./dom.js";
import { get, part } from "./api.js";
import { cover } from "./covers.js";
import { credits } from "./cards.js";
import { clearNotice, explain, notice } from "./notice.js";

const id = decodeURIComponent(location.pathname.slice("/listener/".length));

function line(entry) {
  const card = entry.card ?? entry.item ?? entry;
  const when = entry.at ? new Date(entry.at).toLocaleString() : "";
  return el("li", {}, el("span", { class: `thumb kind-${card.kind}` }, cover(card)),
    el("span", {}, el("a", { class: "title", href: `/item/${part(card.uri)}` }, card.title), el("span", { class: "by" }, [credits(card), entry.type ?? ""].filter(Boolean).join(" · "))),
    el("time", {}, when));
}

async function load() {
  byId("greeting").textContent = id;
  document.title = `${id} · Segue`;
  put(byId("about"), "What was heard last. ", el("a", { href: `/?${new URLSearchParams({ listener: id })}` }, "To Home"));
  try {
    const entries = await get(`/v1/listeners/${part(id)}/history`, { n: 100 });
    clearNotice();
    put(byId("history"), entries.map(line));
    if (!entries.length) notice("Nothing heard yet", ["As soon as something is played it is listed here."]);
  } catch (failure) {
    explain(failure, load);
  }
}

load();
