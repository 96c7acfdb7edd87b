"""The map at full size: python benchmarks/map.py [--points 60000] [--chromium /usr/bin/chromium]

How long a layout takes (clustered points as in benchmarks/index.py, in one thread), how much of the ten nearest it
keeps, and how long frames take in Chromium while the map is dragged, with the service of the page tests. Prints one
JSON object each.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import uvicorn
from benchmarks.index import clustered
from playwright.sync_api import sync_playwright
from tests.web.fake import FakeService

from segue.core.types import Kind
from segue.fitted.space import Origin, Space
from segue.models.space.layout import lay_out
from segue.web.application import create_app
from segue.web.server import bind
from segue.web.service import Backend

WITH = "import('/static/map.js').then((map) => {{ {} }})"
GAPS = """() => { window.gaps = []; let last = 0;
    const tick = (now) => { if (last) window.gaps.push(now - last); last = now; requestAnimationFrame(tick); };
    requestAnimationFrame(tick); }"""


def layout(n: int) -> dict[str, float]:
    vectors = clustered(n, 0)
    items, kind = np.arange(1, n + 1, dtype=np.int32), np.full(n, Kind.TRACK, np.uint8)
    start, used = time.perf_counter(), time.process_time()
    space = Space(items, kind, np.full(n, Origin.HEARD, np.uint8), vectors).indexed()
    built = time.process_time() - used
    places = lay_out(space)
    wall, cpu = time.perf_counter() - start, time.process_time() - used
    kept = []
    for row in np.random.default_rng(0).integers(0, n, 300).tolist():
        near = np.argsort(-(vectors @ vectors[row]))[1:11]
        kept.append(len(np.intersect1d(near, np.argsort(((places - places[row]) ** 2).sum(axis=1))[1:11])) / 10)
    return {
        "points": n,
        "index_cpu_s": built,
        "with_index_cpu_s": cpu,
        "wall_s": wall,
        "kept_of_10": float(np.mean(kept)),
    }


def frames(n: int, chromium: str) -> dict[str, Any]:
    service = FakeService(size=n)
    sock = bind("127.0.0.1", 0)
    app = create_app(Backend(lambda: service))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(f"http://127.0.0.1:{sock.getsockname()[1]}/console/map")
            page.wait_for_selector("#legend li")
            page.wait_for_timeout(1000)
            full = page.evaluate(WITH.format("return map.frames()"))
            page.evaluate(GAPS)
            page.mouse.move(400, 400)
            page.evaluate(WITH.format("map.frames().length = 0; window.gaps.length = 0"))
            page.mouse.down()
            for i in range(240):
                page.mouse.move(400 + i, 400 + i % 40)
            page.mouse.up()
            drawn, gaps = page.evaluate(WITH.format("return [map.frames(), window.gaps]"))
            browser.close()
    finally:
        server.should_exit = True
        thread.join(20)
    out = {"points": n, "frames": len(drawn), "full_picture_ms": float(np.median(full))}
    for name, values in (("draw", drawn), ("between_frames", gaps)):
        out |= {f"{name}_p{p}_ms": float(np.percentile(values, p)) for p in (50, 95, 99)}
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", type=int, default=60_000)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    args = parser.parse_args()
    for found in (frames(args.points, args.chromium), layout(args.points)):
        json.dump({k: round(v, 3) if isinstance(v, float) else v for k, v in found.items()}, sys.stdout)
        print(flush=True)


if __name__ == "__main__":
    main()
