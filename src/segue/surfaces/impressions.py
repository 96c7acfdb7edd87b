"""What was shown, written to the log behind the request's back: durable within a moment, never waited for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence

import structlog

from segue.core.events import AnyEvent, Impression, event_id
from segue.surfaces.views import HomeView

EVERY_S = 0.5  # the longest that a shown page waits to be written, while the writer keeps up
MOST = 256  # impressions of one append: short ones, so that requests get their turn in between
WAITING = 2_000  # pages that may wait; more are dropped and counted


def impressions(view: HomeView, at: int) -> list[Impression]:
    """One event a card, with who decided and the probability of its shelf at that place."""
    decision = view.decision
    out = []
    for row, shelf in enumerate(view.shelves):
        for position, card in enumerate(shelf.cards):
            out.append(
                Impression(
                    id=event_id("impression", view.page, row, position), listener=view.listener, tenant=view.tenant,
                    at=at, item=card.uri, page=view.page, shelf=shelf.key, row=row, position=position,
                    policy=decision.policy, release=view.release, propensity=decision.propensities[row],
                )
            )  # fmt: skip
    return out


class ImpressionWriter:
    """One thread that appends what was put in, several pages at a time. Close it to write what is left."""

    def __init__(self, append: Callable[[Sequence[AnyEvent]], object]) -> None:
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
            batch: list[AnyEvent] = []
            page = self._pages.get()
            while True:
                if page is None:
                    stopping.set()
                    break
                batch += impressions(*page)
                if len(batch) >= MOST:
                    break
                try:
                    page = self._pages.get(timeout=EVERY_S)
                except queue.Empty:
                    break
            if batch:
                try:
                    self._append(batch)
                except Exception as e:  # a full disk must not end the thread: later pages may be written
                    structlog.get_logger().error("impressions not written", count=len(batch), error=str(e))
