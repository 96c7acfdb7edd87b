"""What Home's operators see: each policy's traffic and worth, what exploring cost, what others would have given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from segue.core.events import Play
from segue.core.settings import Settings
from segue.core.types import F64, I64, Bools
from segue.evaluation.calibration import wilson
from segue.evaluation.ope import judge
from segue.evaluation.ope.intervals import interval
from segue.evaluation.ope.terms import Terms
from segue.jobs.rows import ASSUMES, Rows, given_up, most_exploring, not_best, settled
from segue.policies import POLICIES, by_scores
from segue.store.catalogue_view import CatalogueView
from segue.store.decisions import Slates
from segue.store.edge import CODES
from segue.store.outcomes import Outcomes
from segue.surfaces.home.page import LOOK
from segue.surfaces.home.ways import POPULARITY
from segue.surfaces.views import ArmReport, DayReport, HomeReport, Judged, PolicyReport, Range, RankerReport

DAY_MS = 86_400_000
JUDGED_ROWS = 6_000  # newest rows that others are judged from
TOP = 15
SHELF_TITLES = {
    "made-for-you": "Made for you", "jump-back-in": "Jump back in", "mix": "Your daily mixes",
    "because": "Because you listened to …", "discover": "Discover", "new-in-genres": "New in your genres",
    "popular": "Popular near you", "shows": "Shows you might like", "audiobooks": "Audiobooks for you",
    "genre": "In a genre", "more-like": "More like …", "for-activity": "For an activity",
    "good-morning": "Good morning", "focus": "Focus", "workout": "Workout", "wind-down": "Wind down",
}  # fmt: skip
"""Of shelves whose title depends on who looks, one that does not; a shelf that is not here goes by its key."""


@dataclass(frozen=True)
class Shown:
    """Pages and what they led to, with what is counted of them."""

    slates: Slates
    outcomes: Outcomes
    facts: CatalogueView
    page: I64  # (R,) code of the page of each row
    pages: int
    found: Bools  # (C,) streams of artists that were new to the listener

    @classmethod
    def of(cls, slates: Slates, outcomes: Outcomes, facts: CatalogueView, plays: pa.Table) -> Shown:
        """`plays`: rows of the log with listener, item and at."""
        names, codes = np.unique(np.array(slates.page, dtype=object), return_inverse=True)
        found = outcomes.streamed & _new_artists(slates, facts, plays)
        return cls(slates, outcomes, facts, codes.astype(np.int64), len(names), found)

    def by_page(self, of_card: np.ndarray) -> F64:
        """(P,) sums over the cards of each page."""
        return np.bincount(self.page[self.slates.chosen_row], of_card, self.pages).astype(np.float64)


def home_report(
    shown: Shown,
    settings: Settings,
    tenant: str,
    release: str = "",
    rankers: Sequence[RankerReport] = (),
    seed: int = 0,
) -> HomeReport:
    """Of all pages given."""
    s, o = shown.slates, shown.outcomes
    return HomeReport(
        tenant=tenant, release=release, policy=settings.policy, exploring=settings.explore, control=settings.control,
        since=int(s.at.min()) if len(s) else 0, until=int(s.at.max(initial=0)), pages=shown.pages,
        seen=int(o.seen.sum()), waiting=int((o.seen & ~o.settled).sum()), policies=_policies(shown, seed),
        judged=_judged(shown, seed), shelves=_shelves(shown), items=_items(shown), days=_days(shown),
        rankers=tuple(rankers),
    )  # fmt: skip


def _policies(shown: Shown, seed: int) -> tuple[PolicyReport, ...]:
    s, o = shown.slates, shown.outcomes
    first = np.unique(shown.page, return_index=True)[1]  # a row of each page
    policy = np.array(s.policy, dtype=object)[first]
    listener = s.listener[first]
    streams, found = shown.by_page(o.streamed), shown.by_page(shown.found)
    seen, cards = shown.by_page(o.seen), shown.by_page(np.ones(len(o)))
    other = shown.by_page(not_best(s))
    taught = np.array([bool(c.get("taught")) for c in s.context])[first] & (policy != POPULARITY)  # scores are rewards
    cost = np.bincount(shown.page, given_up(s, LOOK.tolist()), shown.pages)
    out = []
    for name in sorted(set(policy.tolist()), key=lambda n: -int((policy == n).sum())):
        mine = policy == name
        out.append(
            PolicyReport(
                policy=name, pages=int(mine.sum()), listeners=len(np.unique(listener[mine])),
                share=float(mine.mean()), seen=int(seen[mine].sum()),
                streams=_mean(streams[mine], listener[mine], seed),
                discoveries=_mean(found[mine], listener[mine], seed),
                explored=float(other[mine].sum() / max(1.0, cards[mine].sum())),
                cost=_mean(cost[mine & taught], listener[mine & taught], seed) if (mine & taught).any() else None,
            )
        )  # fmt: skip
    return tuple(out)


def _judged(shown: Shown, seed: int) -> tuple[Judged, ...]:
    """From the pages of the policy that shows most and leaves something to chance."""
    s, o = shown.slates, shown.outcomes
    own = most_exploring(s)
    keep = np.array([p == own for p in s.policy], np.bool_) & settled(s, o)
    keep[np.flatnonzero(keep)[:-JUDGED_ROWS]] = False
    if not own or not keep.any():
        return ()
    rows, rng = Rows.of(s, o, keep), np.random.default_rng(seed)
    out = []
    for name in by_scores():
        report = judge(rows.log, rows.chances(POLICIES[name](), shown.facts, rng), policy=name)
        known = report.value is not None and report.low is not None and report.high is not None
        value = Range(report.value, report.low, report.high) if known else None  # type: ignore[arg-type]
        out.append(
            Judged(
                policy=name, streams=value, refused=report.refused, effective=report.overlap.effective,
                estimator=f"{report.estimator}; {ASSUMES}",
            )
        )  # fmt: skip
    return tuple(out)


def _shelves(shown: Shown) -> tuple[ArmReport, ...]:
    s, o = shown.slates, shown.outcomes
    names, code = np.unique([key.partition(":")[0] for key in s.shelf], return_inverse=True)
    found = [
        _arm(str(name), SHELF_TITLES.get(str(name), str(name)), o, code[s.chosen_row] == i)
        for i, name in enumerate(names)
    ]
    return tuple(sorted(found, key=lambda a: -a.rate.mean))


def _items(shown: Shown) -> tuple[ArmReport, ...]:
    s, o, facts = shown.slates, shown.outcomes, shown.facts
    items, code = np.unique(s.items, return_inverse=True)
    streams = np.bincount(code, o.streamed, len(items))
    top = np.lexsort((items, -streams))[:TOP]
    return tuple(
        _arm(facts.uri(int(items[i])), facts.title(int(items[i])), o, code == i)
        for i in top
        if streams[i] > 0 and facts.row(int(items[i])) >= 0
    )


def _arm(key: str, title: str, o: Outcomes, cards: Bools) -> ArmReport:
    seen, streams = int((o.seen & cards).sum()), int((o.streamed & cards).sum())
    looked = max(seen, streams)  # what was streamed away from its page was not known to be seen
    rate = streams / max(1, looked)
    return ArmReport(
        key=key, title=title, shown=int(cards.sum()), seen=seen, streams=streams,
        rate=Range(rate, *wilson(rate, looked)),
    )  # fmt: skip


def _days(shown: Shown) -> tuple[DayReport, ...]:
    s = shown.slates
    first = np.unique(shown.page, return_index=True)[1]
    day = s.at[first] // DAY_MS
    policy = np.array(s.policy, dtype=object)[first]
    streams = shown.by_page(shown.outcomes.streamed)
    out = []
    for d in np.unique(day).tolist():
        for name in sorted(set(policy[day == d].tolist())):
            mine = (day == d) & (policy == name)
            date = datetime.fromtimestamp(d * DAY_MS / 1000, UTC).date().isoformat()
            out.append(DayReport(day=date, policy=name, pages=int(mine.sum()), streams=float(streams[mine].mean())))
    return tuple(out)


def _mean(values: F64, listener: np.ndarray, seed: int) -> Range:
    """A mean over pages with its interval over listeners."""
    who, code = np.unique(listener, return_inverse=True)
    terms = Terms(values[:, None], np.ones((len(values), 1))).by(code, len(who))
    low, high = interval(terms, seed=seed) if len(who) > 1 else (float("-inf"), float("inf"))
    mean = float(values.mean())
    return Range(mean, low if np.isfinite(low) else mean, high if np.isfinite(high) else mean)


def _new_artists(slates: Slates, facts: CatalogueView, plays: pa.Table) -> Bools:
    """(C,) cards by artists (or shows, authors) that the listener had not played before the page."""
    if "type" in plays.column_names:
        plays = plays.filter(pa.array(plays["type"].to_numpy() == CODES[Play]))
    first: dict[int, int] = {}
    keys = plays["listener"].to_numpy().astype(np.int64) << 32 | _maker(plays["item"].to_numpy(), facts)
    at = plays["at"].to_numpy()
    order = np.argsort(at, kind="stable")[::-1]
    first.update(zip(keys[order].tolist(), at[order].tolist()))  # the earliest is put in last
    row = slates.chosen_row
    mine = slates.listener[row].astype(np.int64) << 32 | _maker(slates.items, facts)
    never = np.iinfo(np.int64).max
    began = np.array([first.get(k, never) for k in mine.tolist()], np.int64)
    return np.asarray(began >= slates.at[row], np.bool_)


def _maker(numbers: np.ndarray, facts: CatalogueView) -> I64:
    """(K,) the artist of an item; of one without, the show or the item itself."""
    row = facts.rows(numbers.astype(np.int32))
    artist, album = facts.artist[row], facts.album[row]
    own = np.where(artist > 0, artist, np.where(album > 0, album, numbers))
    return np.where(row >= 0, own, numbers).astype(np.int64)
