"""Each rule on a case whose answer is known."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from segue.core.errors import UnknownName, UsageError
from segue.core.settings import Settings
from segue.core.types import Candidates, Context, Kind, Query
from segue.rules import RULES, run
from segue.rules._standing import standing
from segue.surfaces.serving import Serving

NOW, DAY_MS = 1_790_000_000_000, 86_400_000


@pytest.fixture
def query() -> Query:
    return Query("default", 1, context=Context(now=NOW), kind=Kind.TRACK)


@pytest.fixture
def fell(serving: Serving):
    """Ids of what falls to a rule out of the whole catalogue, best first by number."""
    facts = serving.snapshot.catalogue

    def falls(name: str, query: Query, settings: Settings | None = None, kind: Kind | None = Kind.TRACK) -> set[str]:
        items = facts.items if kind is None else facts.of_kind(kind)
        offered = Candidates.of(items, np.zeros(len(items), np.float32), "all")
        left = RULES[name](facts, settings or Settings())(query, offered)
        return {facts.source_id(int(i)) for i in np.setdiff1d(items, left.items)}

    return falls


def number(serving: Serving, id: str) -> int:
    return serving.snapshot.catalogue.find(id)[0]


def test_standing_counts_equals_above() -> None:
    assert standing(np.array([4, 4, 9, 4, 9], np.int32)).tolist() == [0, 1, 0, 2, 1]
    assert standing(np.zeros(0, np.int32)).tolist() == []


def test_artist_and_album_caps_keep_the_best(serving: Serving, query: Query, fell) -> None:
    assert len(fell("artist-cap", query, Settings(artist_cap=2))) == 12 * 6
    assert len(fell("album-cap", query, Settings(album_cap=1))) == 12 * 8 - 24
    assert fell("artist-cap", query, Settings(artist_cap=8)) == set()
    assert fell("artist-cap", replace(query, kind=Kind.SHOW), kind=Kind.SHOW) == set()  # nobody is known: no cap


def test_explicit(query: Query, fell) -> None:
    assert fell("explicit", query) == set()
    clean = replace(query, context=replace(query.context, explicit=False))
    assert fell("explicit", clean) == {f"a{a}t6" for a in range(12)}


def test_available_by_country_and_time(query: Query, fell) -> None:
    there = replace(query, context=replace(query.context, country="DE"))
    later = replace(query, context=replace(query.context, country="DE", now=NOW + 2 * DAY_MS))
    assert fell("available", query) == {"a0t4", "a1t4", "a0t5", "a1t5"}
    assert fell("available", there) == {"a0t4", "a1t4"}
    assert fell("available", later) == set()


def test_kind(query: Query, fell) -> None:
    gone = fell("kind", query, kind=None)
    assert "b0" in gone
    assert "s0" in gone
    assert not any("t" in id and id.startswith("a") for id in gone)


def test_heard_lately_follows_the_dial(serving: Serving, query: Query, fell) -> None:
    ids = ("a0t0", "a0t1", "a0t2")
    history = np.array([number(serving, i) for i in ids], np.int32)
    at = np.array([NOW - 100 * DAY_MS, NOW - 20 * DAY_MS, NOW - 1 * DAY_MS])
    heard = replace(query, history=history, weights=np.ones(3, np.float32), at=at)

    def dial(f: float) -> Query:
        return replace(heard, context=replace(heard.context, familiarity=f))

    assert fell("heard-lately", dial(0.0)) == fell("heard-lately", dial(0.5)) == {"a0t1", "a0t2"}
    assert fell("heard-lately", dial(0.75)) == {"a0t2"}
    assert fell("heard-lately", dial(1.0)) == set()
    assert fell("heard-lately", heard, Settings(heard_days=0)) == set()
    untimed = replace(heard, at=np.arange(3))
    assert fell("heard-lately", untimed) == set(ids)
    returned = replace(heard, context=replace(heard.context, now=NOW + 400 * DAY_MS))
    assert fell("heard-lately", returned) == {"a0t1", "a0t2"}  # a year away: the last month still counts


def test_skipped_twice_lately(serving: Serving, query: Query, fell) -> None:
    once, twice, old = (number(serving, i) for i in ("a0t0", "a0t1", "a0t2"))
    skipped = np.array([old, old, once, twice, twice], np.int32)
    at = NOW - np.array([90, 80, 2, 2, 1]) * DAY_MS
    assert fell("skipped-lately", replace(query, skipped=skipped, skipped_at=at)) == {"a0t1"}


@pytest.mark.parametrize(
    ("exclusion", "gone"),
    [
        ("tag:christmas", {"a0t7"}),
        ("tag:christ", set()),  # whole words only
        ("tag:rock", {f"a{a}t{t}" for a in range(0, 12, 2) for t in range(8)}),  # by its artist's genre
        ("tag:song 3", {f"a{a}t3" for a in range(12)}),  # by title
        ("kind:track", {f"a{a}t{t}" for a in range(12) for t in range(8)}),
        ("kind:audiobook", set()),
    ],
)
def test_exclusions(query: Query, fell, exclusion: str, gone: set[str]) -> None:
    assert fell("excluded", replace(query, context=replace(query.context, exclude=(exclusion,)))) == gone


def test_exclusions_by_number_and_bad_ones(serving: Serving, query: Query, fell) -> None:
    artist, item = number(serving, "a3"), number(serving, "a2t2")
    both = replace(query, context=replace(query.context, exclude=(f"artist:{artist}", f"item:{item}")))
    assert fell("excluded", both) == {f"a3t{t}" for t in range(8)} | {"a2t2"}
    for bad, error in (("christmas", UsageError), ("kind:smell", UnknownName), ("item:segue:track:x", UsageError)):
        with pytest.raises(error):
            fell("excluded", replace(query, context=replace(query.context, exclude=(bad,))))


def test_the_runner_says_what_fell_to_which(serving: Serving, query: Query) -> None:
    facts = serving.snapshot.catalogue
    items = facts.of_kind(Kind.TRACK)
    rules = {name: RULES[name](facts, Settings()) for name in ("explicit", "artist-cap")}
    clean = replace(query, context=replace(query.context, explicit=False))
    fell: Counter[str] = Counter()
    left = run(rules, clean, Candidates.of(items, np.zeros(len(items), np.float32), "all"), fell)
    assert fell == {"explicit": 12, "artist-cap": 12 * 5}
    assert len(left) == len(items) - sum(fell.values())
    assert len(run(rules, clean, left, fell, without=("explicit", "artist-cap"))) == len(left)
