"""What serves now: one release, and all that the log has told since, up to this second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import structlog

from segue.core.clock import at_clock, zone_of
from segue.core.errors import SegueError, UnknownName
from segue.core.events import AnyEvent, Item
from segue.core.types import NO_IDS, Context, Kind
from segue.rules.excluded import parse_exclusion
from segue.runs.releases import FOLDER as RELEASES
from segue.runs.releases import current_release
from segue.runs.turns import in_turn
from segue.signals.moods import activity
from segue.store import snapshot
from segue.store.catalogue_view import CatalogueView
from segue.store.delivery import Batch, Taken
from segue.store.delivery.kafka import intake_of
from segue.store.log import Receipt
from segue.store.workspace import Workspace
from segue.surfaces.library import Library
from segue.surfaces.listening import COUNTS, NEEDED
from segue.surfaces.playlists import playlists_of
from segue.surfaces.serving import Serving

AT_ONCE = 2_000_000  # events read back at a time
TELL_S = 2.0  # how far the features of a page may be behind the log
LIKELY = 60_000  # items whose cards are made before anybody asks
WARMING = 0.25  # of one thread's time, for that
FEW = 200  # new events that are read as rows: for more, columns are quicker


class Live:
    """A workspace and the release that serves it. Safe for several threads. Close it when done."""

    def __init__(self, workspace: Workspace, tenant: str, owns: bool = False) -> None:
        self.workspace, self.tenant, self._owns = workspace, tenant, owns
        self._lock = threading.Lock()  # of what is taken in from the log
        self._closing = threading.Event()
        self._told = time.monotonic()
        self._mark = self._marked()
        self._serving = self._open()
        self.intake = intake_of(workspace, tenant)

    def _open(self) -> Serving:
        serving = Serving.open(self.workspace, current_release(self.workspace.path, self.tenant))
        self._catch_up(serving)
        self._tell_book(serving)
        made_a_page(serving)
        return serving

    @property
    def release(self) -> str:
        """Id of the release that serves."""
        return self._serving.release.id

    @property
    def released(self) -> int:
        """When that was made, UTC ms."""
        return int(datetime.fromisoformat(self._serving.release.manifest.created).timestamp() * 1000)

    @property
    def behind(self) -> int:
        """Events in the log that requests do not know of yet."""
        return max(0, self.workspace.log.last_seq - self._serving.listening.seen)

    @property
    def simulated(self) -> bool:
        return self._serving.snapshot.simulated

    def reload(self) -> bool:
        """Take up the current release where it is another one, or was taken anew without a listener; True if so.

        A broken one leaves the old one serving. Where there is none, what the log told meanwhile is taken in, lest it
        become too much for one request.
        """
        try:
            mark, serving = self._marked(), None
            if mark != self._mark:
                with in_turn(self.workspace.path / RELEASES, self._closing.is_set):  # the others answer meanwhile
                    serving = self._open()
                same = serving.release.id == self.release  # somebody was erased: nothing else waits for it
                warm(serving, (lambda: True) if same else self._closing.is_set)
                if self._marked() != mark:
                    return False  # changed once more while it was read: it may hold some of both
        except (SegueError, OSError, ValueError, KeyError, IndexError) as e:
            structlog.get_logger().error("new release not taken up", serving=self.release, error=str(e))
            return False
        if serving is None:
            self._fresh()
            return False
        with self._lock:
            self._catch_up(serving)
            self._serving, self._mark = serving, mark
        return True

    def warm(self) -> None:
        """Make what searches and pages need of the release, which takes a moment, before anybody asks."""
        warm(self._serving, self._closing.is_set)

    def _marked(self) -> tuple[str, int, int]:
        """What the current release is, and which copy of its snapshot: one taken anew has the same name."""
        release = current_release(self.workspace.path, self.tenant)
        card = (release.snapshot_folder / snapshot.CARD).stat()
        return release.id, card.st_ino, card.st_mtime_ns

    def close(self) -> None:
        """A workspace that was given open stays open."""
        self._closing.set()
        if self._owns:
            self.workspace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- telling ----------------------------------------------------------------------------------------------------

    def append(self, events: Sequence[AnyEvent], items: Sequence[Item] = ()) -> Receipt:
        """Write events to the log; durable when this returns, and known to every request that starts after it.

        `items` are facts about what the events name, where the catalogue may not have it: see `segue.store.merging`.
        """
        return self.workspace.log.append(events, items, self.tenant)  # read back when somebody asks: see `_fresh`

    def take(self, batches: Sequence[Batch]) -> tuple[Taken, ...]:
        """Batches of events in one commit; durable when this returns, and known to every request that starts after."""
        return self.intake.take(batches)

    def _tell_book(self, serving: Serving, every_s: float = 0.0) -> None:
        """Features take in what the log has. Many events at once cost as much as one, so that pages wait a moment."""
        if serving.book is not None and time.monotonic() - self._told >= every_s:
            self._told = time.monotonic()
            serving.book.catch_up(self.workspace.log, self.tenant)

    def _catch_up(self, serving: Serving, last: int | None = None) -> None:
        """Take in what the log has and this release's histories have not; `last`: its newest event, where that is
        known."""
        listening, log = serving.listening, self.workspace.log
        last = log.last_seq if last is None else last
        while last > listening.seen:
            rows = log.few(self.tenant, listening.seen, FEW, NEEDED, COUNTS)
            if rows is not None:
                listening.absorb_rows(rows, self.workspace.catalogue.current)
                listening.seen = max(last, listening.seen)
                return
            table = log.tail(self.tenant, listening.seen, limit=AT_ONCE, columns=NEEDED)
            if not len(table):
                listening.seen = last  # of other tenants
                break
            listening.absorb(self._recognized(serving, table))

    def _recognized(self, serving: Serving, table: pa.Table) -> pa.Table:
        """Items that are newer than the snapshot, by the number that stands for them now: it may be in it."""
        item = table["item"].to_numpy()
        new = np.unique(item[(item > 0) & (serving.snapshot.catalogue.rows(item) < 0)])
        if not len(new):
            return table
        current = np.array([self.workspace.catalogue.current(n) for n in new.tolist()], item.dtype)
        place = np.searchsorted(new, item).clip(max=len(new) - 1)
        item = np.where(new[place] == item, current[place], item)
        return table.set_column(table.column_names.index("item"), "item", pa.array(item))

    def _fresh(self) -> Serving:
        """What serves now, with every event that was answered, by this process or another, before this is asked."""
        last = self.workspace.log.last_seq
        if last > self._serving.listening.seen:
            with self._lock:
                self._catch_up(self._serving, last)
        return self._serving

    # --- names to numbers -------------------------------------------------------------------------------------------

    def _begin(self, listener: str, context: Context | None) -> tuple[Serving, int, Context]:
        """What serves, the listener's number (0: nobody we know) and the request's circumstances, completed."""
        serving = self._fresh()
        number = self.workspace.catalogue.listener_number(self.tenant, listener) or 0
        context = context or Context()
        who = serving.snapshot.listeners
        row = who.row(number)
        country = context.country or (who.country[row].decode() if row >= 0 else "")
        zone, now = context.zone or zone_of(country), context.now or now_ms()
        return (
            serving,
            number,
            replace(
                context,
                now=now if context.clock < 0 else at_clock(now, zone, context.clock),
                clock=-1,
                zone=zone,
                country=country,
                activity=activity(context.activity).name if context.activity else "",
                exclude=(
                    *(self._exclusion(serving, e, None) for e in serving.settings.exclude),
                    *(self._exclusion(serving, e, listener) for e in context.exclude),
                ),
            ),
        )

    def _exclusion(self, serving: Serving, text: str, listener: str | None) -> str:
        form, what = parse_exclusion(text)
        known = form in ("tag", "kind") or what.isdigit()
        return f"{form}:{what}" if known else f"{form}:{self._number(serving, what, listener)}"

    def _number(self, serving: Serving, text: str, listener: str | None = "") -> int:
        """Number of an item of the snapshot by uri, id or title, or UnknownName.

        A private one is there for the listener who owns it; None stands for the operator, who may name any.
        """
        facts = serving.snapshot.catalogue
        if text.startswith("segue:"):
            number = self.workspace.catalogue.number(self.tenant, text)
            found = [n for n in facts.current(np.array([number or 0])).tolist() if n]
        else:
            found = facts.find(text)
        if listener is not None:
            found = self._seen(facts, found, listener)
        if not found:
            near = facts.public(facts.containing(text))[:5] if not text.startswith("segue:") else NO_IDS
            raise UnknownName("item", text, [facts.title(int(i)) for i in near])
        return int(found[0])

    def _seen(self, facts: CatalogueView, numbers: list[int], listener: str) -> list[int]:
        """Those of some items that a listener may know of: what is private only where it is their own."""
        private = facts.private[facts.rows(np.array(numbers, np.int32))]
        own = playlists_of(Library(self.workspace, self.tenant), listener) if listener and private.any() else {}
        return [n for n, hidden in zip(numbers, private.tolist()) if not hidden or facts.uri(n) in own]


def made_a_page(serving: Serving) -> None:
    """Proves that a release can serve, and fills its caches; raises what stands in the way."""
    serving.home(0, Context(now=now_ms()), np.random.default_rng(0))


def warm(serving: Serving, enough: Callable[[], bool]) -> None:
    """Make what is made at the first question, where nobody waits for it, until `enough` says so."""
    serving.titles  # noqa: B018
    serving.cards.make(serving.likely(LIKELY), WARMING, enough)


def kind_of(kind: Kind | str) -> Kind:
    return kind if isinstance(kind, Kind) else Kind.parse(kind)


def now_ms() -> int:
    return int(time.time() * 1000)
