"""What counts as taken after the snapshot must be what the next snapshot says."""

import time

import numpy as np
import pytest

from segue.core.events import (
    EVENT_TYPES,
    AnyEvent,
    Click,
    Counted,
    Follow,
    Play,
    PlaylistAdd,
    Rating,
    Remove,
    Save,
    Skip,
    Tune,
)
from segue.core.types import Context, Kind
from segue.store import snapshot
from segue.store.workspace import Workspace
from segue.surfaces import listening as module
from segue.surfaces.devices import UNKNOWN
from segue.surfaces.listening import COUNTS, NEEDED, Listening

NOW = 1_790_000_000_000
TRACK = "segue:track:t:{}"


def events() -> list[AnyEvent]:
    """After the snapshot: heard and not heard, liked and not, of known items."""
    return [
        Play(listener="u", id="n1", item=TRACK.format(1), at=NOW + 1, ms_played=40_000),
        Play(listener="u", id="n2", item=TRACK.format(2), at=NOW + 2, ms_played=4_000),
        Rating(listener="u", id="n3", item=TRACK.format(3), at=NOW + 3, value=0.5),
        Rating(listener="u", id="n4", item=TRACK.format(4), at=NOW + 4, value=-1),
        Save(listener="u", id="n5", item=TRACK.format(5), at=NOW + 5),
        Skip(listener="u", id="n6", item=TRACK.format(1), at=NOW + 6),
        Click(listener="u", id="n7", item=TRACK.format(6), at=NOW + 7),
        Follow(listener="u", id="n8", item="segue:artist:t:9", at=NOW + 8),
        Play(listener="u", id="n9", item=TRACK.format(0), at=NOW - 500, ms_played=0),  # late
    ]


@pytest.fixture
def workspace(tmp_path):
    with Workspace.create(tmp_path / "ws") as opened:
        first = [
            Play(id=f"o{i}", listener="u", item=TRACK.format(i), at=NOW - 1000 + i, ms_played=99_000) for i in range(8)
        ]
        follow = Follow(id="of", listener="other", item="segue:artist:t:9", at=NOW - 1)
        opened.log.append([*first, follow])
        yield opened


def test_recent_history_is_what_the_next_snapshot_has(workspace: Workspace) -> None:
    old = snapshot.take(workspace, "default")
    by_column, by_row = Listening(old, tuple(Kind)), Listening(old, tuple(Kind))
    workspace.log.append(events())
    listener = workspace.catalogue.listener_number("default", "u")
    assert listener is not None
    rows = workspace.log.few("default", old.last_seq, 100, NEEDED, COUNTS)
    assert rows is not None
    by_row.absorb_rows(rows, workspace.catalogue.current)
    assert by_column.absorb(workspace.log.tail("default", old.last_seq)) == len(events()) - 1  # not the click
    new = snapshot.take(workspace, "default")
    for kind in (Kind.TRACK, Kind.ARTIST):
        wanted = new.history(listener, kind)
        for listening in (by_column, by_row):
            found = listening.heard(listener, kind)
            assert [column.tolist() for column in found] == [column.tolist() for column in wanted]
    numbers = {i: workspace.catalogue.number("default", TRACK.format(i)) for i in range(8)}
    for listening in (by_column, by_row):
        items, at = listening.skips(listener)
        assert items.tolist() == [numbers[2], numbers[4], numbers[4], numbers[1]]
        assert (np.diff(at) >= 0).all()
        assert listening.saved(listener) == {numbers[5]}
    removed = (by_row.seen + 1, EVENT_TYPES.index(Remove) + 1, listener, numbers[5], NOW + 9, None, None, "", "", 0, "")
    by_row.absorb_rows([removed], int)
    assert by_row.saved(listener) == set()


def test_nobody_has_nothing(workspace: Workspace) -> None:
    listening = Listening(snapshot.take(workspace, "default"), tuple(Kind))
    queries = listening.queries("default", 0, Context(now=NOW), 5)
    assert all(len(q.history) == 0 and q.hour == 5 for q in queries.values())
    assert Kind.TRACK in queries


def happening(seed: int, n: int = 400, items: int = 9) -> list[AnyEvent]:
    """Of three listeners, no two at one time, of items that are known and, of 9, one that is not."""
    rng = np.random.default_rng(seed)
    out: list[AnyEvent] = []
    for i, at in enumerate((NOW + rng.permutation(10 * n)[:n]).tolist()):
        said = {"id": f"h{i}", "listener": f"u{rng.integers(3)}", "at": at}
        item = TRACK.format(rng.integers(items))
        value, device = float(rng.choice([-1, -0.5, 0.5, 1])), str(rng.choice(["", "car", "tv"]))
        some: list[AnyEvent] = [
            Play(**said, item=item, ms_played=int(rng.choice([0, 4_000, 40_000])), device=device),
            Skip(**said, item=item), Save(**said, item=item), Remove(**said, item=item), Click(**said, item=item),
            Rating(**said, item=item, value=value), Counted(**said, item=item, count=float(rng.integers(1, 9))),
            Follow(**said, item="segue:artist:t:9"), PlaylistAdd(**said, item=item, context="segue:playlist:t:1"),
            Tune(**said, subject=f"item:{item}", value=value),
        ]  # fmt: skip
        out.append(some[int(rng.choice(len(some), p=[0.4, 0.2, *[0.05] * 8]))])
    return out


@pytest.mark.parametrize("seed", range(3))
def test_many_at_a_time_are_the_same_as_one_by_one(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    old = snapshot.take(workspace, "default")
    workspace.log.append(happening(seed))
    table = workspace.log.tail("default", old.last_seq)
    by_row, by_column, half = (Listening(old, tuple(Kind)) for _ in range(3))
    by_row.absorb(table)
    half.absorb(table[:200])
    monkeypatch.setattr(module, "MANY", 1)
    assert by_column.absorb(table) == len(table) - table["type"].to_pylist().count(EVENT_TYPES.index(Click) + 1)
    half.absorb(table[200:])
    assert by_row.seen == by_column.seen == half.seen
    moments = table["at"].to_numpy()
    for name in ("u0", "u1", "u2"):
        listener = workspace.catalogue.listener_number("default", name)
        assert listener is not None
        wanted = told(by_row, listener, moments)
        assert len(wanted[0][0]) > 20
        assert len(wanted[-1]) > 10
        assert told(by_column, listener, moments) == wanted
        assert told(half, listener, moments) == wanted


@pytest.mark.parametrize("many", [1, 10_000])
def test_whoever_took_something_lately_is_known_the_last_first(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    old = snapshot.take(workspace, "default")
    listening = Listening(old, tuple(Kind))
    workspace.log.append(happening(7))
    monkeypatch.setattr(module, "MANY", many)
    listening.absorb(workspace.log.tail("default", old.last_seq))
    numbers = {n: workspace.catalogue.listener_number("default", n) for n in ("u", "other", "u0", "u1", "u2")}
    last = {
        number: max(int(at[-1]) for kind in listening.taken if len(at := listening.heard(number, kind)[2]))
        for number in numbers.values()
        if number is not None
    }
    wanted = sorted(last, key=lambda number: -last[number])
    assert len(wanted) == 5
    assert listening.lately(0).tolist() == wanted
    for n, number in enumerate(wanted):
        assert listening.lately(last[number]).tolist() == wanted[: n + 1]
    assert listening.lately(last[wanted[0]] + 1).tolist() == []


def told(listening: Listening, listener: int, moments: np.ndarray) -> list:
    """All that is known of a listener."""
    heard = [[column.tolist() for column in listening.heard(listener, kind)] for kind in (Kind.TRACK, Kind.ARTIST)]
    skips = [column.tolist() for column in listening.skips(listener)]
    said, devices = list(listening.tuning(listener)), listening.devices.of(listener, moments).tolist()
    return [*heard, listening.saved(listener), listening.version(listener), said, devices, skips[0], skips[1]]


def known(listening: Listening, listener: int, moments: np.ndarray) -> list:
    """What is known of a listener after a night as before it."""
    skips = list(zip(*(column.tolist() for column in listening.skips(listener))))
    names = {listening.devices.code(name): name for name in ("tv", "car")} | {UNKNOWN: ""}
    devices = [names[code] for code in listening.devices.of(listener, moments).tolist()]
    return [sorted(skips, key=lambda skip: (skip[1], skip[0])), listening.saved(listener), devices]


@pytest.mark.parametrize("seed", range(6))
def test_after_a_night_it_is_known_what_was_known_before(workspace: Workspace, seed: int) -> None:
    """What was left, disliked, saved and taken back, and where: by the events, and by the snapshot that has them."""
    before = Listening(snapshot.take(workspace, "default"), tuple(Kind))
    said = sorted(happening(seed, items=8), key=lambda event: event.at)
    playlist = "segue:playlist:t:1"
    said += [
        Save(id="s1", listener="u1", item=TRACK.format(0), at=NOW + 10_000),
        Remove(id="s2", listener="u1", item=TRACK.format(0), at=NOW + 10_001, context=playlist),  # from a playlist
        Save(id="s3", listener="u1", item=TRACK.format(1), at=NOW + 10_002),
        Remove(id="s4", listener="u1", item=TRACK.format(1), at=NOW + 10_003),
        Play(id="s5", listener="u1", item=TRACK.format(2), at=NOW + 10_004, ms_played=0, reason_end="fwdbtn"),
        Rating(id="s6", listener="u1", item=TRACK.format(3), at=NOW + 10_005, value=-0.5),
        Rating(id="s7", listener="u1", item=TRACK.format(4), at=NOW + 10_006, value=-0.5),
        Tune(id="s8", listener="u1", subject=f"item:{TRACK.format(4)}", at=NOW + 10_007, value=0.5),
    ]
    workspace.log.append(said)
    table = workspace.log.tail("default", before.seen)
    before.absorb(table)
    taken = snapshot.take(workspace, "default")
    after = Listening(taken, tuple(Kind))
    moments = table["at"].to_numpy()
    for name in ("u0", "u1", "u2"):
        listener = workspace.catalogue.listener_number("default", name)
        assert listener is not None
        wanted = known(before, listener, moments)
        assert len(wanted[0]) > 10
        assert known(after, listener, moments) == wanted
    numbers = [workspace.catalogue.number("default", TRACK.format(i)) for i in range(5)]
    u1 = workspace.catalogue.listener_number("default", "u1")
    assert u1 is not None
    assert numbers[0] in after.saved(u1)
    assert numbers[1] not in after.saved(u1)
    last = [item for item, at in zip(*(c.tolist() for c in after.skips(u1))) if at > NOW + 10_000]
    assert last == [numbers[2], numbers[3], numbers[3]]


def test_a_clock_that_is_ahead_has_nothing_forgotten(workspace: Workspace) -> None:
    now = int(time.time() * 1000)
    workspace.log.append([
        Skip(id="a", listener="u", item=TRACK.format(1), at=now - 1_000),
        Play(id="b", listener="other", item=TRACK.format(2), at=now + 400 * 86_400_000, ms_played=99_000),
    ])  # fmt: skip
    listener = workspace.catalogue.listener_number("default", "u")
    assert listener is not None
    listening = Listening(snapshot.take(workspace, "default"), tuple(Kind))
    assert listening.skips(listener)[0].tolist() == [workspace.catalogue.number("default", TRACK.format(1))]


def test_what_was_left_long_ago_is_forgotten_and_what_is_saved_is_not(workspace: Workspace) -> None:
    month = 31 * 86_400_000
    workspace.log.append([
        Skip(id="a", listener="u", item=TRACK.format(1), at=NOW - month),
        Save(id="b", listener="u", item=TRACK.format(2), at=NOW - month),
        Skip(id="c", listener="u", item=TRACK.format(3), at=NOW),
        Play(id="d", listener="u", item=TRACK.format(4), at=NOW, ms_played=99_000),
    ])  # fmt: skip
    listening = Listening(snapshot.take(workspace, "default"), tuple(Kind))
    listener = workspace.catalogue.listener_number("default", "u")
    numbers = [workspace.catalogue.number("default", TRACK.format(i)) for i in range(8)]
    assert listener is not None
    assert listening.skips(listener)[0].tolist() == [numbers[3]]
    assert listening.saved(listener) == {numbers[2]}
    assert listening.saved(listener + 1_000) == set()
