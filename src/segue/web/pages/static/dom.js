// Elements without markup: every text goes in as text, so that a title can never be anything else.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element: `el("p", {class: "why", on: {click: f}}, "text", child)`. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element, the same way. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, call] of Object.entries(value)) node.addEventListener(event, call);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  for (const child of children.flat()) if (child !== null && child !== undefined && child !== "") node.append(child);
  return node;
}

const ICONS = {
  play: "M8 5.2v13.6c0 .8.9 1.3 1.6.900l10.4-6.800a1.1 1.1 0 0 0 0-1.800L9.6 4.300C8.9 3.9 8 4.4 8 5.200z",
  pause: "M7 4.500h3.200v15H7zM13.8 4.500H17v15h-3.200z",
  skip: "M5 5.600v12.800c0 .8.9 1.3 1.6.800l9-6.400a1 1 0 0 0 0-1.600l-9-6.400C5.9 4.3 5 4.8 5 5.600zM17 4.500h2.400v15H17z",
  heart: "M12 20.300S3.2 15.2 3.2 8.900A4.7 4.7 0 0 1 12 6.600a4.7 4.7 0 0 1 8.8 2.300c0 6.3-8.8 11.4-8.8 11.400z",
  sound: "M4 9.500v5h3.600l5 4.200c.5.4 1.200.1 1.200-.6V5.900c0-.7-.7-1-1.200-.6l-5 4.200zM16.600 8.200a5.400 5.400 0 0 1 0 7.600l-1.100-1.200a3.800 3.800 0 0 0 0-5.200zM19 5.800a8.800 8.800 0 0 1 0 12.400l-1.100-1.200a7.200 7.200 0 0 0 0-10z",
  muted: "M4 9.500v5h3.600l5 4.200c.5.4 1.200.1 1.200-.6V5.900c0-.7-.7-1-1.200-.6l-5 4.200zM16 10.200l1.100-1.100 1.900 1.800 1.800-1.800 1.100 1.100-1.800 1.800 1.800 1.800-1.100 1.100-1.800-1.800-1.900 1.800-1.100-1.100 1.900-1.800z",
  more: "M5.500 10.200a1.800 1.800 0 1 1 0 3.600a1.800 1.800 0 0 1 0-3.600zM12 10.200a1.800 1.800 0 1 1 0 3.600a1.800 1.800 0 0 1 0-3.600zM18.500 10.200a1.800 1.800 0 1 1 0 3.600a1.800 1.800 0 0 1 0-3.600z",
  queue: "M4 6.500h16M4 12h16M4 17.500h9",
  first: "M4 6.500h9M4 12h9M4 17.500h16M17.500 4v8M14.500 9l3 3.200 3-3.200",
  add: "M4 6.500h16M4 12h9M4 17.500h9M17.500 13v8M13.500 17h8",
  hide: "M12 3.800a8.200 8.200 0 1 1 0 16.400a8.200 8.200 0 0 1 0-16.400zM6.300 6.300l11.400 11.400",
  why: "M12 3.800a8.200 8.200 0 1 1 0 16.400a8.200 8.200 0 0 1 0-16.400zM9.600 9.700a2.500 2.500 0 1 1 3.600 2.200c-.9.500-1.200.900-1.200 1.900M12 16.600v.1",
  close: "M6 6l12 12M18 6L6 18",
  up: "M12 19V5.500M6.500 11L12 5.500l5.500 5.500",
  down: "M12 5v13.500M6.500 13l5.500 5.500 5.500-5.500",
  left: "M14.5 5l-7 7 7 7",
  right: "M9.5 5l7 7-7 7",
};

const LINES = new Set(["queue", "first", "add", "hide", "why", "close", "up", "down", "left", "right"]);

/** One of our icons; `line` draws its outline only. */
export function icon(name, line = false) {
  const stroked = line || LINES.has(name);
  const paint = stroked
    ? { fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" }
    : { fill: "currentColor" };
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "glyph" }, svg("path", { d: ICONS[name], ...paint }));
}

/** Replace what a node holds. */
export function put(node, ...children) {
  node.replaceChildren(...children.flat().filter((c) => c !== null && c !== undefined));
  return node;
}

export const byId = (id) => document.getElementById(id);
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Milliseconds as 3:07 or 1:02:45. */
export function clock(ms) {
  const s = Math.floor(ms / 1000);
  const minutes = Math.floor(s / 60) % 60;
  const two = (n) => String(n).padStart(2, "0");
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

/** A short message that goes away by itself; `action` is `{text, call}`, a button in it, for which it waits longer. */
export function toast(text, tone = "", action = null) {
  const node = el("p", { class: `toast ${tone}` }, el("span", {}, text));
  if (action) node.append(el("button", { type: "button", on: { click: () => { node.remove(); action.call(); } } }, action.text));
  byId("toasts").append(node);
  while (byId("toasts").children.length > 3) byId("toasts").firstChild.remove();
  const go = () => {
    if (action && node.matches(":hover, :focus-within")) return setTimeout(go, 1000);
    node.classList.add("leaving");
    return setTimeout(() => node.remove(), 400);
  };
  setTimeout(go, action ? 9000 : 4200);
}
