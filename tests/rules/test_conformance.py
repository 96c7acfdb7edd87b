"""What every rule must be, by being in the folder: it keeps a subset, in order, and never rescores."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.core.settings import Settings
from segue.core.types import Candidates, Context, Kind, Query
from segue.rules import CAPS, RULES, make_rules
from segue.surfaces.serving import Serving

NOW = 1_790_000_000_000


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, object], list[int], list[int], list[int]]:
    numbers = st.lists(st.integers(0, 10_000), max_size=40)
    context = {
        "now": NOW, "country": draw(st.sampled_from(["", "SE", "DE"])), "explicit": draw(st.booleans()),
        "familiarity": draw(st.sampled_from([0, 0.3, 0.5, 0.8, 1])),
        "exclude": draw(st.sampled_from([(), ("tag:christmas", "kind:audiobook"), ("item:7", "artist:3")])),
    }  # fmt: skip
    return context, draw(numbers), draw(numbers), draw(numbers)


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases())
def test_keeps_a_subset_in_order(name: str, serving: Serving, case) -> None:
    context, offered, heard, skipped = case
    every = serving.snapshot.catalogue.items

    def some(picks: list[int]) -> np.ndarray:
        return every[np.array(picks, np.int64) % len(every)]

    rng = np.random.default_rng(len(offered))
    history, skips = some(heard), some(skipped)
    query = Query(
        "default", 1, history, np.ones(len(history), np.float32), NOW - rng.integers(0, 10**10, len(history)),
        Context(**context), 12, Kind.TRACK, skips, NOW - rng.integers(0, 10**9, len(skips)),
    )  # fmt: skip
    candidates = Candidates.of(some(offered), rng.random(len(offered)).astype(np.float32), "test").first_of_each()
    rule = RULES[name](serving.snapshot.catalogue, Settings())
    left = rule(query, candidates)
    place = {int(i): p for p, i in enumerate(candidates.items)}
    places = [place[int(i)] for i in left.items]
    assert places == sorted(set(places))
    assert left.scores.tolist() == candidates.scores[places].tolist()
    again = rule(query, left)
    assert again.items.tolist() == left.items.tolist(), "a rule applied twice takes nothing more"
    if name not in CAPS:  # such a rule judges each item by itself
        alone = [i for i in range(len(candidates)) if len(rule(query, candidates.take(np.array([i]))))]
        assert alone == places
    assert len(rule(query, Candidates.none())) == 0


def test_caps_are_named_and_run_last(serving: Serving) -> None:
    order = list(make_rules(serving.snapshot.catalogue, Settings()))
    assert set(order) == set(RULES)
    assert set(order) >= CAPS
    assert set(order[-len(CAPS) :]) == CAPS
