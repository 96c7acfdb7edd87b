"""The composition root: a workspace and its current release in, a Service out."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
import numpy as np
import pyarrow as pa
import structlog

from segue.core.clock import at_clock, zone_of
from segue.core.errors import InputError, NotReady, SegueError, UnknownName, UsageError
from segue.core.events import AnyEvent, Event, Item
from segue.core.types import Candidates, Context, Home, Ids, Kind, Reason
from segue.rules.excluded import parse_exclusion
from segue.runs.releases import current_release
from segue.signals.moods import activity
from segue.store.delivery import Batch, Taken
from segue.store.delivery.intake import Intake
from segue.store.log import Receipt
from segue.store.workspace import CHECKS, Workspace
from segue.surfaces.browse import Browse
from segue.surfaces.cards import decision_view
from segue.surfaces.clips import Clip, Clips, simulated
from segue.surfaces.home.crossed import hardly_tried, why_crossed
from segue.surfaces.home.kept import Kept
from segue.surfaces.home.kitchen import NOT_CAPPED, leaving_out
from segue.surfaces.home.recording import is_kept
from segue.surfaces.home.taught import REPORT
from segue.surfaces.impressions import ImpressionWriter, Shown, shown_rows
from segue.surfaces.library import Library
from segue.surfaces.listening import NEEDED
from segue.surfaces.path import sonic_path
from segue.surfaces.radio import radio
from segue.surfaces.serving import Serving
from segue.surfaces.views import (
    CardView,
    HomeReport,
    HomeView,
    ListenerView,
    PathView,
    RadioView,
    Recommendations,
    SpotView,
)

AT_ONCE = 2_000_000  # events read back at a time
AS_IT_WAS_MS = 300_000  # a page is made anew at least this often, since the time of day counts
VISIT_MS = 1_800_000  # for as long the same chance decides
PAGES = 1_000  # kept while nothing happens to their listeners
TELL_S = 2.0  # how far the features of a page may be behind the log
FEW = 50  # new events that histories are told of one by one
POLL_S = 1.0  # how often events of other processes are looked for


@dataclass(frozen=True, slots=True)
class Made:
    """A page, as it is seen and as it came about."""

    view: HomeView
    home: Home
    moment: Mapping[str, Any]  # what the log keeps of the circumstances


class Service:
    """What the web, the command line and agents may call. Safe for several threads. Close it when done."""

    def __init__(self, workspace: Workspace, tenant: str, owns: bool = False) -> None:
        self.workspace, self.tenant, self._owns = workspace, tenant, owns
        self._lock = threading.Lock()  # of what is taken in from the log
        self._polled = self._told = time.monotonic()
        self._pages: Kept[Made] = Kept(PAGES)
        self._clips = Clips(workspace.path / "clips")
        self._serving = self._open()
        self._writer: ImpressionWriter | None = None
        self.intake = Intake(workspace, tenant)
        self._behind = 0  # histories are to know the log up to here before they are next asked for

    def _open(self) -> Serving:
        serving = Serving.open(self.workspace, current_release(self.workspace.path, self.tenant))
        self._catch_up(serving)
        serving.home(0, Context(now=_now()), np.random.default_rng(0))  # proves that it can serve, and fills caches
        return serving

    @property
    def release(self) -> str:
        """Id of the release that serves."""
        return self._serving.release.id

    @property
    def simulated(self) -> bool:
        return self._serving.snapshot.simulated

    def reload(self) -> bool:
        """Take up the current release where it is another one; True if so. A broken one leaves the old one serving."""
        try:
            if current_release(self.workspace.path, self.tenant).id == self.release:
                return False
            serving = self._open()
        except (SegueError, OSError, ValueError, KeyError, IndexError) as e:
            structlog.get_logger().error("new release not taken up", serving=self.release, error=str(e))
            return False
        with self._lock:
            self._catch_up(serving)
            self._serving = serving
        return True

    def close(self) -> None:
        """Write what is still to be written. A workspace that was given open stays open."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._owns:
            self.workspace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- asking -----------------------------------------------------------------------------------------------------

    def home(
        self,
        listener: str,
        context: Context | None = None,
        kinds: Collection[Kind | str] | None = None,
        log_impressions: bool = False,
    ) -> HomeView:
        """The page of a listener. An unknown one gets what is popular, `known=False`.

        `kinds` limits the page to items of these kinds. With `log_impressions` what is shown, and how likely
        it was to be, is written to the log, a moment later.
        """
        serving, number, context = self._begin(listener, context)
        self._tell_book(serving, TELL_S)
        only = None if kinds is None else tuple(_kind(k) for k in kinds)
        moment = replace(context, now=context.now // AS_IT_WAS_MS)
        key = (serving.release.id, number, serving.listening.version(number), moment, only)
        made = self._pages.get(key)
        if made is None:
            made = self._make_home(serving, number, context, only)
            self._pages.put(key, made)
        view = msgspec.structs.replace(made.view, page=uuid.uuid4().hex, listener=listener)
        if log_impressions:
            shown = Shown(view.page, self.tenant, listener, max(_now(), made.moment["now"]), made.home, made.moment)
            self._impressions().put(shown)
        return view

    def page(self, listener: str, context: Context | None = None) -> Shown:
        """The same page in numbers, not looked up among those just made: what a closed loop asks for."""
        serving, number, context = self._begin(listener, context)
        self._tell_book(serving)
        home, moment = self._built(serving, number, context, None)
        return Shown(uuid.uuid4().hex, self.tenant, listener, context.now, home, moment)

    def log_pages(self, pages: Sequence[Shown]) -> None:
        """Write pages that were shown; on disk when this returns."""
        self._log_shown(shown_rows(pages))

    def _make_home(self, serving: Serving, number: int, context: Context, kinds: Collection[Kind] | None) -> Made:
        """A page without its id and its listener's."""
        home, moment = self._built(serving, number, context, kinds)
        view = HomeView(
            "", self.tenant, "", serving.release.id,
            serving.cards.shelves(home, serving.listening.saved(number)), decision_view(home),
            serving.snapshot.simulated, bool(moment["known"]),
        )  # fmt: skip
        return Made(view, home, moment)

    def _built(
        self, serving: Serving, number: int, context: Context, kinds: Collection[Kind] | None
    ) -> tuple[Home, Mapping[str, Any]]:
        """A page and what the log keeps of its moment. Within a visit chance stays the same, so that a page does not
        jump when something is played; it follows from the listener and the time, so that two servers make one page."""
        visit = context.now // VISIT_MS
        rng = np.random.default_rng([serving.settings.seed, number, visit])
        recorded = is_kept(number, visit, serving.settings.features_kept)
        home, kitchen = serving.home(number, context, rng, kinds, recorded=recorded)
        return home, {
            "now": context.now, "hour": kitchen.query.hour, "device": context.device, "country": context.country,
            "known": any(len(q.history) for q in kitchen.board.queries.values()), "segment": kitchen.segment,
            "taught": serving.taught,
        }  # fmt: skip

    def recommend(
        self,
        listener: str,
        kind: Kind | str | None = None,
        n: int = 10,
        seeds: Sequence[str] = (),
        context: Context | None = None,
        words: str = "",
    ) -> Recommendations:
        """The n best that the listener never took, in the model's order; like the seeds where there are some.

        With words, what lies nearest to them, and to the seeds, in the taste space; else for the activity of the
        context, or for the time of day where it pretends one. NotReady where the release has no space, or no moods.
        Of a kind they hardly tried, what people of their taste in another kind take, where the release knows that.
        """
        timed = context is not None and context.clock >= 0
        serving, number, context = self._begin(listener, replace(context or Context(), words=words))
        numbers = tuple(self._number(serving, seed) for seed in seeds)
        kitchen = serving.kitchen(number, replace(context, seeds=numbers), None if kind is None else [_kind(kind)])
        query = kitchen.query
        drop = leaving_out(np.concatenate([query.history, np.array(numbers, np.int32)]))
        source, reason = self._way(serving, context, numbers, timed)
        best = Candidates.none()
        if source == "model" and hardly_tried(kitchen, query):
            best = kitchen.serve("across-kinds", query, n, without=NOT_CAPPED, drop=drop)
        if len(best):
            source = "across-kinds"
        else:
            best = kitchen.serve(source, query, n, without=NOT_CAPPED, drop=drop)
        if words and not len(best):
            _readable(serving)
        if not len(best) and source in ("model", "for-now"):
            source, reason = "popular", Reason("popular")
            best = kitchen.serve(source, query, n, without=NOT_CAPPED, drop=drop)
        if source == "across-kinds":
            reasons = [fit[0] for fit in why_crossed(kitchen, query, best)]
        else:
            reasons = [reason] * len(best) if reason else kitchen.why(query, best.items)
        saved = serving.listening.saved(number)
        cards = tuple(
            serving.cards.card(item, why, score, source, item in saved)
            for item, why, score in zip(best.items.tolist(), reasons, best.scores.tolist())
        )
        return Recommendations(self.tenant, listener, serving.release.id, query.kind.label, cards)

    def _way(
        self, serving: Serving, context: Context, seeds: tuple[int, ...], timed: bool
    ) -> tuple[str, Reason | None]:
        """The source of a plain list, and the reason that all of it shares."""
        if context.words:
            return "near-seeds", Reason("near_words", words=(context.words,))
        if seeds:
            return "similar-to-seed", Reason("like", seeds)
        if context.activity:
            if serving.stock.moods is None:
                raise NotReady("this release knows no moods: run `segue train`")
            return "by-mood", Reason("fits_activity", words=(context.activity,))
        return ("for-now" if timed else "model"), None

    def similar(self, uri_or_text: str, kind: Kind | str | None = None, n: int = 10) -> list[CardView]:
        """Items like one, named by its uri, the id of a source, or its title."""
        serving = self._fresh()
        number = self._number(serving, uri_or_text)
        wanted = _kind(kind) if kind else Kind(int(serving.stock.facts.kind[serving.snapshot.catalogue.row(number)]))
        kitchen = serving.kitchen(0, Context(now=_now(), seeds=(number,)), [wanted])
        best = kitchen.serve("similar-to-seed", kitchen.board.query(wanted), n, without=NOT_CAPPED)
        reason = Reason("like", (number,))
        rows = zip(best.items.tolist(), best.scores.tolist())
        return [serving.cards.card(item, reason, score, "similar-to-seed") for item, score in rows]

    def path(
        self, start: str, end: str, n: int = 10, kind: Kind | str | None = None, context: Context | None = None
    ) -> PathView:
        """From one item to another in n small, even steps through the taste space, both included."""
        serving = self._fresh()
        one, other = self._number(serving, start), self._number(serving, end)
        facts = serving.stock.facts
        kinds = {Kind(int(facts.kind[row])) for row in facts.rows(np.array([one, other], np.int32))}
        wanted = _kind(kind) if kind else kinds.pop() if len(kinds) == 1 else serving.stock.primary
        kitchen = serving.kitchen(0, replace(context or Context(), now=(context or Context()).now or _now()), [wanted])
        items, steps = sonic_path(kitchen, one, other, n, wanted)
        cards = tuple(serving.cards.bare(item) for item in items.tolist())
        return PathView(self.tenant, serving.release.id, cards, tuple(round(s, 4) for s in steps.tolist()))

    def radio(
        self, seeds: Sequence[str] = (), words: str = "", listener: str = "", kind: Kind | str | None = None,
        n: int = 25, page: int = 0, shuffle: int = 0, context: Context | None = None,
    ) -> RadioView:  # fmt: skip
        """A page of a station that starts from items, genres or words: endless, and the same for the same question.

        UnknownName for a seed that is neither an item nor a genre; UsageError without any.
        """
        serving, number, context = self._begin(listener, context)
        if not seeds and not words:
            raise UsageError("a radio starts from something: an item, a genre, or words")
        genres = [s for s in seeds if not s.startswith("segue:") and serving.stock.genre_columns(s)]
        items = [self._number(serving, s) for s in seeds if s not in genres]
        wanted = _kind(kind) if kind else serving.stock.primary
        kitchen = serving.kitchen(number, replace(context, seeds=tuple(items)), [wanted])
        said = [*genres, words] if words else genres
        found, near = radio(kitchen, wanted, items, said, n, page, shuffle)
        if not len(found):
            raise InputError(f"nothing is known to be near {', '.join([*seeds, *([words] if words else [])])!r}")
        reason = Reason("like", tuple(items)) if items else Reason("near_words", words=tuple(said))
        saved, rows = serving.listening.saved(number), zip(found.tolist(), near.tolist(), strict=True)
        cards = tuple(serving.cards.card(i, reason, round(s, 4), "radio", i in saved) for i, s in rows)
        return RadioView(self.tenant, listener, serving.release.id, wanted.label, page, shuffle, cards)

    def space_map(self) -> bytes:
        """The taste space, packed for a page that draws it: `segue.surfaces.map`."""
        return self._fresh().map.body

    def space_items(self, at: Sequence[int] = (), uris: Sequence[str] = ()) -> list[SpotView]:
        """Items by their place among the points of the map, or by uri; those that are not on it are left out."""
        serving = self._fresh()
        drawn = serving.map
        numbers = np.array([self._number(serving, uri) for uri in uris], np.int32)
        places = [*(a for a in at if 0 <= a < len(drawn.items)), *drawn.places(numbers).tolist()]
        return [SpotView(a, serving.cards.bare(int(drawn.items[a]))) for a in places if a >= 0]

    def space_near(self, at: int, n: int = 12) -> list[SpotView]:
        """Items of the same kind that lie nearest in the space to a point of the map, nearest first."""
        serving = self._fresh()
        drawn, space = serving.map, serving.stock.space
        if not 0 <= at < len(drawn.items):
            raise InputError(f"no point {at} on this map; it has {len(drawn.items)}")
        assert space is not None
        number = int(drawn.items[at])
        row = int(space.rows(np.array([number], np.int32))[0])
        items, near = space.nearest(space.vectors[row], n + 1, Kind(int(space.kind[row])))
        found = zip(items.tolist(), drawn.places(items).tolist(), near.tolist(), strict=True)
        spots = [SpotView(p, serving.cards.bare(i), round(c, 4)) for i, p, c in found if p >= 0 and i != number]
        return spots[:n]

    def home_report(self) -> HomeReport:
        """How Home chooses and what that is worth, as of the last `segue learn`; NotReady before the first."""
        release = self._fresh().release
        taught = release.manifest.taught
        if taught is None:
            raise NotReady("nothing was learned from pages yet: show some (impressions=true), then run `segue learn`")
        path = release.folder / taught.folder / REPORT
        if not path.is_file():
            raise NotReady("what was learned last was learned without a report: run `segue learn`")
        found = msgspec.json.decode(path.read_bytes(), type=HomeReport)
        settings = self._serving.settings
        return msgspec.structs.replace(
            found, release=release.id, policy=settings.policy, exploring=settings.explore, control=settings.control
        )

    def card(self, uri: str) -> CardView:
        """One item, or UnknownName."""
        serving = self._fresh()
        return serving.cards.bare(self._number(serving, uri))

    def clip(self, uri: str) -> Clip:
        """A short sound of a track: rendered where the catalogue is simulated, else cut from the imported file.

        UnknownName where there is none. Nothing is decoded or rendered before the clip is read.
        """
        serving = self._fresh()
        number, facts = self._number(serving, uri), serving.snapshot.catalogue
        path = self.workspace.sounds.path(number)
        if path is not None:
            return self._clips.excerpt(path)
        if serving.snapshot.simulated and simulated(facts, number):
            return self._clips.rendered(facts, number)
        raise UnknownName("sound of", uri, ["simulated tracks", "tracks of `segue import audio-folder`"])

    def history(self, listener: str, n: int = 50) -> list[CardView]:
        """What the listener took, of all kinds, newest first, each item once."""
        serving, number, _ = self._begin(listener, None)
        parts = [serving.listening.history(number, kind) for kind in serving.listening.kinds] if number else []
        at = np.concatenate([p[2] for p in parts]) if parts else np.zeros(0, np.int64)
        order = np.argsort(-at, kind="stable")
        items = np.concatenate([p[0] for p in parts])[order] if parts else at
        saved = serving.listening.saved(number)
        return [serving.cards.card(i, saved=i in saved) for i in list(dict.fromkeys(items.tolist()))[:n]]

    def search(self, words: str, kind: Kind | str | None = None, n: int = 10) -> list[CardView]:
        """Items whose title holds the words; where there are none, those that lie nearest to them."""
        found = self.search_titles(words, kind, n)
        space = self._serving.stock.space
        if found or not words.strip() or space is None or space.words is None:
            return found
        return list(self.recommend("", kind, n, words=words).items)

    def search_titles(self, words: str, kind: Kind | str | None = None, n: int = 10) -> list[CardView]:
        """Items whose title holds the words as they stand: titles that start with them first, then by popularity."""
        serving = self._fresh()
        words = words.strip().lower()
        if not words:
            return []
        found = serving.snapshot.catalogue.containing(words)
        if kind is not None:
            found = found[serving.stock.facts.kind[serving.stock.facts.rows(found)] == _kind(kind)]
        popular = serving.stock.popularity(found)
        shown = found[np.lexsort((found, -popular))][: 20 * n].tolist()  # titles are read of these only
        shown.sort(key=lambda number: not serving.stock.name(number).lower().startswith(words))
        return [serving.cards.bare(number) for number in shown[:n]]

    def listeners(self, prefix: str = "", limit: int = 50) -> list[ListenerView]:
        """Listeners whose id starts with the prefix, those who took most first."""
        serving = self._fresh()
        who = serving.snapshot.listeners
        plays = serving.plays
        out = []
        for row in np.lexsort((who.numbers, -plays)).tolist():
            id = who.id(int(who.numbers[row]))
            if id.startswith(prefix):
                out.append(ListenerView(id, int(plays[row]), who.country[row].decode()))
                if len(out) == limit:
                    break
        return out

    @property
    def library(self) -> Library:
        """What listeners heard, love and keep."""
        return Library(self.workspace, self.tenant)

    @property
    def browse(self) -> Browse:
        """The catalogue of the release by artist and album."""
        return Browse(self._fresh())

    # --- telling ----------------------------------------------------------------------------------------------------

    def append(self, events: Sequence[AnyEvent], items: Sequence[Item] = ()) -> Receipt:
        """Write events to the log; durable when this returns, and known to every request that starts after it.

        `items` are facts about what the events name, where the catalogue may not have it: see `segue.store.merging`.
        """
        with self._lock:
            receipt = self.workspace.log.append(events, items, self.tenant)
            serving = self._serving
            listening = serving.listening
            own = all(e.tenant == self.tenant for e in events)
            if own and receipt.accepted == len(events) == receipt.last_seq - listening.seen:
                for event in events:  # nobody else wrote in between, so that they need not be read back
                    self._add(serving, event)
                listening.seen = receipt.last_seq
            elif receipt.accepted:
                self._catch_up(serving)
        return receipt

    def take(self, batches: Sequence[Batch]) -> tuple[Taken, ...]:
        """Batches of events in one commit; durable when this returns, and known to every request that starts after."""
        written = self.intake.take(batches)
        with self._lock:
            listening = self._serving.listening
            if len(written.fresh) > FEW or len(written.fresh) != written.last_seq - listening.seen:
                self._behind = max(self._behind, written.last_seq)  # read back when somebody asks
                return written.taken
            for event in written.fresh:  # nobody else wrote in between, so that they need not be read back
                self._add(self._serving, event)
            listening.seen = written.last_seq
        return written.taken

    def _log_shown(self, table: pa.Table) -> None:
        """Write impressions; they change no history, and so need not be read back where nobody wrote in between."""
        with self._lock:
            receipt, listening = self.workspace.log.append_table(table), self._serving.listening
            if receipt.accepted == receipt.last_seq - listening.seen:
                listening.seen = receipt.last_seq

    def _tell_book(self, serving: Serving, every_s: float = 0.0) -> None:
        """Features take in what the log has. Many events at once cost as much as one, so that pages wait a moment."""
        if serving.book is not None and time.monotonic() - self._told >= every_s:
            self._told = time.monotonic()
            serving.book.catch_up(self.workspace.log, self.tenant)

    def _add(self, serving: Serving, event: Event) -> None:
        item = getattr(event, "item", None)
        if item is None or not serving.listening.counts(event):
            return
        catalogue = self.workspace.catalogue
        number, listener = catalogue.number(self.tenant, item), catalogue.listener_number(self.tenant, event.listener)
        if number is not None and listener is not None:
            serving.listening.add(event, listener, number)

    def _catch_up(self, serving: Serving) -> None:
        """Take in what the log has and this release's histories have not."""
        listening, log = serving.listening, self.workspace.log
        while log.last_seq > listening.seen:
            last = log.last_seq
            table = log.tail(self.tenant, listening.seen, limit=AT_ONCE, columns=NEEDED)
            if not len(table):
                listening.seen = last  # of other tenants
                break
            listening.absorb(self._recognized(serving, table))
        self._tell_book(serving)

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
        """What serves now, with the events of other processes that are older than a moment."""
        if self._behind > self._serving.listening.seen:
            with self._lock:
                self._catch_up(self._serving)
        if time.monotonic() - self._polled > POLL_S and self._lock.acquire(blocking=False):
            try:
                self._polled = time.monotonic()
                self._catch_up(self._serving)
            finally:
                self._lock.release()
        return self._serving

    def _impressions(self) -> ImpressionWriter:
        if self._writer is not None:  # asked without the lock, which is held while events go to the disk
            return self._writer
        with self._lock:
            if self._writer is None:
                self._writer = ImpressionWriter(self._log_shown)
            return self._writer

    # --- names to numbers -------------------------------------------------------------------------------------------

    def _begin(self, listener: str, context: Context | None) -> tuple[Serving, int, Context]:
        """What serves, the listener's number (0: nobody we know) and the request's circumstances, completed."""
        serving = self._fresh()
        number = self.workspace.catalogue.listener_number(self.tenant, listener) or 0
        context = context or Context()
        who = serving.snapshot.listeners
        row = who.row(number)
        country = context.country or (who.country[row].decode() if row >= 0 else "")
        zone, now = context.zone or zone_of(country), context.now or _now()
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
                exclude=tuple(self._exclusion(serving, e) for e in (*serving.settings.exclude, *context.exclude)),
            ),
        )

    def _exclusion(self, serving: Serving, text: str) -> str:
        form, what = parse_exclusion(text)
        known = form in ("tag", "kind") or what.isdigit()
        return f"{form}:{what}" if known else f"{form}:{self._number(serving, what)}"

    def _number(self, serving: Serving, text: str) -> int:
        """Number of an item of the snapshot by uri, id or title, or UnknownName."""
        facts = serving.snapshot.catalogue
        if text.startswith("segue:"):
            number = self.workspace.catalogue.number(self.tenant, text)
            found = [] if number is None else facts.current(np.array([number])).tolist()
        else:
            found = facts.find(text)
        if not found or not found[0]:
            near: Ids = facts.containing(text)[:5] if not text.startswith("segue:") else np.zeros(0, np.int32)
            raise UnknownName("item", text, [facts.title(int(i)) for i in near])
        return int(found[0])


def open_service(workspace: Path | str | Workspace, tenant: str | None = None) -> Service:
    """The service of a workspace and tenant (default: that of its settings). NotReady where nothing is released yet."""
    owns = not isinstance(workspace, Workspace)
    opened = workspace if isinstance(workspace, Workspace) else Workspace.open(Path(workspace))
    try:
        return Service(opened, tenant or opened.settings.tenant, owns)
    except BaseException:
        if owns:
            opened.close()
        raise


def reports_of(workspace: Path, tenant: str | None = None) -> Path:
    """The folder of what checks said of a tenant's data, whether anything is released or not."""
    with Workspace.open(workspace) as opened:
        return opened.derived(CHECKS, tenant or opened.settings.tenant)


def _kind(kind: Kind | str) -> Kind:
    return kind if isinstance(kind, Kind) else Kind.parse(kind)


def _readable(serving: Serving) -> None:
    """NotReady where the release has no place for words."""
    space = serving.stock.space
    if space is None or space.words is None:
        raise NotReady("this release places no words: run `segue train`, with titles, tags or descriptions imported")


def _now() -> int:
    return int(time.time() * 1000)
