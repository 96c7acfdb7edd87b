// Why a card is there: the reason, what it rests on, the shelf, and how likely the choice was. All of it came with Home.

import { byId, el, icon, put } from "./dom.js";
import { part } from "./api.js";

/** What each shelf is made of, by the first part of its key. */
const SHELVES = {
  "jump-back-in": "what you keep coming back to",
  "made-for-you": "the best of what the model expects you to play, as familiar as the dial says",
  because: "what is like one thing you heard",
  "more-like": "what is like an artist you play, by others",
  mix: "your music in groups of like sound, with what is like it",
  discover: "the best by artists you have never heard",
  genre: "what you have not heard of a genre you play",
  "new-in-genres": "what came out lately in the genres you play",
  popular: "what many play in your country at this time of day",
  "good-morning": "what you play in the mornings, and what suits the hour",
  focus: "what suits working or studying",
  workout: "fast and energetic music",
  "wind-down": "calm music for the late evening",
  "for-activity": "what suits what you are doing",
  shows: "podcasts near to your taste",
  audiobooks: "audiobooks near to your taste",
};

/** A probability in words; no more digits than anybody needs. */
export function chance(p) {
  if (p >= 0.9995) return "was certain";
  const percent = p < 0.001 ? "under 0.1" : p < 0.1 || p > 0.99 ? (100 * p).toFixed(1) : Math.round(100 * p);
  return `had a chance of ${percent} %`;
}

/** How the policy came to a card; [] where Home does not say. */
function chosen(home, row, position) {
  const { policy, release, rows } = home.decision, how = rows[row], likely = how?.cards[position];
  if (likely === undefined) return [];
  const shelf = how.shelves.length === 1 ? "No other shelf was left for this place." : `Of ${how.shelves.length} shelves for this place this one ${chance(how.propensity)}.`;
  return [
    ["How likely", `${shelf} Of ${how.among} cards for the shelf this one ${chance(likely)} here, given those before it.`],
    ["Chosen by", `The policy ${policy} of release ${release}.`],
  ];
}

/** Open the dialog. `act(what, card, node)` does what its buttons say. */
export function showWhy(card, node, home, act) {
  const box = byId("why") ?? document.body.appendChild(el("dialog", { id: "why", class: "why-box", "aria-labelledby": "why-title" }));
  const row = home.shelves.findIndex((s) => s.key === node.shelf), shelf = home.shelves[row];
  const rests = card.reason?.because ?? [];
  const made = SHELVES[node.shelf?.split(":")[0]];
  const facts = [
    rests.length ? ["It rests on", rests.flatMap((p, i) => [i ? ", " : null, el("a", { href: `/item/${part(p.uri)}` }, p.name)])] : null,
    shelf ? ["Shelf", `${shelf.title}${made ? `: ${made}` : ""}.`] : null,
    ...chosen(home, row, node.position),
  ].filter(Boolean);
  const close = () => box.close();
  const then = (what) => () => {
    close();
    act(what, node.card, node);
  };
  put(box,
    el("header", {}, el("h2", { id: "why-title", tabindex: -1, autofocus: true }, `Why ${card.title}?`), el("button", { type: "button", class: "icon", "aria-label": "Close", on: { click: close } }, icon("close"))),
    el("p", { class: "why-reason" }, card.reason?.text ? `${card.reason.text}.` : "Home gives no reason for it."),
    el("dl", {}, facts.map(([name, words]) => el("div", {}, el("dt", {}, name), el("dd", {}, words)))),
    el("p", { class: "why-acts" },
      el("a", { class: "primary", href: `/item/${part(card.uri)}` }, "More like this"),
      el("button", { type: "button", class: "quiet", on: { click: then("hide") } }, "Not for me")));
  box.onclick = (event) => event.target === box && close(); // beside it
  box.onclose = () => node.isConnected && node.querySelector(".cover").focus({ preventScroll: true });
  box.showModal();
}
