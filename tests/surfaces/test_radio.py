"""Stations of the planted world, from every kind of seed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError, UnknownName, UsageError
from segue.surfaces.radio import spaced


def crowds(view) -> list[str]:
    return [c.artists[0].name.split()[0] for c in view.items]


@pytest.mark.parametrize("seed", ["a0t1", "a0", "rock", "Rock Artist 4"])
def test_any_seed_gives_what_is_near_it(service, seed):
    view = service.radio([seed], n=20)
    assert len(view.items) == 20
    assert crowds(view).count("Rock") >= 18
    assert view.items[0].reason.text in ("Similar to Song 1 of 0", "Similar to Rock Artist 0", "Close to rock",
                                         "Similar to Rock Artist 4")  # fmt: skip


def test_words_name_a_genre(service):
    assert crowds(service.radio(words="jazz", n=15)).count("Jazz") >= 13
    assert {"Rock", "Jazz"} == set(crowds(service.radio(["rock", "jazz"], n=30)))


def test_a_track_comes_first_and_pages_go_on_without_repeats_then_begin_anew(service):
    first = service.radio(["a0t1"], n=10)
    assert first.items[0].id == "a0t1"
    ids, page = [c.id for c in first.items], 1
    while len(set(ids)) == len(ids) and page < 20:
        ids += [c.id for c in service.radio(["a0t1"], n=10, page=page).items]
        assert len(ids) == 10 * (page + 1)  # there is always another page
        page += 1
    length = ids.index("a0t1", 1)
    assert len(set(ids[:length])) == length > 60
    again = [c.id for p in range(40) for c in service.radio(["a0t1"], n=10, page=p).items][length : 2 * length]
    assert sorted(again) == sorted(ids[:length])
    assert again != ids[:length]


def test_the_same_question_the_same_answer_another_shuffle_another_order(service):
    def ids(**more):
        return [c.id for c in service.radio(["rock"], n=20, **more).items]

    assert ids() == ids()
    assert ids() != ids(shuffle=1)
    wide = [c.id for c in service.radio(["rock"], n=40).items]
    assert wide[20:] == ids(page=1)


def test_artists_stand_apart(service):
    artists = [c.artists[0].name for c in service.radio(["rock"], n=30).items]
    assert all(len(set(artists[i : i + 5])) == 5 for i in range(len(artists) - 5))


def test_the_listener_and_their_dial_count(service, now):
    def heard(familiarity, listener="L0"):
        context = replace(now, familiarity=familiarity)
        known = {c.id for c in service.history(listener, 200)}
        return sum(c.id in known for c in service.radio(["rock"], listener=listener, n=20, context=context).items)

    assert heard(0) == 0
    assert heard(0) < heard(1)


def test_without_a_space_models_and_genres_serve(spaceless):
    assert crowds(spaceless.radio(["a0t1"], n=10)).count("Rock") >= 9
    assert set(crowds(spaceless.radio(["jazz"], n=10))) == {"Jazz"}


def test_it_starts_from_something(service):
    with pytest.raises(UsageError, match="starts from something"):
        service.radio()
    with pytest.raises(UnknownName, match="polka"):
        service.radio(["polka"])


def test_words_that_lead_nowhere_are_named(spaceless):
    with pytest.raises(InputError, match="near 'accordions at dawn'"):
        spaceless.radio(words="accordions at dawn")


@given(st.lists(st.integers(0, 4), max_size=40), st.integers(0, 5))
def test_spacing_keeps_all_and_only_brings_two_together_where_it_must(groups, between):
    order = spaced(np.array(groups, np.int32), between)
    assert sorted(order.tolist()) == list(range(len(groups)))
    out = [groups[i] for i in order]
    for i, group in enumerate(out):
        before = out[max(0, i - between) : i]
        if group > 0 and group in before:
            assert all(g > 0 and g in before for g in out[i:]), "another one was left"
