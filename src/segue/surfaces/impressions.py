"""What was shown, written to the log behind the request's back: durable within a moment, never waited for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence

import pyarrow as pa
import structlog

from segue.store.schema import EDGE
from segue.surfaces.views import HomeView

COLUMNS = (
    "id", "type", "tenant", "listener", "item", "at", "v", "page", "shelf", "row", "position", "policy", "release",
    "propensity",
)  # fmt: skip
EVERY_S = 1.0  # how long pages are gathered, so that they share a commit
MOST = 24  # pages of one append, some three thousand cards: fewer than the log would make a file of
WAITING = 2_000  # pages that may wait; more are dropped and counted


def impressions(pages: Sequence[tuple[HomeView, int]]) -> pa.Table:
    """(E,) rows of EDGE: one a card, with who decided and the probability of its shelf at that place.

    A page is a view and when it was shown, UTC ms. As columns, since there are a hundred of them a page.
    """
    columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for view, at in pages:
        for row, shelf in enumerate(view.shelves):
            n = len(shelf.cards)
            columns["id"] += [f"page:{view.page}:{row}:{i}" for i in range(n)]
            columns["item"] += [card.uri for card in shelf.cards]
            columns["position"] += range(n)
            shared = {
                "type": "impression", "tenant": view.tenant, "listener": view.listener, "at": at, "v": 1,
                "page": view.page, "shelf": shelf.key, "row": row, "policy": view.decision.policy,
                "release": view.release, "propensity": view.decision.propensities[row],
            }  # fmt: skip
            for name, value in shared.items():
                columns[name] += [value] * n
    e = len(columns["id"])
    arrays = [pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(e, f.type) for f in EDGE]
    return pa.table(arrays, schema=EDGE)


class ImpressionWriter:
    """One thread that appends what was put in, several pages at a time. Close it to write what is left."""

    def __init__(self, append: Callable[[pa.Table], object]) -> None:
        self._append = append
        self._pages: queue.Queue[tuple[HomeView, int] | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._run, name="segue-impressions", daemon=True)
        self._thread.start()
        self.dropped = 0  # pages

    def put(self, view: HomeView, at: int) -> None:
        """Returns at once."""
        try:
            self._pages.put_nowait((view, at))
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        self._pages.put(None)
        self._thread.join()

    def _run(self) -> None:
        stopping = threading.Event()
        while not stopping.is_set():
            batch: list[tuple[HomeView, int]] = []
            page = self._pages.get()
            while True:
                if page is None:
                    stopping.set()
                    break
                batch.append(page)
                if len(batch) >= MOST:
                    break
                try:
                    page = self._pages.get(timeout=EVERY_S)
                except queue.Empty:
                    break
            if batch:
                try:
                    self._append(impressions(batch))
                except Exception as e:  # a full disk must not end the thread: later pages may be written
                    structlog.get_logger().error("impressions not written", pages=len(batch), error=str(e))
