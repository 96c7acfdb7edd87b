// Keys: what each opens, whose it is, and when it was last used.

import { byId, el, put } from "./dom.js";
import { get } from "./api.js";
import { lasting, several } from "./figures.js";
import { looking } from "./looking.js";
import { notice } from "./notice.js";
import { panel, table, when } from "./panels.js";

const EVERY = 60_000, LONG = 90 * 86_400_000; // ms

const OPENS = {
  ingest: "tells what listeners did", read: "asks for any listener", listener: "tells and asks for its own listener",
  admin: "everything, this console included",
};

function used(key) {
  if (!key.used) return "never";
  const ago = Date.now() - key.used;
  return ago < 120_000 ? "just now" : [when(key.used), el("span", { class: "interval" }, `, ${lasting(ago)} ago`)];
}

function show(keys) {
  byId("headline").textContent = "Keys";
  if (!keys.length) {
    put(byId("report"));
    byId("about").textContent = "";
    notice("There is no key", ["Programs and other machines need one. It is shown once, where it is made:", el("pre", {}, "segue keys create --label \"our player\"")]);
    return;
  }
  const idle = keys.filter((k) => Date.now() - Math.max(k.used, k.created) > LONG);
  byId("about").textContent = idle.length ? `${several(idle.length, "key was", "keys were")} not used for three months: segue keys revoke takes one away.` : `${several(keys.length, "key")} of this tenant.`;
  put(byId("report"), panel("keys", "Who gets in", "Uses are noted to the minute and seen here within two.", table("Keys of this tenant", [
    { name: "Key", head: true, of: (k) => [el("code", {}, k.id), k.label ? el("span", { class: "key" }, k.label) : null] },
    { name: "Opens", kind: "word", of: (k) => k.scopes.map((s) => OPENS[s] ?? s).join("; ") },
    { name: "Whose", kind: "word", of: (k) => k.listener || "a program's" },
    { name: "Made", kind: "word", of: (k) => (k.created ? when(k.created) : "not known") },
    { name: "Last used", kind: "word", of: used },
  ], keys)));
}

looking(() => get("/v1/keys"), show, EVERY);
