"""What listeners say of their own taste acts wherever something is chosen for them, and can be taken back."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.app import Service, open_service
from segue.core.events import Play, Rating, Skip, Tune
from segue.core.types import Candidates, Context, Kind
from segue.jobs.recommend import recommend_all
from segue.ranking import leaned
from segue.store import snapshot
from segue.store.tuning import FAINT
from segue.surfaces.home.mix import mix_of
from segue.surfaces.home.taught import LiveBook, Taught

NOW = 1_790_000_000_000


def tune(service: Service, listener: str, subject: str, value: float) -> None:
    now = NOW + service.workspace.log.last_seq
    service.append([Tune(id=f"t{now}", listener=listener, at=now, subject=subject, value=value)])


def page(service: Service, listener: str, context: Context) -> Any:
    """All of a Home but its id."""
    view = service.home(listener, context)
    return view.shelves, view.decision


def artists(shelves: Any) -> list[str]:
    """Of all cards but one: a song of christmas, which is a genre of its own, by a rock artist."""
    cards = [card for shelf in shelves for card in shelf.cards if card.title != "Song 7 of 0"]
    return [artist.name for card in cards for artist in card.artists]


def test_none_of_a_genre_leaves_none_of_it_anywhere(service: Service, now: Context) -> None:
    before = page(service, "L0", now)
    assert any(name.startswith("Rock") for name in artists(before[0]))
    tune(service, "L0", "genre:rock", -1)
    shelves, _ = page(service, "L0", now)
    assert shelves
    assert not any(name.startswith("Rock") for name in artists(shelves))
    assert not any("rock" in card.genres for shelf in shelves for card in shelf.cards)
    assert not any("Rock" in shelf.title or "rock" in shelf.title for shelf in shelves)
    found = service.recommend("L0", "track", 20, context=now).items
    assert found
    assert all(card.artists[0].name.startswith("Jazz") for card in found)
    station = service.radio(words="rock", listener="L1", n=10, context=now).items
    assert all(card.artists[0].name.startswith("Rock") for card in station)
    tune(service, "L1", "item:" + station[0].artists[0].uri, -1)
    again = service.radio(words="rock", listener="L1", n=10, context=now).items
    assert again
    assert station[0].artists[0] not in [card.artists[0] for card in again]


@pytest.mark.parametrize(
    "subject", ["genre:rock", "mood:energetic", "item:segue:artist:t:a2", "plays:genre:rock",
                "plays:item:segue:artist:t:a2", "shelf:jump-back-in", "kind:show"],
)  # fmt: skip
def test_taken_back_the_page_is_the_very_same(service: Service, now: Context, subject: str) -> None:
    before, others = page(service, "L0", now), page(service, "L2", now)
    history = service._serving.listening.history(1, Kind.TRACK)
    for value in (-1.0, -0.5, 0.5) if subject.startswith(("genre", "mood", "item")) else (-1.0,):
        tune(service, "L0", subject, value)
        assert page(service, "L0", now) != before
        assert page(service, "L2", now) == others  # theirs alone
        tune(service, "L0", subject, 0)
        assert page(service, "L0", now) == before
    assert [c.tolist() for c in service._serving.listening.history(1, Kind.TRACK)] == [c.tolist() for c in history]


def cards(page: Any) -> list[Any]:
    return [card for shelf in page[0] for card in shelf.cards]


def fitting(service: Service, cards: Any, mood: str) -> int:
    """How many cards are of a mood."""
    moods = service._serving.stock.moods
    assert moods is not None
    numbers = np.array([service._serving.snapshot.catalogue.find(card.uri)[0] for card in cards], np.int32)
    return int((moods.fit(numbers, mood) >= FAINT).sum())


def test_none_of_a_mood_and_more_of_one_known_before_the_night_and_after_it(
    service: Service, now: Context, release_of: Any, tmp_path: Any
) -> None:
    def first() -> Any:
        return service.recommend("L0", "track", 16, context=now).items

    others = page(service, "L2", now)
    assert fitting(service, cards(page(service, "L0", now)), "calm")
    best, number = first(), service.workspace.catalogue.listener_number("default", "L0")
    assert number is not None
    assert 0 < fitting(service, best, "energetic") < len(best)
    tune(service, "L0", "mood:Calm", -1)
    assert page(service, "L2", now) == others
    assert fitting(service, cards(page(service, "L0", now)), "calm") == 0
    assert 0 < len(service._serving.listening.history(number, Kind.TRACK)[0]) < 16
    release_of(service.workspace.path, tmp_path / "one")
    assert service.reload()
    assert fitting(service, cards(page(service, "L0", now)), "calm") == 0
    assert [(m.name, m.value) for m in service.taste("L0", now).moods if m.value] == [("calm", -1)]
    tune(service, "L0", "mood:calm", 0)
    tune(service, "L0", "mood:energetic", -0.5)
    assert fitting(service, first(), "energetic") < fitting(service, best, "energetic")
    tune(service, "L0", "mood:energetic", 0.5)
    assert fitting(service, first(), "energetic") > fitting(service, best, "energetic")
    tune(service, "L0", "mood:energetic", 0)
    assert first() == best


def test_hours_and_devices_that_tell_nothing_leave_everybodys_for_this_listener(
    service: Service, now: Context, release_of: Any, tmp_path: Any
) -> None:
    at = [NOW - d * 86_400_000 for d in range(30)]
    service.append(
        [Play(id=f"h{i}", listener="L1", item="segue:track:t:a1t1", at=t, ms_played=90_000, device="phone")
         for i, t in enumerate(at)]
        + [Play(id=f"s{i}", listener="L1", item=f"segue:show:t:s{1 + i % 2}", at=t - 8 * 3_600_000, ms_played=90_000,
                device="speaker") for i, t in enumerate(at)]
    )  # fmt: skip
    there = replace(now, device="speaker")
    service.taste("L1", now)  # reads the events
    first, number = service._serving, service.workspace.catalogue.listener_number("default", "L1")
    assert number is not None

    def known() -> tuple[Any, list[int], list[float]]:
        kitchen = service._serving.kitchen(number, there)
        habits = kitchen.board.habits(kitchen.main)
        listening = service._serving.listening
        mix = mix_of(kitchen.board, listening.taken, listening.devices)
        assert mix is not None
        hourly = kitchen.sources["at-this-hour"](kitchen.board)(kitchen.query, 9)
        return habits, hourly.items.tolist(), mix.target.tolist()

    def overall() -> Any:
        kitchen = service._serving.kitchen(number, Context(country="SE"))
        mix = mix_of(kitchen.board, service._serving.listening.taken)
        assert mix is not None
        return mix.target.tolist()

    habits, hourly, mix = known()
    told = known()
    assert habits.clock.tolist() != habits.crowd.tolist()
    assert hourly
    assert mix != overall()
    taste = service.taste("L1", there)
    assert [d.name for d in taste.devices] == ["phone", "speaker"]
    assert [(h.subject, h.value) for h in taste.habits] == [("habit:hours", 0), ("habit:device", 0)]
    others = page(service, "L0", there)
    tune(service, "L1", "habit:hours", -1)
    service.taste("L1", there)
    assert known()[2] != mix
    assert known()[2] != overall()  # the device still tells
    tune(service, "L1", "habit:device", -1)
    for night in (False, True):
        if night:  # known after it as before
            release_of(service.workspace.path, tmp_path / "one")
            assert service.reload()
        taste = service.taste("L1", there)
        habits, hourly, mix = known()
        assert habits.clock.tolist() == habits.crowd.tolist()
        assert habits.listens() == 1
        assert habits.mood.tolist() != habits.usual_mood.tolist()  # what they play is still theirs
        assert not hourly
        assert mix == pytest.approx(overall())
        assert taste.clock == ()
        assert [(h.subject, h.value) for h in taste.habits] == [("habit:hours", -1), ("habit:device", -1)]
        assert {s.name for s in taste.said} == {"The hours at which you listen", "The device you play on"}
        if not night:
            assert page(service, "L0", there) == others
    assert first is not service._serving
    tune(service, "L1", "habit:hours", 0)
    tune(service, "L1", "habit:device", 0)
    service.taste("L1", there)
    assert known()[1:] == told[1:]


def test_a_shelf_about_what_is_wanted_less_stands_lower(service: Service, now: Context) -> None:
    def keys() -> list[str]:
        return [shelf.key for shelf in service.home("L0", now).shelves]

    before = keys()
    tune(service, "L0", "genre:rock", -0.5)
    after = keys()
    assert before.index("mix:1") < before.index("discover")
    assert after.index("mix:1") > after.index("discover")


def test_a_single_play_does_not_count(service: Service, now: Context) -> None:
    listening, number = service._serving.listening, service.workspace.catalogue.listener_number("default", "L1")
    assert number is not None
    items, _, at = listening.history(number, Kind.TRACK)
    uri = service._serving.snapshot.catalogue.uri(int(items[-1]))
    tune(service, "L1", f"play:{at[-1]}:{uri}", -1)
    service.reload()  # whoever asks next is told; here nobody does
    left = listening.history(number, Kind.TRACK)
    assert (left[0].tolist(), left[2].tolist()) == (items[:-1].tolist(), at[:-1].tolist())
    assert len(listening.heard(number, Kind.TRACK)[0]) == len(items)  # still known
    artists_of = listening.history(number, Kind.ARTIST)  # derived from the tracks
    assert artists_of[2].tolist() == at[:-1].tolist()


def test_skips_that_do_not_count_hold_nothing_back(service: Service, now: Context) -> None:
    card = service.recommend("L0", "track", 5, context=now).items[0]
    skips = [Skip(id=f"s{i}", listener="L0", item=card.uri, at=NOW - i) for i in range(2)]
    service.append(skips)
    assert card.uri not in [c.uri for c in service.recommend("L0", "track", 30, context=now).items]
    tune(service, "L0", f"skips:item:{card.uri}", -1)
    assert card.uri in [c.uri for c in service.recommend("L0", "track", 30, context=now).items]


def test_it_is_known_after_the_server_comes_back_and_after_a_new_release(
    service: Service, now: Context, release_of: Any, tmp_path: Any
) -> None:
    tune(service, "L0", "genre:rock", -1)
    said = page(service, "L0", now)
    with open_service(service.workspace.path) as again:
        assert page(again, "L0", now) == said
    release_of(service.workspace.path, tmp_path / "scratch")
    assert service.reload()
    number = service.workspace.catalogue.listener_number("default", "L0")
    assert number is not None
    assert list(service._serving.listening.tuning(number)) == [(("genre", "rock", 0), -1.0)]
    assert not any(name.startswith("Rock") for name in artists(page(service, "L0", now)[0]))
    taken = service._serving.snapshot
    learned = taken.interactions(Kind.TRACK)
    left = learned.items[learned.rows[: learned.indptr[1]]]
    assert learned.owners[0] == number
    assert {taken.catalogue.title(int(i)) for i in left} <= {"Song 7 of 0"}  # nothing else was learned from
    assert len(taken.history(number, Kind.TRACK)[0]) == 16
    service.erase("L0")
    assert not service._serving.snapshot.tuned


def test_a_listener_who_said_nothing_has_the_history_that_was_read(service: Service) -> None:
    listening = service._serving.listening
    assert listening.tuned(2) is None
    service.append([Play(id="x", listener="L1", item="segue:track:t:a1t1", at=NOW, ms_played=90_000)])
    assert listening.tuned(2) is None


@settings(max_examples=40)
@given(st.lists(st.sampled_from([-1.4, 0.0, 1.4]), min_size=1, max_size=40))
def test_leaning_keeps_the_order_of_what_is_wanted_alike(leaning: list[float]) -> None:
    n = len(leaning)
    ranked = Candidates.of(np.arange(n, dtype=np.int32), -np.arange(n, dtype=np.float32), "x")
    lean = np.array(leaning, np.float32)
    found = leaned(ranked, lean)
    assert sorted(found.items.tolist()) == list(range(n))
    assert found.scores.tolist() == ranked.scores.tolist()
    for value in set(leaning):
        alike = [i for i in found.items.tolist() if leaning[i] == value]
        assert alike == sorted(alike)


def test_half_as_much_is_half_of_every_beginning() -> None:
    ranked = Candidates.of(np.arange(100, dtype=np.int32), -np.arange(100, dtype=np.float32), "x")
    less = np.arange(100) % 2 == 0
    found = leaned(ranked, np.where(less, np.log(0.25), 0).astype(np.float32))
    assert less[found.items[:50]].sum() == 10  # of 50 a fifth, where half was: a quarter as much of one as of the other


def test_the_worst_rating_hides_for_good_and_a_better_one_takes_it_back(
    service: Service, now: Context, release_of: Any, tmp_path: Any
) -> None:
    def listed() -> list[str]:
        return [c.uri for c in service.recommend("L0", "track", 30, context=now).items]

    uri, before = listed()[0], page(service, "L0", now)
    service.append([Rating(id="r1", listener="L0", item=uri, at=NOW + 1, value=-1)])
    assert uri not in listed()
    release_of(service.workspace.path, tmp_path / "one")
    assert service.reload()
    assert uri not in listed()
    service.append([Rating(id="r2", listener="L0", item=uri, at=NOW + 2, value=0)])
    assert uri in listed()
    assert page(service, "L0", now)[0] == before[0]
    taken = snapshot.take(service.workspace, "default")
    assert [taken.tuner(tuning) for tuning in taken.tuned.values()] == [None]


def test_a_dislike_that_was_taken_back_holds_nothing_back(service: Service, now: Context) -> None:
    before = page(service, "L0", now)
    card = before[0][0].cards[0]
    for n, value in enumerate((-0.5, 0.0)):
        service.append([Rating(id=f"r{n}", listener="L0", item=card.uri, at=NOW + n, value=value)])
    assert page(service, "L0", now) == before


def test_lists_for_all_hold_nothing_that_is_not_wanted_at_all(service: Service, now: Context, tmp_path: Any) -> None:
    def listed() -> dict[str, list[str]]:
        recommend_all(service.workspace, "default", tmp_path / "all.jsonl", n=200)
        lines = map(json.loads, (tmp_path / "all.jsonl").read_text().splitlines())
        return {line["listener"]: line["items"] for line in lines}

    before = listed()
    hidden = before["L0"][0]
    service.append([Rating(id="r", listener="L0", item=f"segue:track:t:{hidden}", at=NOW, value=-1)])
    tune(service, "L2", "item:segue:artist:t:a4", -1)
    tune(service, "L6", "mood:calm", -1)
    after = listed()
    calm = ("a2t", "a6t", "a10t", "a3t", "a7t", "a11t")  # by their artists
    assert any(item.startswith(calm) for item in before["L6"])
    assert not any(item.startswith(calm) for item in after["L6"])
    assert hidden not in after["L0"]
    assert len(after["L0"]) == len(before["L0"]) - 1
    assert any(item.startswith("a4t") for item in before["L2"])
    assert not any(item.startswith("a4t") for item in after["L2"])
    assert after["L4"] == before["L4"]


def test_a_ranker_that_was_taught_values_what_is_wanted_more_by_as_much_more(service: Service, now: Context) -> None:
    class Even:
        def predict(self, features: Any) -> Any:
            return np.full(len(features), 0.5, np.float32)

    facts, number = service._serving.stock.facts, service.workspace.catalogue.listener_number("default", "L0")
    assert number is not None
    taught = Taught(LiveBook(facts), {"stream": Even()}, {"stream": 1.0})
    pool = Candidates.of(facts.of_kind(Kind.TRACK), np.zeros(len(facts.of_kind(Kind.TRACK)), np.float32), "discover")

    def valued() -> Any:
        query = service._serving.listening.queries("default", number, now, 12)[Kind.TRACK]
        return taught(query, pool, [len(pool)]).scores

    plain = valued()
    tune(service, "L0", "item:segue:artist:t:a2", -0.5)
    service.taste("L0", now)  # reads the event
    mine = facts.artist[facts.rows(pool.items)] == service._serving.snapshot.catalogue.find("segue:artist:t:a2")[0]
    assert valued()[~mine].tolist() == plain[~mine].tolist()
    assert np.exp(valued()[mine] - plain[mine]) == pytest.approx(0.25, rel=1e-4)
