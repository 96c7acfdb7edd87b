"""Rankers: the same items with new scores; and the dial's share of the familiar, which never falls."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.core.types import Candidates, Context, Kind, Query
from segue.ranking import RANKERS
from segue.ranking.dial import Dial
from segue.surfaces.serving import Serving

CARDS = 12


def request(serving: Serving, seed: int, dial: float) -> tuple[Query, Candidates]:
    rng = np.random.default_rng(seed)
    items = serving.snapshot.catalogue.of_kind(Kind.TRACK)
    history = rng.choice(items, int(rng.integers(0, 20)))
    query = Query(
        "default", 1, history, np.ones(len(history), np.float32), np.arange(len(history)), Context(familiarity=dial)
    )
    pool = rng.permutation(items)[: int(rng.integers(1, len(items)))]
    return query, Candidates.of(pool, rng.normal(size=len(pool)).astype(np.float32), "test")


@pytest.mark.parametrize("name", RANKERS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), dial=st.floats(0, 1))
def test_every_ranker_gives_the_same_items_sound_scores(name: str, serving: Serving, seed: int, dial: float) -> None:
    query, candidates = request(serving, seed, dial)
    ranker = RANKERS[name](serving.snapshot.catalogue)
    ranked = ranker(query, candidates)
    assert ranked.items.tolist() == candidates.items.tolist()
    assert np.isfinite(ranked.scores).all()
    assert ranker(query, candidates).scores.tolist() == ranked.scores.tolist()
    assert len(ranker(query, Candidates.none())) == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_the_share_of_the_familiar_never_falls(serving: Serving, seed: int) -> None:
    ranker = Dial(serving.snapshot.catalogue)
    shares = []
    for dial in np.linspace(0, 1, 9):
        query, candidates = request(serving, seed, float(dial))
        heard, known = ranker.classes(query, candidates)
        best = np.argsort(-ranker(query, candidates).scores, kind="stable")[:CARDS]
        shares.append(float((heard | known)[best].mean()))
    assert all(a <= b + 1 / len(best) + 1e-6 for a, b in pairwise(shares)), shares  # of rounding, one card
    query, candidates = request(serving, seed, 0.0)
    heard, known = ranker.classes(query, candidates)
    new = int((~heard & ~known).sum())
    if len(query.history):
        assert shares[0] <= max(0, 1 - new / min(CARDS, len(candidates))) + 1e-6, "0 is all new while there is any"
        familiar = int((heard | known).sum())
        assert shares[-1] >= min(1, familiar / min(CARDS, len(candidates))) - 1e-6, "1 is all familiar"


def test_the_middle_is_the_models_own_share(serving: Serving) -> None:
    ranker, off = Dial(serving.snapshot.catalogue), []
    for seed in range(40):
        query, candidates = request(serving, seed, 0.5)
        heard, known = ranker.classes(query, candidates)
        unheard = candidates.take(~heard)
        if len(unheard) < 24 or not len(query.history):
            continue
        own = known[~heard][np.argsort(-unheard.scores, kind="stable")[:24]].mean()
        shown = known[~heard][np.argsort(-ranker(query, unheard).scores, kind="stable")[:24]].mean()
        off.append(abs(own - shown))
    assert len(off) > 5
    assert max(off) <= 1 / 24 + 1e-6
