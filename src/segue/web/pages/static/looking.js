// A page that asks, shows what it got, and asks again quietly while somebody looks.

import { byId, put } from "./dom.js";
import { clearNotice, explain } from "./notice.js";

/**
 * `load` asks, `show` draws what came. With `every` ms it asks again while the page is seen; where the same came, nothing
 * is drawn anew. A failure is explained, and what was shown stays. Returns the function that asks now.
 */
export function looking(load, show, every = 0) {
  const report = byId("report");
  let shown = "", waits = 1000, timer = 0;

  async function look() {
    clearTimeout(timer);
    if (!shown) report.setAttribute("aria-busy", "true");
    try {
      const found = await load(), text = JSON.stringify(found);
      clearNotice();
      waits = 1000;
      if (text !== shown) {
        shown = text;
        show(found);
      }
      if (every) timer = setTimeout(next, every);
    } catch (failure) {
      if (!("status" in failure)) throw failure;
      if (failure.status === 401 || failure.status === 403) {
        shown = "";
        put(report);
      }
      explain(failure, look);
      if (failure.status === 0 || failure.status === 503 || failure.status === 429) {
        timer = setTimeout(next, waits);
        waits = Math.min(waits * 1.7, 15000);
      }
    } finally {
      report.setAttribute("aria-busy", "false");
    }
  }
  const next = () => (document.hidden ? document.addEventListener("visibilitychange", look, { once: true }) : look());
  look();
  return look;
}
