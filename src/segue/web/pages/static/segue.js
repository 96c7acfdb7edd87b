// Events of a page, kept in the browser until the server has them, each once by its id.
// new Segue().put({ type: "save", listener: "ann", item }); on a page elsewhere: new Segue({ url, key })

const MOST = 1000;
const BATCH = 100;
export class Segue {
  constructor({ url = "", key = "", name = "segue-events", every = 5000 } = {}) {
    Object.assign(this, { url: `${url}/v1/events`, key, name, every, tries: 0, timer: 0 });
    addEventListener("pagehide", () => this.leave());
    addEventListener("online", () => this.send());
    if (this.read().events.length) this.later(0);
  }

  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.name));
      if (Array.isArray(kept?.events)) return kept;
    } catch {}
    return this.memory ?? { client: crypto.getRandomValues(new Uint32Array(4)).join("-"), last: 0, events: [] };
  }

  write(kept) {
    while (kept.events.length > MOST) kept.events.shift();
    this.memory = undefined;
    try {
      localStorage.setItem(this.name, JSON.stringify(kept));
    } catch {
      this.memory = kept; // no storage
    }
  }

  put(event) {
    const kept = this.read();
    kept.last += 1;
    const id = event.id ?? `${kept.client}-${kept.last}`;
    kept.events.push([kept.last, { at: Date.now(), ...event, id }]);
    this.write(kept);
    this.later(kept.events.length >= BATCH ? 0 : this.every);
    return id;
  }

  batch() {
    const { client, last, events } = this.read();
    const run = events.slice(0, BATCH).filter(([n], i) => n === events[0][0] + i);
    if (!run.length) return null;
    const said = { client, first: run[0][0], produced: last, sent_at: Date.now(), events: run.map(([, e]) => e) };
    return { upTo: run.at(-1)[0], body: new Blob([JSON.stringify(said)], { type: "application/json" }) };
  }

  later(ms) {
    if (this.timer && ms) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), ms);
  }

  async send(keepalive = false) {
    this.timer = 0;
    const batch = !this.busy && this.batch();
    if (!batch) return;
    this.busy = true;
    let wait = 0;
    try {
      const headers = { "content-type": "application/json", ...(this.key && { authorization: `Bearer ${this.key}` }) };
      const answer = await fetch(this.url, { method: "POST", body: batch.body, headers, keepalive });
      const said = await answer.json().catch(() => 0), wrong = [400, 413].includes(answer.status);
      if (answer.ok ? said?.verdicts : wrong && said?.error?.code) { // and not a page to sign in on
        const kept = this.read();
        this.write({ ...kept, events: kept.events.filter(([n]) => n > batch.upTo) });
        this.tries = 0;
      } else throw Number(answer.headers.get("retry-after")) || 0;
    } catch (e) {
      this.tries += 1;
      wait = 1000 * (Number(e) || 0) + Math.min(60000, 500 * 2 ** this.tries) * (0.5 + Math.random() / 2);
    }
    this.busy = false;
    if (this.read().events.length) this.later(wait);
  }

  leave() {
    const batch = this.batch();
    if (batch && (this.key || !navigator.sendBeacon(this.url, batch.body))) this.send(true);
  }
}
