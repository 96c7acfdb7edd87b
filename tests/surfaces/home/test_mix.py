"""The mix of a planted listener: podcasts in the morning on the car's radio, two sorts of music in the evening."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from segue.core.events import EVENT_TYPES, Item, Play
from segue.core.slates import Home
from segue.core.types import Context, Kind
from segue.ranking import divergence
from segue.runs.releases import Release, current_release
from segue.store.workspace import Workspace
from segue.surfaces.home.mix import FAMILIES, KINDS, Mix, mix_of
from segue.surfaces.home.ways import Way
from segue.surfaces.serving import Serving, ways_of

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
MIDNIGHT = 1_789_948_800_000  # UTC
MORNING, EVENING = MIDNIGHT + 5 * HOUR_MS, MIDNIGHT + 18 * HOUR_MS  # 7 and 20 o'clock in Stockholm
ZONE = "Europe/Stockholm"
TALK = KINDS - 2


def catalogue() -> list[Item]:
    """40 tracks each of rock and jazz by 20 artists, and 30 shows of talk."""
    items = []
    for a in range(20):
        genre = ("rock", "jazz")[a % 2]
        items.append(Item(uri=f"segue:artist:t:a{a}", title=f"{genre} {a}", genres=(genre,)))
        items += [
            Item(uri=f"segue:track:t:a{a}t{t}", title=f"Song {t}", artists=(f"segue:artist:t:a{a}",)) for t in range(4)
        ]
    return items + [Item(uri=f"segue:show:t:s{i}", title=f"Show {i}", genres=("talk",)) for i in range(30)]


def days(listener: str, n: int = 50) -> list[Play]:
    """Each morning a show in the car, each evening two tracks on the speaker: three of rock for one of jazz."""
    rng = np.random.default_rng(len(listener) + int(listener[1:]))
    out = []
    for day in range(1, n + 1):
        at = MIDNIGHT - day * DAY_MS
        out.append((f"segue:show:t:s{rng.integers(30)}", at + 5 * HOUR_MS, "car"))
        for i in range(2):
            artist = 2 * int(rng.integers(10)) + int((2 * day + i) % 4 == 0)
            out.append((f"segue:track:t:a{artist}t{rng.integers(4)}", at + 18 * HOUR_MS + i * 240_000, "speaker"))
    return [
        Play(id=f"{listener}-{i}", listener=listener, item=item, at=at, device=device, ms_played=900_000)
        for i, (item, at, device) in enumerate(out)
    ]


@dataclass
class Planted:
    serving: Serving
    folder: Path

    def number(self, listener: str) -> int:
        found = self.serving.snapshot.listeners.number(listener)
        assert found is not None
        return found

    def mix(self, now: int = 0, device: str = "", zone: str = ZONE, listener: str = "L0") -> Mix:
        context = Context(now=now, zone=zone, device=device)
        kitchen = self.serving.kitchen(self.number(listener), context)
        found = mix_of(kitchen.board, self.serving.listening.taken, self.serving.listening.devices)
        assert found is not None
        return found

    def home(self, balance: float, now: int, shelves: int = 4, seed: int | None = None) -> Home:
        """Of the best shelves, or as luck has it."""
        changes = {"balance": balance, "explore": seed is not None, "page_shelves": shelves}
        settings = self.serving.settings.model_copy(update=changes)
        serving = replace(self.serving, ways=ways_of(settings, self.serving.stock), settings=settings)
        return serving.home(self.number("L0"), Context(now=now, zone=ZONE), _rng(seed or 0))[0]

    def talk(self, home: Home) -> float:
        """The share of talk among the cards of a page."""
        facts = self.serving.snapshot.catalogue
        items = np.array([c.item for s in home.shelves for c in s.cards], np.int32)
        return float(np.mean(FAMILIES[facts.kind[facts.rows(items)]] == TALK))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, release_of: Callable[..., Release]) -> Planted:
    folder = tmp_path_factory.mktemp("mix") / "ws"
    with Workspace.create(folder) as workspace:
        workspace.log.append([play for u in range(12) for play in days(f"L{u}")], catalogue())
    release_of(folder, tmp_path_factory.mktemp("models"), ("track", "show"))
    with Workspace.open(folder) as workspace:
        return Planted(Serving.open(workspace, current_release(folder, "default")), folder)


def genre(mix: Mix, planted: Planted, name: str) -> float:
    names = [planted.serving.stock.genre_name(c) for c in mix.genres]
    return float(mix.target[KINDS + names.index(name)])


def test_without_circumstances_it_is_what_was_taken(planted: Planted) -> None:
    mix = planted.mix()
    assert mix.target[:KINDS].sum() == pytest.approx(1)
    assert mix.target[KINDS:].sum() == pytest.approx(1)
    assert mix.target[TALK] == pytest.approx(1 / 3, abs=0.02)
    assert genre(mix, planted, "talk") == pytest.approx(1 / 3, abs=0.02)
    assert genre(mix, planted, "rock") == pytest.approx(1 / 2, abs=0.05)
    assert genre(mix, planted, "jazz") == pytest.approx(1 / 6, abs=0.05)
    assert mix.plays == pytest.approx(150 * 0.76, rel=0.1)  # half of one of 60 days ago
    assert 0.9 < mix.trust < 1


def test_the_hour_counts(planted: Planted) -> None:
    morning, evening = (planted.mix(now) for now in (MORNING, EVENING))
    assert morning.target[TALK] > 0.45 > 0.25 > evening.target[TALK]
    assert genre(morning, planted, "talk") > 0.45 > 0.25 > genre(evening, planted, "talk")
    assert genre(evening, planted, "rock") / genre(evening, planted, "jazz") == pytest.approx(3, abs=1)


def test_the_hour_is_that_of_the_zone(planted: Planted) -> None:
    """Seven o'clock is told by the listener's clock then and now: elsewhere it is another hour of the same days."""
    here = planted.mix(MORNING).target
    assert planted.mix(MORNING, zone="Asia/Tokyo").target == pytest.approx(here, abs=1e-12)
    assert planted.mix(MORNING + DAY_MS // 2).target != pytest.approx(here, abs=0.01)


def test_the_device_counts(planted: Planted) -> None:
    car, speaker, other = (planted.mix(device=device).target[TALK] for device in ("car", "speaker", "fridge"))
    assert car > 0.45 > 0.25 > speaker
    assert other == pytest.approx(1 / 3, abs=0.02)


def test_hour_and_device_tell_more_than_either(planted: Planted) -> None:
    both = planted.mix(MORNING, "car").target[TALK]
    assert both > max(planted.mix(MORNING).target[TALK], planted.mix(device="car").target[TALK])
    apart = planted.mix(MORNING, "speaker").target[TALK]
    assert abs(apart - 1 / 3) < 0.1  # the two say the opposite


def test_few_sittings_shift_little(planted: Planted) -> None:
    """The control: a listener of three days hears talk in the morning, too, but that may be chance."""
    with Workspace.open(planted.folder) as workspace:
        serving = Serving.open(workspace, current_release(planted.folder, "default"))
    at = np.array([MORNING - DAY_MS, EVENING - DAY_MS], np.int64)
    facts = serving.snapshot.catalogue
    items = np.array([facts.of_kind(Kind.SHOW)[0], facts.of_kind(Kind.TRACK)[0]], np.int32)
    queries = serving.listening.queries("default", planted.number("L0"), Context(now=MORNING, zone=ZONE), 7)
    few = {
        kind: replace(q, history=items[i : i + 1], weights=np.ones(1, np.float32), at=at[i : i + 1])
        for i, (kind, q) in enumerate((k, queries[k]) for k in (Kind.SHOW, Kind.TRACK))
    }
    board = replace(serving.kitchen(0, Context()).board, queries=few)
    mix = mix_of(board, tuple(few))
    assert mix is not None
    assert mix.target[TALK] == pytest.approx(0.5, abs=0.03)
    assert mix.trust < 0.2


def test_nobody_has_no_mix(planted: Planted) -> None:
    kitchen = planted.serving.kitchen(0, Context(now=MORNING))
    assert mix_of(kitchen.board, planted.serving.listening.taken) is None


def test_shares_of_items_of_any_kind(planted: Planted) -> None:
    mix, facts = planted.mix(), planted.serving.snapshot.catalogue
    items = np.concatenate([facts.of_kind(k)[:2] for k in (Kind.TRACK, Kind.SHOW, Kind.ARTIST)]).astype(np.int32)
    shares = mix.shares(planted.serving.stock, items)
    assert shares[:, :KINDS].argmax(axis=1).tolist() == [0, 0, TALK, TALK, 0, 0]
    assert shares[:, KINDS:].sum(axis=1) == pytest.approx(np.ones(6))
    names = [planted.serving.stock.genre_name(c) for c in mix.genres]
    assert [names[i] for i in shares[:, KINDS:].argmax(axis=1)] == ["rock"] * 2 + ["talk"] * 2 + ["rock", "jazz"]


def test_a_page_follows_the_mix(planted: Planted) -> None:
    """More talk at a morning's head than at an evening's; without balance they are alike: the control."""

    def talk(balance: float, now: int) -> float:
        return float(np.mean([planted.talk(planted.home(balance, now, 2, seed)) for seed in range(12)]))

    assert talk(1.0, MORNING) > max(0.0, 1.5 * talk(1.0, EVENING))
    assert talk(0.0, MORNING) == talk(0.0, EVENING)


def test_balance_brings_the_page_nearer_to_the_mix(planted: Planted) -> None:
    far = []
    for balance in (0.0, 0.5, 5.0):
        home, mix = planted.home(balance, EVENING), planted.mix(EVENING)
        items = np.array([c.item for s in home.shelves for c in s.cards], np.int32)
        far.append(float(divergence(mix.target, mix.shares(planted.serving.stock, items).mean(axis=0))))
    assert far[0] > far[1] >= far[2]


@pytest.mark.parametrize("now", [MORNING, EVENING])
def test_what_is_logged_is_what_is_shown(planted: Planted, now: int) -> None:
    settings = planted.serving.settings.model_copy(update={"balance": 1.0})
    serving = replace(planted.serving, ways=ways_of(settings, planted.serving.stock))
    for seed in range(5):
        home = serving.home(planted.number("L1"), Context(now=now, zone=ZONE, device="car"), _rng(seed))[0]
        above: set[int] = set()
        for shelf, decision in zip(home.shelves, home.decisions, strict=True):
            assert decision.shelf.arms[decision.shelf.chosen[0]] == shelf.key
            assert [decision.cards.arms[i] for i in decision.cards.chosen] == [c.item for c in shelf.cards]
            assert not above & set(decision.cards.arms)
            assert 0 < decision.propensity <= 1
            above |= {c.item for c in shelf.cards}
    again = [serving.home(planted.number("L1"), Context(now=now, zone=ZONE), _rng(3))[0] for _ in range(2)]
    assert again[0].decisions == again[1].decisions


def test_the_page_that_all_is_compared_with_has_no_balance(planted: Planted) -> None:
    settings = planted.serving.settings.model_copy(update={"balance": 1.0, "control": 0.5})
    control, main = ways_of(settings, planted.serving.stock)
    assert (control.balance, main.balance) == (0.0, 1.0)
    assert Way(main.policy, main.value).balance == 0


def test_a_new_play_tells_its_device(planted: Planted) -> None:
    with Workspace.open(planted.folder) as workspace:
        listening = Serving.open(workspace, current_release(planted.folder, "default")).listening
    listener, track = planted.number("L0"), int(planted.serving.snapshot.catalogue.of_kind(Kind.TRACK)[0])
    at = np.array([MIDNIGHT - DAY_MS + 5 * HOUR_MS, MIDNIGHT + 1, MIDNIGHT + 2], np.int64)
    codes = listening.devices.of(listener, at)
    assert codes.tolist() == [listening.devices.code("car"), 0, 0]
    played = (1, EVENT_TYPES.index(Play) + 1, listener, track, MIDNIGHT + 1, 90_000, None, "watch", "", 0, "")
    listening.absorb_rows([played], int)
    assert listening.devices.of(listener, at).tolist() == [codes[0], listening.devices.code("watch"), 0]
    assert listening.devices.code("fridge") == 0
    assert listening.devices.of(listener + 10_000, at).tolist() == [0, 0, 0]


def _rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)
