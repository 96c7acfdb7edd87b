"""Shelves by the hour, for planted listeners: early ones, late ones, some who train at night, and nobody at all."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from segue.candidates import SOURCES, Board
from segue.core.events import Item, Play
from segue.core.slates import Offer
from segue.core.types import Context, Kind
from segue.runs.releases import Release, current_release
from segue.store.workspace import Workspace
from segue.surfaces.home.shelves import SHELVES
from segue.surfaces.serving import Serving

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
MIDNIGHT = 1_789_948_800_000  # UTC, of a Monday
ZONE, AHEAD = "Europe/Stockholm", 2
HOURS = {
    "early": ((7, "calm"), (20, "energetic")),
    "late": ((19, "energetic"), (20, "energetic"), (13, "calm")),
    "night": ((23, "energetic"), (14, "calm")),
    "loud": tuple((hour, "energetic") for hour in (7, 14, 20, 23)),
    "soft": tuple((hour, "calm") for hour in (7, 14, 20, 23)),
}
"""Of each sort of listener at which local hours they play what: some keep hours, some the same all day."""
MOODS = ("energetic", "calm")


def catalogue() -> list[Item]:
    """40 artists with 4 tracks each, half of them energetic and half calm, all of one genre."""
    return [
        item
        for a in range(40)
        for item in (
            Item(uri=f"segue:artist:t:a{a}", title=f"Artist {a}", genres=("rock",)),
            *(
                Item(
                    uri=f"segue:track:t:a{a}t{t}",
                    title=f"Song {t}",
                    artists=(f"segue:artist:t:a{a}",),
                    genres=("rock",),
                    tags=(MOODS[a % 2],),
                )
                for t in range(4)
            ),
        )
    ]


def days(listener: str, n: int = 40) -> list[Play]:
    rng = np.random.default_rng([len(listener), int(listener[-1]), ord(listener[0])])
    out: list[Play] = []
    for day in range(1, n + 1):
        for hour, mood in HOURS[listener[:-1]]:
            for i in range(2):
                artist = 2 * int(rng.integers(20)) + MOODS.index(mood)
                at = MIDNIGHT - day * DAY_MS + (hour - AHEAD) * HOUR_MS + i * 240_000
                out.append(
                    Play(
                        id=f"{listener}-{len(out)}", listener=listener, at=at, ms_played=200_000,
                        item=f"segue:track:t:a{artist}t{rng.integers(4)}",
                    )
                )  # fmt: skip
    return out


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory, release_of: Callable[..., Release]) -> Serving:
    folder = tmp_path_factory.mktemp("occasions") / "ws"
    with Workspace.create(folder) as workspace:
        workspace.log.append(
            [p for sort in HOURS for u in range(5 + 3 * (sort in ("loud", "soft"))) for p in days(f"{sort}{u}")],
            catalogue(),
        )
    release_of(folder, tmp_path_factory.mktemp("models"), ("track",))
    (folder / "segue.toml").write_text("heard_days = 3\n")
    with Workspace.open(folder) as workspace:
        return Serving.open(workspace, current_release(folder, "default"))


def at(hour: int, day: int = 0, **more: object) -> Context:
    """A local hour of the Monday on which the planted days end, or of a day after it."""
    return replace(Context(now=MIDNIGHT + day * DAY_MS + (hour - AHEAD) * HOUR_MS, zone=ZONE), **more)  # type: ignore[arg-type]


def offer(serving: Serving, shelf: str, listener: str, context: Context) -> Offer | None:
    kitchen = serving.kitchen(serving.snapshot.listeners.number(listener) or 0, context)
    found = list(SHELVES[shelf]().build(kitchen.query, kitchen))
    return found[0] if found else None


def calm(serving: Serving, items: np.ndarray) -> float:
    assert serving.stock.moods is not None
    return float(serving.stock.moods.fit(items, "calm").mean())


@pytest.mark.parametrize(
    ("shelf", "listener", "hour", "day", "shown"),
    [
        ("good-morning", "early0", 8, 0, True),
        ("good-morning", "late0", 8, 0, False),
        ("good-morning", "night0", 8, 0, False),
        ("good-morning", "nobody", 8, 0, True),
        ("good-morning", "early0", 20, 0, False),
        ("good-morning", "nobody", 13, 0, False),
        ("focus", "nobody", 14, 0, True),
        ("focus", "nobody", 14, 5, False),
        ("focus", "night0", 14, 0, True),
        ("focus", "early0", 14, 0, False),
        ("workout", "late0", 19, 0, True),
        ("workout", "night0", 23, 0, True),
        ("workout", "early0", 23, 0, False),
        ("workout", "nobody", 23, 0, False),
        ("wind-down", "nobody", 22, 0, True),
        ("wind-down", "late0", 21, 0, False),
    ],
)
def test_a_shelf_comes_when_it_is_time_for_it(
    shelf: str, listener: str, hour: int, day: int, shown: bool, serving: Serving
) -> None:
    assert (offer(serving, shelf, listener, at(hour, day)) is not None) == shown


def test_without_a_time_no_shelf_depends_on_it(serving: Serving) -> None:
    for shelf in ("good-morning", "focus", "workout", "wind-down", "for-activity"):
        assert offer(serving, shelf, "early0", Context()) is None


def test_the_hour_is_the_listeners(serving: Serving) -> None:
    """Eight in Stockholm is three in the afternoon in Tokyo."""
    assert offer(serving, "good-morning", "nobody", replace(at(8), zone="Asia/Tokyo")) is None


def test_what_is_known_is_of_the_hour_and_what_is_new_fits(serving: Serving) -> None:
    found = offer(serving, "good-morning", "early0", at(8))
    assert found is not None
    items = found.candidates.items
    reasons = [fit[0] for fit in found.reasons(items)]
    heard = np.array([r.key == "at_hour" for r in reasons])
    assert 3 <= heard.sum() < len(items)
    assert {r.words for r in reasons if r.key == "at_hour"} == {("mornings",)}
    assert calm(serving, items[heard]) > 0.9, "they play calm music in the morning"
    assert calm(serving, items[~heard]) > 0.6, "and so is what is found for it"


def test_a_workout_is_energetic_and_says_so(serving: Serving) -> None:
    found = offer(serving, "workout", "late0", at(19))
    assert found is not None
    assert calm(serving, found.candidates.items) == 0
    new = [fit[0] for fit in found.reasons(found.candidates.items) if fit[0].key != "at_hour"]
    assert {(r.key, r.words) for r in new} == {("fits_mood", ("energetic",))}


@pytest.mark.parametrize(("shelf", "listener", "hour"), [("good-morning", "early1", 7), ("workout", "late1", 19)])
def test_the_dial_moves_it_from_new_to_known(shelf: str, listener: str, hour: int, serving: Serving) -> None:
    shares = []
    for dial in (0.0, 0.5, 1.0):
        found = offer(serving, shelf, listener, at(hour, familiarity=dial))
        assert found is not None
        first = found.candidates.items[:8]
        shares.append(np.mean([fit[0].key == "at_hour" for fit in found.reasons(first)]))
    assert shares[0] == 0
    assert 0.3 < shares[1] < 0.7
    assert shares[2] == 1


def test_the_rules_hold(serving: Serving) -> None:
    for exclude in (("tag:energetic",), ("kind:track",)):
        found = offer(serving, "workout", "late0", at(19, exclude=exclude))
        assert found is None or not len(found.candidates)


def test_an_activity_asked_for_comes_at_any_hour_and_alone(serving: Serving) -> None:
    for hour in (3, 19):
        context = at(hour, activity="wind-down")
        found = offer(serving, "for-activity", "late0", context)
        assert found is not None
        assert found.title == "Wind down"
        assert calm(serving, found.candidates.items) == 1
        assert offer(serving, "workout", "late0", context) is None
    home, _ = serving.home(0, at(12, activity="workout"), np.random.default_rng(0))
    assert "for-activity" in {s.key for s in home.shelves}


def board(serving: Serving, listener: str, context: Context) -> Board:
    return serving.kitchen(serving.snapshot.listeners.number(listener) or 0, context).board


def test_the_context_changes_the_candidates(serving: Serving) -> None:
    def items(source: str, context: Context) -> np.ndarray:
        here = board(serving, "early2", context)
        return SOURCES[source](here)(here.query(Kind.TRACK), 20).items

    assert calm(serving, items("by-mood", at(12, activity="wind-down"))) == 1
    assert calm(serving, items("by-mood", at(12, activity="workout"))) == 0
    assert not len(items("by-mood", at(12)))
    for source, least in (("at-this-hour", 0.9), ("for-now", 0.3)):
        assert calm(serving, items(source, at(7))) > least + calm(serving, items(source, at(20)))
    assert items("model", at(7)).tolist() == items("model", at(20)).tolist(), "the control: the model sees no hour"


def test_shuffled_hours_tell_nothing(serving: Serving) -> None:
    """The control: the same plays at hours drawn by chance are no habit, and move no candidates."""
    made = board(serving, "early3", at(7))
    query = made.query(Kind.TRACK)
    moved = query.at + np.random.default_rng(0).integers(0, 24, len(query.at) // 2).repeat(2) * HOUR_MS
    habits = made.habits(Kind.TRACK)
    mixed = replace(habits, query=replace(query, at=moved))
    assert habits.leaning("wind-down") > 1.5
    assert 0.75 < mixed.leaning("wind-down") < 1.25


def test_weekends_count_less_for_workdays(serving: Serving) -> None:
    made = board(serving, "early3", at(7))
    here = made.habits(Kind.TRACK).here
    weekend = (made.query(Kind.TRACK).at + AHEAD * HOUR_MS) // DAY_MS % 7 - 2
    assert set(np.round(here[here > 0], 3)) == {0.25, 0.5}
    assert set(np.round(here[(here > 0) & np.isin(weekend, (0, 1))], 3)) == {0.25}


def test_who_is_not_known_by_times_does_as_everybody_does(serving: Serving) -> None:
    made = board(serving, "early3", at(7))
    query = made.query(Kind.TRACK)
    untimed = replace(made.habits(Kind.TRACK), query=replace(query, at=np.arange(len(query.at), dtype=np.int64)))
    assert untimed.sittings == 0
    assert untimed.listens() == pytest.approx(1)
    assert not untimed.here.any()


def test_few_sittings_move_little(serving: Serving) -> None:
    made = board(serving, "early3", at(7))
    query = made.query(Kind.TRACK)
    few = replace(query, history=query.history[-4:], at=query.at[-4:], weights=query.weights[-4:])
    everybody = board(serving, "nobody", at(7)).habits(Kind.TRACK).leaning("wind-down")
    assert replace(made.habits(Kind.TRACK), query=few).leaning("wind-down") == pytest.approx(everybody, rel=0.1)
    assert made.habits(Kind.TRACK).leaning("wind-down") > 1.3 * everybody
