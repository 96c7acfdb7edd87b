"""What was shown, written to the log behind the request's back: durable within a moment, never waited for."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import pyarrow as pa
import structlog

from segue.core.slates import Home
from segue.store.decisions import written
from segue.store.schema import EDGE

COLUMNS = (
    "id", "type", "tenant", "listener", "at", "v", "page", "shelf", "row", "policy", "release", "propensity", "attrs",
)  # fmt: skip
EVERY_S = 1.0  # how long pages are gathered, so that they share a commit
MOST = 100  # pages of one append
WAITING = 2_000  # pages that may wait; more are dropped and counted


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that was shown."""

    page: str
    tenant: str
    listener: str
    at: int  # UTC ms
    home: Home
    context: Mapping[str, Any]  # what was known of the moment
    number: int = 0  # of the listener, where they were known


def shown_rows(pages: Sequence[Shown]) -> pa.Table:
    """(R,) rows of EDGE: one `decided` event a row of a page; see `segue.store.decisions`."""
    columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for shown in pages:
        for row, (shelf, decision) in enumerate(zip(shown.home.shelves, shown.home.decisions)):
            values = (
                f"page:{shown.page}:{row}", "decided", shown.tenant, shown.listener, shown.at, 1, shown.page, shelf.key,
                row, decision.shelf.policy, decision.shelf.release, decision.propensity,
                msgspec.json.encode(written(decision, shown.context)).decode(),
            )  # fmt: skip
            for name, value in zip(COLUMNS, values):
                columns[name].append(value)
    r = len(columns["id"])
    arrays = [pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(r, f.type) for f in EDGE]
    return pa.table(arrays, schema=EDGE)


class ImpressionWriter:
    """One thread that appends what was put in, several pages at a time. Close it to write what is left."""

    def __init__(self, append: Callable[[Sequence[Shown]], object]) -> None:
        self._append = append
        self._pages: queue.Queue[Shown | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._run, name="segue-impressions", daemon=True)
        self._thread.start()
        self.dropped = 0  # pages

    def put(self, shown: Shown) -> None:
        """Returns at once."""
        try:
            self._pages.put_nowait(shown)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        self._pages.put(None)
        self._thread.join()

    def _run(self) -> None:
        stopping = threading.Event()
        while not stopping.is_set():
            batch: list[Shown] = []
            page = self._pages.get()
            until = time.monotonic() + EVERY_S
            while True:
                if page is None:
                    stopping.set()
                    break
                batch.append(page)
                if len(batch) >= MOST:
                    break
                try:
                    page = self._pages.get(timeout=max(0.0, until - time.monotonic()))
                except queue.Empty:
                    break
            if batch:
                try:
                    self._append(batch)
                except Exception as e:  # a full disk must not end the thread: later pages may be written
                    structlog.get_logger().error("impressions not written", pages=len(batch), error=str(e))
