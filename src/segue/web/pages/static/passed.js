// What a listener passed over: Home is asked to do without it for the hours in which "not now" is meant.

import { kept } from "./shell.js";

const LONG = 4 * 3_600_000; // ms
const MOST = 40; // the latest; the server takes 50 exclusions
const FORM = "item:";

const key = (listener) => kept(`segue-passed:${listener}`);

function read(listener, now) {
  try {
    return JSON.parse(sessionStorage.getItem(key(listener))).filter(([, at]) => now - at < LONG);
  } catch {
    return []; // nothing kept
  }
}

/** Note that an item was passed over. */
export function pass(listener, uri, now = Date.now()) {
  const others = read(listener, now).filter(([u]) => u !== uri);
  if (FORM.length + uri.length <= 200) sessionStorage.setItem(key(listener), JSON.stringify([...others, [uri, now]].slice(-MOST)));
}

/** What to leave out, as the resource takes it. */
export const passed = (listener, now = Date.now()) => read(listener, now).map(([uri]) => FORM + uri);

/** Forget it: some of it is not in the catalogue any more. */
export const forgetPassed = (listener) => sessionStorage.removeItem(key(listener));
