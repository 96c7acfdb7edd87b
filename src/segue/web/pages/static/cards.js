// A card: cover, words, and the buttons that write events.

import { clock, el, icon } from "./dom.js";
import { cover } from "./covers.js";
import { part } from "./api.js";

const NAMES = { album: "Album", artist: "Artist", playlist: "Mix", show: "Podcast", episode: "Episode", audiobook: "Audiobook", author: "Author", genre: "Genre" };

const FRESH = "New since your last visit";

/** Who made it, in one line. */
export function credits(card) {
  return (card.artists ?? []).map((a) => a.name).join(", ");
}

/**
 * A card as a list item. `act(what, card, node)` is called with "play", "skip", "save" or "more".
 * The cover is the button that plays; it is the one that the arrow keys move between.
 */
export function cardNode(card, act) {
  const by = credits(card), reason = card.reason?.text ?? "";
  const kind = NAMES[card.kind];
  const say = (what) => (event) => {
    event.preventDefault();
    act(what, node.card, node);
  };
  const play = el("button", { type: "button", class: "cover", tabindex: -1, "data-act": "play", on: { click: say("play") } },
    cover(card), el("span", { class: "veil", "aria-hidden": "true" }, el("span", { class: "why" }, reason)),
    el("span", { class: "go", "aria-hidden": "true" }, icon("play")),
    card.kind === "show" || card.kind === "episode" ? el("span", { class: "tag", "aria-hidden": "true" }, kind) : null);
  const save = el("button", { type: "button", class: "mini", tabindex: -1, "data-act": "save", on: { click: say("save") } });
  const skip = el("button", { type: "button", class: "mini", tabindex: -1, "data-act": "skip", title: "Not now", "aria-label": `Not now: ${card.title}`, on: { click: say("skip") } }, icon("skip"));
  const more = el("button", { type: "button", class: "mini", tabindex: -1, "data-act": "more", title: "More", "aria-label": `More for ${card.title}`, "aria-haspopup": "menu", "aria-expanded": "false", on: { click: say("more") } }, icon("more"));
  const dot = el("span", { class: "fresh", title: FRESH, hidden: true });
  const node = el("li", { class: `card kind-${card.kind}`, "data-uri": card.uri },
    el("div", { class: "frame" }, play, dot, el("div", { class: "actions" }, save, skip, more)),
    el("div", { class: "words" },
      el("a", { class: "title", href: `/item/${part(card.uri)}`, tabindex: -1, title: card.title }, card.title),
      el("p", { class: "by" }, card.explicit ? el("abbr", { class: "explicit", title: "Explicit" }, "E") : null, [kind, by].filter(Boolean).join(" · ")),
      el("p", { class: "reason" }, reason)),
    card.duration_ms ? el("span", { class: "length" }, clock(card.duration_ms)) : null);
  node.card = card;
  node.label = () => {
    const why = node.querySelector(".reason").textContent;
    play.setAttribute("aria-label", [`Play ${card.title}${by ? ` by ${by}` : ""}`, why, dot.hidden ? "" : FRESH].filter(Boolean).join(". "));
  };
  node.fresh = (yes) => {
    dot.hidden = !yes;
    node.label();
  };
  node.saved = (yes) => {
    node.card = { ...node.card, saved: yes };
    save.replaceChildren(icon("heart", !yes));
    save.setAttribute("aria-pressed", String(yes));
    save.setAttribute("aria-label", `${yes ? "Take out of the library" : "Save"}: ${card.title}`);
    save.title = yes ? "Saved" : "Save";
    node.classList.toggle("saved", yes);
  };
  node.saved(Boolean(card.saved));
  node.label();
  return node;
}

/** Give a card that stays what the new page says of it. */
export function refresh(node, card) {
  const text = card.reason?.text ?? "";
  for (const line of node.querySelectorAll(".why, .reason")) if (line.textContent !== text) line.textContent = text;
  node.saved(Boolean(card.saved));
  node.card = card;
  node.label();
}
