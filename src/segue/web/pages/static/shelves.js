// Shelves of cards. Shown again, what stays keeps its element, what moved glides, what is new fades in.

import { calm, el, icon } from "./dom.js";
import { cardNode, refresh } from "./cards.js";

const EASE = "cubic-bezier(.2,.8,.2,1)";

function shape(shelf, first) {
  if (shelf.shape) return shelf.shape;
  if (shelf.key.startsWith("jump")) return "compact";
  if (shelf.cards.length && shelf.cards.every((c) => c.kind === "audiobook")) return "books";
  return first ? "large" : "";
}

function shelfNode(shelf, act) {
  const row = el("ul", { class: "row", role: "list" });
  const step = (way) => () => row.scrollBy({ left: way * row.clientWidth * 0.85, behavior: calm() ? "auto" : "smooth" });
  const arrows = el("div", { class: "arrows" },
    el("button", { type: "button", class: "icon", tabindex: -1, "aria-hidden": "true", on: { click: step(-1) } }, icon("left")),
    el("button", { type: "button", class: "icon", tabindex: -1, "aria-hidden": "true", on: { click: step(1) } }, icon("right")));
  const node = el("section", { class: "shelf", "data-key": shelf.key },
    el("div", { class: "shelf-head" }, el("h2", {}, shelf.title), el("p", { class: "subtitle" }), arrows), row);
  const edges = () => {
    const end = row.scrollLeft + row.clientWidth >= row.scrollWidth - 4;
    arrows.firstChild.disabled = row.scrollLeft < 4;
    arrows.lastChild.disabled = end;
    arrows.hidden = end && row.scrollLeft < 4;
  };
  row.addEventListener("scroll", edges, { passive: true });
  new ResizeObserver(edges).observe(row);
  node.act = act;
  node.edges = edges;
  return node;
}

/** Put children in this order, moving as few as needed. Returns how many are new. */
function arrange(parent, wanted) {
  let fresh = 0;
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((node, i) => {
    if (parent.children[i] === node) return;
    if (!node.isConnected) fresh++;
    parent.insertBefore(node, parent.children[i] ?? null);
  });
  return fresh;
}

function fillRow(node, shelf, act) {
  const row = node.querySelector(".row"), old = new Map([...row.children].map((c) => [c.dataset.uri, c]));
  const scrolled = row.scrollLeft;
  const cards = shelf.cards.map((card, i) => {
    const known = old.get(card.uri);
    if (known) refresh(known, card);
    const one = known ?? cardNode(card, act);
    Object.assign(one, { shelf: shelf.key, position: i });
    one.title0 = shelf.title;
    return one;
  });
  const before = [...row.children];
  const fresh = arrange(row, cards);
  row.scrollLeft = fresh ? 0 : scrolled;
  return before.length !== cards.length || before.some((c, i) => c !== cards[i]);
}

/**
 * Show shelves in a container; `act` as in `cardNode`. A shelf may have a shape: "lines", "grid" or one of Home's. Returns the keys of shelves that are new or changed, or null
 * where nothing stood before.
 */
export function showShelves(container, shelves, act) {
  for (const bone of container.querySelectorAll(":scope > .skeleton")) bone.remove();
  const first = container.children.length === 0;
  const old = new Map([...container.children].map((s) => [s.dataset.key, s]));
  const inView = (box) => box.bottom > -200 && box.top < innerHeight + 200;
  const places = new Map();
  if (!first && !calm()) {
    for (const node of container.querySelectorAll(".shelf, .card")) {
      const box = node.getBoundingClientRect();
      if (inView(box)) places.set(node, box);
    }
  }
  const focused = remember(container);
  const changed = [], nodes = [];
  shelves.forEach((shelf, i) => {
    const known = old.get(shelf.key), node = known ?? shelfNode(shelf, act);
    node.className = `shelf ${shape(shelf, i === 0)}`;
    node.querySelector("h2").textContent = shelf.title;
    node.querySelector(".subtitle").textContent = shelf.subtitle ?? "";
    node.setAttribute("aria-label", shelf.title);
    if (fillRow(node, shelf, act) || !known) changed.push(shelf.key);
    nodes.push(node);
  });
  arrange(container, nodes);
  for (const node of nodes) node.edges();
  restore(container, focused);
  if (first) return null;
  for (const node of container.querySelectorAll(".shelf")) {
    node.classList.remove("changed");
    if (changed.includes(node.dataset.key)) requestAnimationFrame(() => node.classList.add("changed"));
  }
  if (!calm()) glide(container, places, inView);
  return changed;
}

function glide(container, places, inView) {
  for (const shelf of container.querySelectorAll(".shelf")) {
    const now = shelf.getBoundingClientRect(), was = places.get(shelf);
    const moved = was ? was.top - now.top : 0;
    if (was && Math.abs(moved) > 1 && inView(now)) {
      shelf.animate([{ transform: `translateY(${moved}px)` }, { transform: "none" }], { duration: 520, easing: EASE });
    } else if (!was && inView(now)) {
      shelf.animate([{ opacity: 0, transform: "translateY(18px)" }, { opacity: 1, transform: "none" }], { duration: 520, easing: EASE });
    }
    if (!was) continue;
    for (const card of shelf.querySelectorAll(".card")) {
      const here = card.getBoundingClientRect(), before = places.get(card);
      if (!inView(here)) continue;
      if (!before) card.animate([{ opacity: 0, transform: "scale(.9)" }, { opacity: 1, transform: "none" }], { duration: 480, easing: EASE });
      else if (Math.abs(before.left - here.left) > 1 && Math.abs(before.left - here.left) < innerWidth) {
        card.animate([{ transform: `translateX(${before.left - here.left}px)` }, { transform: "none" }], { duration: 480, easing: EASE });
      }
    }
  }
}

function remember(container) {
  const card = document.activeElement?.closest?.(".card");
  if (!card || !container.contains(card)) return null;
  return { node: document.activeElement, key: card.shelf, position: card.position };
}

function restore(container, focused) {
  settle(container);
  if (!focused) return;
  if (focused.node.isConnected) {
    focused.node.focus({ preventScroll: true });
    return;
  }
  const shelf = [...container.children].find((s) => s.dataset.key === focused.key) ?? container.firstElementChild;
  const cards = shelf?.querySelectorAll(".card") ?? [];
  if (cards.length) focusCard(container, cards[Math.min(focused.position, cards.length - 1)]);
}

/** Tab stops once on each shelf, at the card that had the focus last, and at every control of the card that has it. */
function settle(container, wanted = null) {
  for (const shelf of container.querySelectorAll(".shelf")) {
    const here = wanted && shelf.contains(wanted);
    const current = here ? wanted : shelf.querySelector('.cover[tabindex="0"]')?.closest(".card") ?? shelf.querySelector(".card");
    for (const node of shelf.querySelectorAll('.card [tabindex="0"]')) node.tabIndex = -1;
    if (!current) continue;
    for (const node of here ? current.querySelectorAll("button, a") : [current.querySelector(".cover")]) node.tabIndex = 0;
  }
}

/** `what` of the card takes the focus: its cover, or its title. */
export function focusCard(container, card, what = ".cover") {
  settle(container, card);
  card.querySelector(what).focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest", inline: "nearest", behavior: calm() ? "auto" : "smooth" });
}

/** Rows of nothing yet, while a page is fetched. */
export function skeleton() {
  const cards = Array.from({ length: 8 }, () => el("li", { class: "blank" }, el("div", { class: "frame" })));
  return Array.from({ length: 3 }, () => el("div", { class: "shelf skeleton", "aria-hidden": "true" }, el("div", { class: "shelf-head" }, el("span", { class: "bone" })), el("ul", { class: "row" }, cards.map((c) => c.cloneNode(true)))));
}

const LETTERS = { s: "save", x: "skip", n: "next", q: "queue", w: "why", h: "hide", z: "undo" };

/** Arrows move between cards and shelves, Home and End within a shelf, letters act; Enter plays by itself. */
export function keys(container, act) {
  container.addEventListener("focusin", (event) => {
    const card = event.target.closest(".card");
    if (card) settle(container, card);
  });
  container.addEventListener("keydown", (event) => {
    const card = event.target.closest(".card");
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    const shelf = card.closest(".shelf"), cards = [...shelf.querySelectorAll(".card")], shelves = [...container.querySelectorAll(".shelf")];
    const i = cards.indexOf(card), s = shelves.indexOf(shelf);
    const across = (way) => {
      const there = shelves[s + way]?.querySelectorAll(".card");
      if (!there?.length) return undefined;
      const x = card.getBoundingClientRect().left;
      const gap = (c) => Math.abs(c.getBoundingClientRect().left - x);
      return [...there].reduce((best, c) => (gap(c) < gap(best) ? c : best));
    };
    const lines = shelf.classList.contains("lines");
    const to = { ArrowRight: () => cards[i + 1], ArrowLeft: () => cards[i - 1], ArrowDown: () => (lines && cards[i + 1]) || across(1), ArrowUp: () => (lines && cards[i - 1]) || across(-1), Home: () => cards[0], End: () => cards.at(-1) }[event.key];
    if (to) {
      event.preventDefault();
      const next = to();
      if (next) focusCard(container, next, event.target.matches(".title") ? ".title" : ".cover");
    } else if (LETTERS[event.key]) {
      event.preventDefault();
      act(LETTERS[event.key], card.card, card);
    }
  });
}
