// Light or dark: as the system has it, until someone chooses.

const KEY = "segue-theme";
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const chosen = localStorage.getItem(KEY);
if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

const button = document.getElementById("theme");
const now = () => root.dataset.theme ?? (dark.matches ? "dark" : "light");
const say = () => button.setAttribute("aria-label", now() === "dark" ? "Switch to light" : "Switch to dark");
button.addEventListener("click", () => {
  const next = now() === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  localStorage.setItem(KEY, next);
  say();
});
dark.addEventListener("change", say);
say();
