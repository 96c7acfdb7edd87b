"""Paths through the space of the planted world: rock, jazz, and nothing between."""

import numpy as np
import pytest

from segue.core.errors import NotReady, UnknownName, UsageError


def test_a_path_joins_its_ends_without_repeats_one_track_an_artist(service):
    view = service.path("a0t1", "a1t2", n=8)
    ids = [c.id for c in view.items]
    assert (ids[0], ids[-1]) == ("a0t1", "a1t2")
    assert len(set(ids)) == len(ids) == 8
    inside = [c.artists[0].name for c in view.items[1:-1]]
    assert len(set(inside)) == len(inside)
    assert len(view.steps) == 7
    rock = [c.artists[0].name.startswith("Rock") for c in view.items]
    assert rock == sorted(rock, reverse=True), "it goes over once and does not come back"
    assert view.release == service.release


def test_within_a_crowd_it_stays_there(service):
    view = service.path("a0t1", "a4t2", n=5)
    assert all(c.artists[0].name.startswith("Rock") for c in view.items)


def test_its_largest_step_is_smaller_than_of_a_random_way(service, now):
    view = service.path("a0t1", "a4t2", n=6, context=now)
    space = service._serving.stock.space
    rng, worst = np.random.default_rng(0), []
    facts = service._serving.snapshot.catalogue
    ends = [facts.find(c)[0] for c in ("a0t1", "a4t2")]
    tracks = facts.of_kind(1)[facts.artist[facts.rows(facts.of_kind(1))] > 0]
    tracks = np.array([t for t in tracks if int(facts.source_id(int(t))[1:].partition("t")[0]) % 2 == 0], np.int32)
    for _ in range(50):
        way = space.vectors[space.rows(np.array([ends[0], *rng.choice(tracks, 4, replace=False), ends[1]], np.int32))]
        worst.append(float((way[1:] * way[:-1]).sum(axis=1).min()))
    assert min(view.steps) >= np.quantile(worst, 0.9)


def test_ends_of_other_kinds_and_what_cannot_be(service):
    view = service.path("a0", "a1t2", n=4)
    assert [c.kind for c in view.items] == ["artist", "track", "track", "track"]
    assert len(service.path("a0t1", "a1t2", n=2).items) == 2
    with pytest.raises(UsageError, match="two items"):
        service.path("a0t1", "a0t1")
    with pytest.raises(UnknownName):
        service.path("a0t1", "nowhere")


def test_without_a_space_it_says_so(spaceless):
    with pytest.raises(NotReady, match="no taste space"):
        spaceless.path("a0t1", "a1t2")


def test_what_may_not_be_played_there_is_not_on_the_way(service, now):
    only_germany = {"a0t5", "a1t5"}
    for end in ("a1t2", "a2t3", "a5t1"):
        assert not only_germany & {c.id for c in service.path("a0t1", end, n=20, context=now).items[1:-1]}
