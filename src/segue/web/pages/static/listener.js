// Your taste: what is believed of a listener, each belief editable or erasable, and what that changes on Home.

import { byId, el, put } from "./dom.js";
import { get, part } from "./api.js";
import { clearNotice, explain, notice } from "./notice.js";
import { remember } from "./shell.js";
import { Effect } from "./effect.js";
import { adventure, beliefs, day, devices, heard, heldBack, hours, kinds, listed, moods, place, said, saved, tastes } from "./beliefs.js";
import { leaving } from "./leaving.js";

const id = decodeURIComponent(location.pathname.slice("/listener/".length));
const home = () => el("a", { href: `/?${new URLSearchParams({ listener: id })}` }, "Home");

function headline(taste) {
  const who = el("strong", {}, id);
  if (!taste.known) return put(byId("about"), who, ": nothing is known of this listener yet.");
  const parts = [`${listed(taste.plays, "play")} count`];
  if (taste.left_out) parts.push(`${taste.left_out.toLocaleString("en")} ${taste.left_out === 1 ? "does" : "do"} not`);
  if (taste.since) parts.push(`since ${day(taste.since)}`);
  return put(byId("about"), who, ": what is chosen for you goes by this: ", parts.join(", "), ". Change what is not right, and see at once what it does to ", home(), ".");
}

function sections(taste, tell) {
  const genres = beliefs("Genres", "How much of what counts is of each, recent plays counting more.", taste.genres, tell);
  const people = beliefs("Artists, authors and shows", "Whom you play most.", taste.favourites, tell);
  return [said(taste, tell), genres, people, tastes(taste, tell), moods(taste, tell), hours(taste, tell), devices(taste, tell), kinds(taste, tell), adventure(taste, home()), place(taste), heldBack(taste, tell), saved(taste, tell), heard(taste, tell)];
}

/** What had the focus has it again, where it is still there: the page is drawn anew after each change. */
function draw(taste, tell) {
  const mark = document.activeElement?.dataset?.tells, open = [...document.querySelectorAll(".taste details[open]")].map((d) => d.id);
  headline(taste);
  put(byId("taste"), ...sections(taste, tell), leaving(id));
  for (const name of open) byId(name)?.setAttribute("open", "");
  byId("taste").setAttribute("aria-busy", "false");
  if (mark) [...document.querySelectorAll("[data-tells]")].find((node) => node.dataset.tells === mark)?.focus({ preventScroll: true });
}

async function load() {
  document.title = `Your taste, ${id} · Segue`;
  remember(id);
  const asked = () => get(`/v1/listeners/${part(id)}/taste`, { zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  try {
    const taste = await asked();
    clearNotice();
    if (!taste.known) {
      byId("taste").setAttribute("aria-busy", "false");
      headline(taste);
      notice("Nothing heard yet", ["As soon as something is played, what Segue makes of it stands here, and you can change it.", el("p", {}, "Begin on ", home(), ".")]);
      return;
    }
    const effect = new Effect(id, byId("effect"), async () => draw(await asked(), tell));
    const tell = (what, events) => effect.tell(what, events);
    draw(taste, tell);
    effect.begin();
  } catch (failure) {
    byId("taste").setAttribute("aria-busy", "false");
    explain(failure, load);
  }
}

load();
