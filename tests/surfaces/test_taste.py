"""What is believed of a listener is what the planted world says of them, with the plays it rests on."""

import pytest

from segue.app import Service
from segue.core.events import Save, Skip, Tune
from segue.core.types import Context

NOW = 1_790_000_000_000


def test_beliefs_are_those_of_the_planted_taste(service: Service, now: Context) -> None:
    taste = service.taste("L0", now)
    assert taste.known
    assert taste.plays == len(taste.heard) == 22  # 16 tracks, 3 shows, 3 books
    assert taste.left_out == 0
    music = [belief for belief in taste.genres if belief.kind == "track"]
    by_name = {belief.name: belief for belief in music}
    assert (music[0].name, music[0].subject, music[0].erase) == ("rock", "genre:rock", ("plays:genre:rock",))
    assert sum(belief.share for belief in music) == pytest.approx(1, abs=0.001)
    assert "jazz" not in by_name
    assert by_name["rock"].plays + by_name["christmas music"].plays == 16
    artists = [belief for belief in taste.favourites if belief.kind == "track"]
    assert all(belief.name.startswith("Rock Artist") for belief in artists)
    assert sum(belief.plays for belief in artists) == 16
    assert all(len(belief.because) <= 3 and belief.since >= NOW - 61 * 86_400_000 for belief in artists)
    assert [(belief.name, belief.plays) for belief in taste.kinds] == [("track", 16), ("show", 3), ("audiobook", 3)]
    assert sum(belief.share for belief in taste.tastes) == pytest.approx(1, abs=0.01)
    assert sum(taste.clock) == pytest.approx(1, abs=0.01)
    assert {o.subject for o in taste.occasions} >= {"shelf:good-morning", "shelf:focus"}
    assert taste.country == "SE"
    assert 0 < taste.new_artists <= taste.new_items <= 1
    assert taste.said == ()


def test_what_was_said_and_what_does_not_count_is_told(service: Service, now: Context) -> None:
    skips = [Skip(id=f"s{i}", listener="L0", item="segue:track:t:a4t1", at=NOW - i) for i in range(2)]
    service.append([*skips, Save(id="v", listener="L0", item="segue:track:t:a4t2", at=NOW)])
    first = service.taste("L0", now)
    belief = next(b for b in first.favourites if b.kind == "track")
    said = [(belief.subject, 0.5), (belief.erase[0], -1), (first.heard[1].subject, -1), ("shelf:focus", -1)]
    service.append([Tune(id=f"t{i}", listener="L0", at=NOW + i, subject=s, value=v) for i, (s, v) in enumerate(said)])
    taste = service.taste("L0", now)
    assert [(s.subject, s.value) for s in taste.said] == said[::-1]
    assert {s.name for s in taste.said} >= {"Focus", belief.name}
    assert belief.name not in [b.name for b in taste.favourites if b.kind == "track"]
    assert taste.plays + taste.left_out == 23  # what was saved counts, too
    assert [h.counted for h in taste.heard].count(False) == taste.left_out >= belief.plays
    assert not taste.heard[1].counted  # behind what was just saved
    assert [b.erase for b in taste.held_back] == [("skips:item:segue:track:t:a4t1",)]
    assert [p.uri for p in taste.saved] == ["segue:track:t:a4t2"]
    assert next(o for o in taste.occasions if o.subject == "shelf:focus").value == -1
    back = [Tune(id=f"b{s.subject}", listener="L0", at=NOW + 9, subject=s.subject, value=0) for s in taste.said]
    service.append(back)
    again = service.taste("L0", now)
    assert again.said == ()
    assert (again.genres, again.favourites, again.tastes) == (first.genres, first.favourites, first.tastes)


@pytest.mark.parametrize(("out", "left"), [([0, 4, 8], "calm"), ([2, 6, 10], "energetic")])
def test_moods_follow_from_the_plays_that_count(
    service: Service, now: Context, out: tuple[int, ...], left: str
) -> None:
    subjects = [f"plays:item:segue:artist:t:a{a}" for a in out]
    service.append([Tune(id=s, listener="L0", at=NOW, subject=s, value=-1) for s in subjects])
    moods = service.taste("L0", now).moods
    assert moods[0].name == left
    assert moods[0].times > 1.15


def test_taking_a_taste_out_takes_its_plays_out(service: Service, now: Context) -> None:
    first = service.taste("L0", now)
    taste = first.tastes[0]
    tunes = [Tune(id=f"t{s}", listener="L0", at=NOW, subject=s, value=-1) for s in taste.erase]
    service.append(tunes)
    assert service.taste("L0", now).left_out >= taste.plays


def test_of_a_stranger_nothing_is_believed(service: Service, now: Context) -> None:
    taste = service.taste("nobody", now)
    assert not taste.known
    assert (taste.genres, taste.favourites, taste.tastes, taste.heard, taste.said) == ((), (), (), (), ())
