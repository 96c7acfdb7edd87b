// What every page has around it: the places, the search box, and who is listening.

const { tenant, apart } = document.documentElement.dataset;

/** The name under which this browser keeps something of a tenant's listeners: of another one's it means somebody else. */
export const kept = (name) => (apart === undefined ? name : `${name}@${tenant}`);

const KEY = kept("segue-listener");
const ASKS = "Choose who is listening first";

/** The chosen listener; "" for nobody. */
export const listener = () => localStorage.getItem(KEY) ?? "";

/** Remember who is listening, and let the places lead to theirs. */
export function remember(id) {
  if (id) localStorage.setItem(KEY, id);
  else localStorage.removeItem(KEY);
  lead();
}

function lead() {
  const id = listener();
  for (const link of document.querySelectorAll("[data-to=home]")) link.href = id ? `/?${new URLSearchParams({ listener: id })}` : "/";
  for (const link of document.querySelectorAll("[data-to=taste]")) {
    link.href = id ? `/listener/${encodeURIComponent(id)}` : "/"; // which asks who is listening
    link.title = id || ASKS;
  }
}

const typing = (node) => node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName);

addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  event.preventDefault();
  document.getElementById("q").select();
});
addEventListener("storage", (event) => event.key === KEY && lead());

const named = new URLSearchParams(location.search).get("listener");
if (named) remember(named);
else lead();
