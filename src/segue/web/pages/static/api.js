// Talking to the server: JSON in, JSON out, errors with a code that a page can act on.

const KEY = "segue-key";

export class Failure extends Error {
  constructor(status, message) {
    super(message);
    this.status = status; // 0: the server could not be reached
  }
}

/** Who asks: the key that was typed in, or whoever is signed in, from a page of this tenant. */
function asker() {
  const key = sessionStorage.getItem(KEY);
  return key ? { authorization: `Bearer ${key}` } : { "segue-tenant": encodeURIComponent(document.documentElement.dataset.tenant ?? "") };
}

async function reach(path, options = {}) {
  const headers = { ...(options.headers ?? {}), ...asker() };
  let response;
  try {
    response = await fetch(path, { ...options, headers, credentials: "same-origin", signal: options.signal ?? AbortSignal.timeout(15000) });
  } catch (e) {
    if (options.signal?.aborted) throw e;
    throw new Failure(0, "The server does not answer.");
  }
  const simulated = response.headers.get("segue-simulated"), badge = document.getElementById("simulated");
  if (simulated && badge) badge.hidden = simulated !== "true"; // a key's tenant is not always the page's
  if (response.ok) return response;
  const body = await response.json().catch(() => null);
  throw new Failure(response.status, body?.error?.message ?? `The server answered ${response.status}.`);
}

const call = async (path, options) => (await reach(path, options)).json().catch(() => null);

/** GET of what is no JSON, as an ArrayBuffer; the browser asks whether what it has still stands. */
export const bytes = async (path, signal = AbortSignal.timeout(60000)) => (await reach(path, { signal })).arrayBuffer();

/** GET with parameters; lists are repeated, empty ones left out. */
export function get(path, parameters = {}, signal = undefined) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== "") query.append(name, one);
  }
  const text = query.toString();
  return call(text ? `${path}?${text}` : path, { signal });
}

/** Another method than GET, with a body where there is one; its answer. */
export const act = (method, path, body = undefined) => call(path, { method, body });

/** The short sound of an item as an address that an audio element plays; revoke it when done. Null where there is none. */
export async function clip(uri) {
  try {
    const response = await fetch(`/v1/items/${part(uri)}/clip`, { headers: asker(), credentials: "same-origin", signal: AbortSignal.timeout(15000) });
    return response.status === 200 ? URL.createObjectURL(await response.blob()) : null;
  } catch {
    return null;
  }
}

/** Send events; resolves when they are durable. */
export async function send(events) {
  const answer = await call("/v1/events", {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(events), keepalive: true,
  });
  if (answer.rejected?.length) throw new Failure(400, answer.rejected[0].reason);
  return answer;
}

export function setKey(text) {
  if (text) sessionStorage.setItem(KEY, text);
  else sessionStorage.removeItem(KEY);
}

/** An id that no other event has; also where the page is not served securely. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return "web-" + Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** What a path part needs, also for ids that hold slashes and colons. */
export const part = (text) => encodeURIComponent(text);

/** POST that is answered with a file, as a Blob. */
export const exported = async (path) => (await reach(path, { method: "POST", signal: AbortSignal.timeout(60000) })).blob();

/** DELETE; resolves with the answer. */
export const remove = (path) => call(path, { method: "DELETE", signal: AbortSignal.timeout(60000) });
