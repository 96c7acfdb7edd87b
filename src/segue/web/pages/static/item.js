// One item and what is like it.

import { byId, clock, el, put } from "./dom.js";
import { get, part } from "./api.js";
import { cover } from "./covers.js";
import { credits } from "./cards.js";
import { clearNotice, explain } from "./notice.js";
import { keys, showShelves } from "./shelves.js";

const uri = decodeURIComponent(location.pathname.slice("/item/".length));

const open = (_what, card) => location.assign(`/item/${part(card.uri)}`);

async function load() {
  try {
    const [card, like] = await Promise.all([get(`/v1/items/${part(uri)}`), get(`/v1/items/${part(uri)}/similar`, { n: 24 })]);
    clearNotice();
    document.title = `${card.title} · Segue`;
    const facts = [card.kind, credits(card), card.duration_ms ? clock(card.duration_ms) : "", ...(card.genres ?? [])].filter(Boolean);
    put(byId("item"), el("div", { class: `item-cover kind-${card.kind}` }, cover(card)),
      el("div", {}, el("h1", {}, card.title), el("p", { class: "by" }, facts.join(" · ")), el("p", { class: "description" }, card.description ?? ""), el("p", { class: "uri" }, card.uri)));
    showShelves(byId("shelves"), like.length ? [{ key: "similar", title: `More like ${card.title}`, cards: like }] : [], open);
  } catch (failure) {
    explain(failure, load);
  } finally {
    byId("item").setAttribute("aria-busy", "false");
  }
}

byId("shelves").classList.add("look-only");
keys(byId("shelves"), open);
load();
