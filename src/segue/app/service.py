"""Home, and what of it goes to the log."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from segue.app.answers import Answers
from segue.app.behind import Behind
from segue.app.live import TELL_S, kind_of, now_ms
from segue.core.errors import NotReady
from segue.core.slates import Home
from segue.core.tracing import span
from segue.core.types import Context, Kind
from segue.store.pages import LastPages
from segue.store.receipts import Receipt, erase
from segue.store.workspace import PAGES, Workspace
from segue.surfaces.cards import decision_view
from segue.surfaces.home import last
from segue.surfaces.home.kept import Kept
from segue.surfaces.home.kitchen import Kitchen
from segue.surfaces.home.recording import is_kept
from segue.surfaces.home.taught import REPORT
from segue.surfaces.home.told import PageMade
from segue.surfaces.impressions import ImpressionWriter, Shown, shown_rows
from segue.surfaces.serving import Serving
from segue.surfaces.views import HomeReport, HomeText, HomeView

AS_IT_WAS_MS = 300_000  # a page is made anew at least this often, since the time of day counts
VISIT_MS = 1_800_000  # for as long the same chance decides
KEPT, LAST = PageMade(kept=True), PageMade(kept=False, last=True)
RENEWED_MS = 60_000  # a page last made that is older and was shown once more is made anew behind it
OLD_MS = 43_200_000  # pages made ahead are made again when they are as old as that
JUST_MADE = 300  # pages kept while nothing happens to their listeners; each takes some 150 kB


@dataclass(frozen=True, slots=True)
class Made:
    """A page, as it is seen and as it came about."""

    view: HomeView
    home: Home
    moment: Mapping[str, Any]  # what the log keeps of the circumstances


@dataclass(frozen=True, slots=True)
class Again:
    """A page last made, as it is sent once more."""

    view: HomeView | HomeText
    home: Home | None  # None: for nobody who writes it to the log
    moment: Mapping[str, Any]


class Service(Answers):
    """What the web, the command line and agents may call. Safe for several threads. Close it when done."""

    def __init__(self, workspace: Workspace, tenant: str, owns: bool = False, keep_pages: bool = False) -> None:
        """`keep_pages`: the page last made for each listener is kept, to be shown again while `pressed` says so."""
        super().__init__(workspace, tenant, owns)
        self.on_page: Callable[[PageMade], None] | None = None  # is told of every page that `home` gives
        self.pressed: Callable[[], bool] = lambda: False  # whether more pages are asked for than can be made
        self._keep_pages = keep_pages
        self._pages: Kept[Made] = Kept(JUST_MADE)
        self._last = self._last_pages()
        self._behind = Behind()
        self._writer: ImpressionWriter | None = None

    def close(self) -> None:
        """Write what is still to be written. A workspace that was given open stays open."""
        self._write_impressions()
        self._behind.close()
        self._last.close()
        super().close()

    def erase(self, listener: str, keys: int = 0) -> Receipt:
        """Forget a listener, what waits to be written included, and open the release anew without them."""
        self._write_impressions()
        receipt = erase(self.workspace, self.tenant, listener, keys)
        self.reload()
        return receipt

    def reload(self) -> bool:
        """As `Live.reload`; last pages may have gone with somebody who was erased, and are looked for anew."""
        taken = super().reload()
        if taken:
            before, self._last = self._last, self._last_pages()
            before.close()
        return taken

    def _last_pages(self) -> LastPages:
        most = self._serving.settings.pages_kept if self._keep_pages else 0
        return LastPages(self.workspace.derived(PAGES, self.tenant), most)

    def _write_impressions(self) -> None:
        with self._lock:
            writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def home(
        self,
        listener: str,
        context: Context | None = None,
        kinds: Collection[Kind | str] | None = None,
        log_impressions: bool = False,
    ) -> HomeView:
        """The page of a listener. An unknown one gets what is popular, `known=False`.

        `kinds` limits the page to items of these kinds. With `log_impressions` what is shown, and how likely
        it was to be, is written to the log, a moment later. While `pressed` says so, it is the page last made for the
        listener within a day, where all of it may still be shown; for who has none it is a short one, unless an
        activity is named.
        """
        view = self.home_to_send(listener, context, kinds, log_impressions)
        return view if isinstance(view, HomeView) else view.view()

    def home_to_send(
        self,
        listener: str,
        context: Context | None = None,
        kinds: Collection[Kind | str] | None = None,
        log_impressions: bool = False,
    ) -> HomeView | HomeText:
        """As `home`, for who makes JSON of it: a page that was made before may be that already."""
        pages, pretended = self._last, context is not None and context.clock >= 0
        serving, number, context = self._begin(listener, context)
        only = None if kinds is None else tuple(kind_of(k) for k in kinds)
        moment = replace(context, now=context.now // AS_IT_WAS_MS)
        key = (serving.release.id, number, serving.listening.version(number), moment, only)
        about = last.asked(context, only) if self._keep_pages and number and not pretended else ""
        made: Made | Again | None = self._pages.get(key)
        told, short = KEPT, False
        if made is None and about and self.pressed():
            found = self._last_found(pages, serving, number, context, only, about, log_impressions)
            made, told = self._still(found, serving, number, context, only), LAST
            short = found is None and not context.activity  # its shelves are not among the quick ones
            if short or (made is not None and context.now - made.view.made > RENEWED_MS):
                self._behind.put((number, about), partial(self._renew, number, context, only, about))
        if made is None:
            self._tell_book(serving, TELL_S)
            begun = time.thread_time()
            with span("home", release=serving.release.id):
                new, told = self._make_home(serving, number, context, only, short)
            made, told = new, replace(told, took=time.thread_time() - begun)
            if not new.view.short:
                self._pages.put(key, new)
                self._keep_last(pages, serving, number, about, new)
        if self.on_page is not None:
            self.on_page(told)
        view = msgspec.structs.replace(made.view, page=uuid.uuid4().hex, listener=listener)
        if log_impressions and made.home is not None:
            at = max(now_ms(), made.moment["now"])
            self._impressions().put(Shown(view.page, self.tenant, listener, at, made.home, made.moment, number))
        return view

    def _last_found(
        self, pages: LastPages, serving: Serving, number: int, context: Context, kinds: Collection[Kind] | None,
        about: str, whole: bool,
    ) -> last.Last | None:  # fmt: skip
        """The page last made for a listener, for this device or for none; `whole`: with what was decided, which it has
        anyway where its text is no longer what would be written."""
        found = last.kept(pages, number, about, context.now, whole)
        if found is None and context.device:
            about = last.asked(replace(context, device=""), kinds)
            found = last.kept(pages, number, about, context.now, whole)
        if found is None or whole or found.reads_as(_facts(serving), serving.listening.saved(number)):
            return found
        return last.kept(pages, number, about, context.now, whole=True)

    def _still(
        self, found: last.Last | None, serving: Serving, number: int, context: Context, kinds: Collection[Kind] | None
    ) -> Again | None:
        """A page last made, where there is one and it may be shown now."""
        if found is None or not last.stands(found, serving.kitchen(number, context, kinds)):
            return None
        home, moment = (None, {}) if found.body is None else (found.body.home, found.body.moment)
        if home is None or found.reads_as(_facts(serving), serving.listening.saved(number)):
            return Again(found.text(self.tenant, serving.snapshot.simulated), home, moment)
        return Again(self._view(serving, number, home, moment), home, moment)

    def _renew(self, number: int, context: Context, kinds: Collection[Kind] | None, about: str) -> None:
        """Make the page that is shown next time, while there is no time to make those that are asked for."""
        if self.pressed():
            pages, serving = self._last, self._fresh()
            self._tell_book(serving, TELL_S)
            home, moment, _ = self._built(serving, number, context, kinds)
            made = Made(self._view(serving, number, home, moment), home, moment)
            self._keep_last(pages, serving, number, about, made)

    def awaited(self, since: int) -> tuple[tuple[str, ...], int]:
        """Listeners who took something since (UTC ms) and have no page that would do, who did so last first; and how
        many have one: of this release, and of the last OLD_MS.

        No more than are kept.
        """
        serving, now = self._fresh(), now_ms()
        at, enough = self._last.newest(), max(self.released, now - OLD_MS)
        lately = serving.listening.lately(since)[: serving.settings.pages_kept].tolist()
        due = [number for number in lately if not enough <= at.get(number, 0) <= now]
        names = self.workspace.catalogue.listener_ids(due)
        return tuple(names[number] for number in due if number in names), len(lately) - len(due)

    def make_ahead(self, listener: str) -> bool:
        """Make the page of a listener for the hour at which they are expected, and keep it as the one last made; False
        for nobody we know."""
        pages = self._last
        serving, number, context = self._begin(listener, None)
        if number:
            self._tell_book(serving, TELL_S)
            kitchen = serving.kitchen(number, context, None)
            then = context.now if kitchen.section is None else kitchen.board.habits(kitchen.main).expected
            home, moment, _ = self._built(serving, number, replace(context, now=then), None)
            moment = {**moment, "now": context.now}
            made = Made(self._view(serving, number, home, moment), home, moment)
            self._keep_last(pages, serving, number, last.asked(context, None), made)
        return bool(number)

    def _keep_last(self, pages: LastPages, serving: Serving, number: int, about: str, made: Made) -> None:
        """`pages` as they were when the making began: they are closed when somebody is erased meanwhile."""
        if not about:
            return
        last.keep(pages, number, about, made.home, made.moment, made.view, _facts(serving))
        if not self.workspace.catalogue.listener_ids([number]):  # erased while it was made, perhaps by another process
            pages.drop()

    def page(self, listener: str, context: Context | None = None) -> Shown:
        """The same page in numbers, not looked up among those just made: what a closed loop asks for."""
        serving, number, context = self._begin(listener, context)
        self._tell_book(serving)
        home, moment, _ = self._built(serving, number, context, None)
        return Shown(uuid.uuid4().hex, self.tenant, listener, context.now, home, moment)

    def log_pages(self, pages: Sequence[Shown]) -> None:
        """Write pages that were shown; on disk when this returns. Not those of listeners who were erased since."""
        known = self.workspace.catalogue.listener_ids([shown.number for shown in pages if shown.number])
        pages = [shown for shown in pages if not shown.number or shown.number in known]
        if pages:
            self._log_shown(shown_rows(pages))

    def _make_home(
        self, serving: Serving, number: int, context: Context, kinds: Collection[Kind] | None, short: bool = False
    ) -> tuple[Made, PageMade]:
        """A page without its id and its listener's; a short one where that is asked, and there are shelves for it."""
        home, moment, kitchen = self._built(serving, number, context, kinds, short)
        if short and not home.shelves:
            return self._make_home(serving, number, context, kinds)
        told = PageMade(False, len(home.shelves), dict(kitchen.got), tuple(kitchen.empty), short=short)
        return Made(self._view(serving, number, home, moment, short), home, moment), told

    def _view(
        self, serving: Serving, number: int, home: Home, moment: Mapping[str, Any], short: bool = False
    ) -> HomeView:
        """Without the page's id and its listener's. `release` is that which it was made by."""
        release = home.decisions[0].shelf.release if home.decisions else serving.release.id
        return HomeView(
            "", self.tenant, "", release, serving.cards.shelves(home, serving.listening.saved(number)),
            decision_view(home), serving.snapshot.simulated, bool(moment["known"]), int(moment["now"]), short,
        )  # fmt: skip

    def _built(
        self, serving: Serving, number: int, context: Context, kinds: Collection[Kind] | None, short: bool = False
    ) -> tuple[Home, Mapping[str, Any], Kitchen]:
        """A page, what the log keeps of its moment, and what it was made in.

        Within a visit chance stays the same, so that a page does not jump when something is played; it follows from the
        listener and the time, so that two servers make one page.
        """
        visit = context.now // VISIT_MS
        rng = np.random.default_rng([serving.settings.seed, number, visit])
        recorded = is_kept(number, visit, serving.settings.features_kept)
        home, kitchen = serving.home(number, context, rng, kinds, recorded=recorded, short=short)
        return home, {
            "now": context.now, "hour": kitchen.query.hour, "device": context.device, "country": context.country,
            "known": any(len(q.history) for q in kitchen.board.queries.values()), "segment": kitchen.segment,
            "taught": serving.taught,
        }, kitchen  # fmt: skip

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

    def _log_shown(self, table: pa.Table) -> None:
        """Write impressions; they change no history, and so need not be read back where nobody wrote in between."""
        receipt = self.workspace.log.append_table(table)
        with self._lock:
            listening = self._serving.listening
            if receipt.accepted == receipt.last_seq - listening.seen:
                listening.seen = receipt.last_seq

    def _impressions(self) -> ImpressionWriter:
        if self._writer is not None:  # asked without the lock, which is held while events go to the disk
            return self._writer
        with self._lock:
            if self._writer is None:
                self._writer = ImpressionWriter(self.log_pages)
            return self._writer


def _facts(serving: Serving) -> str:
    return last.facts_of(serving.release.manifest.snapshot)
