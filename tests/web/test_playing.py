"""What plays now and what devices are called: bounded, for a while, and the same in every process of a server."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from segue.store.passing import FILE, Passing
from segue.web import devices, playing
from segue.web.devices import Devices, Named
from segue.web.playing import FOR_EVER, MOST_BYTES, MOST_CHARS, Now, Playing

SONG, NEXT = "segue:track:t:a0t1", "segue:track:t:a0t2"


def now(title: str = "Song", **said: Any) -> Now:
    return Now(title, "Artist", **({"player": "p"} | said))


@pytest.fixture(params=["shared", "alone"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Playing, Playing]:
    """As two processes have it; where nothing is shared, one process."""
    if request.param == "alone":
        return (alone := Playing(Passing(None))), alone
    return Playing(Passing(tmp_path)), Playing(Passing(tmp_path))


def test_whoever_is_told_all_know(two: tuple[Playing, Playing]) -> None:
    one, other = two
    told = now(album="Album", item=SONG, duration_ms=9_000, info={"a": [1, "ä", None]}, state="paused", position_ms=7)
    assert one.put("L0", told) is None
    assert other.get("L0", "p") == told
    assert other.put("L0", now("Next")) == told
    assert one.put("L0", now("Elsewhere", player="q", at=time.time() + 1)) is None
    assert [(who, n.title) for who, n in one.of("L0")] == [("L0", "Elsewhere"), ("L0", "Next")]
    other.put("L1", now("Another's", at=time.time() + 2))
    assert [who for who, _ in one.of()] == ["L1", "L0", "L0"]
    assert one.of("L2") == []
    ended = other.end("L0", "p")
    assert ended is not None
    assert ended.title == "Next"
    assert (one.end("L0", "p"), one.get("L0", "p")) == (None, None)


def test_what_must_be_over_is_not_shown_but_known_to_its_player(two: tuple[Playing, Playing]) -> None:
    one, other = two
    since = time.time() - 200
    one.put("L0", now(item=SONG, duration_ms=100_000, at=since, since=since))
    one.put("L0", now("Longer", player="q", duration_ms=200_000, at=since, since=since))
    one.put("L0", now("Unknown", player="r", at=since + 1))
    assert [n.title for _, n in other.of("L0")] == ["Unknown", "Longer"]
    assert other.get("L0", "p") is not None, "where it got to is told as it plays the next"
    one.put("L0", now(player="old", at=time.time() - playing.KEPT_S - 1))
    assert other.get("L0", "old") is None


def test_the_players_heard_of_longest_ago_go_first(
    two: tuple[Playing, Playing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "MOST", 3)
    one, other = two
    for i in range(6):
        (one, other)[i % 2].put(f"L{i}", now(at=time.time() + i))
    assert [who for who, _ in one.of()] == ["L5", "L4", "L3"]


def test_what_is_too_long_is_cut(two: tuple[Playing, Playing]) -> None:
    one, other = two
    one.put("L0", now("t" * 5_000, info={"kept": "x" * 9_000}))
    one.put("L1", now("t" * 5_000, info={"long": "x" * MOST_BYTES}))
    for who, kept in (("L0", {"kept": "x" * 9_000}), ("L1", {})):
        found = other.get(who, "p")
        assert found is not None
        assert (found.title, found.info) == ("t" * MOST_CHARS, kept)


def test_a_play_that_was_told_stays_told_while_the_item_goes_on(two: tuple[Playing, Playing]) -> None:
    one, other = two
    began = time.time() - 50
    one.put("L0", now(item=SONG, at=began, since=began))
    late = now(item=SONG, position_ms=50_000)  # made by the other before it knew
    other.hear("L0", "p", {SONG, NEXT}, time.time() + 30)
    one.put("L0", late, goes_on=True)
    found = other.get("L0", "p")
    assert found is not None
    assert found.since == began
    assert time.time() < found.heard < time.time() + 31
    other.hear("L0", "p", {SONG})
    one.hear("L0", "p", {SONG}, time.time() + 30)
    one.hear("L0", "nobody", {SONG})
    assert one.get("L0", "p") == replace(found, heard=FOR_EVER)
    one.hear("L0", "p", {NEXT})
    for goes_on, item in ((True, NEXT), (False, NEXT)):
        one.hear("L0", "p", {NEXT})
        before = now(item=item, at=began + 9, since=began + 9)
        one.put("L0", before, goes_on=goes_on)
        assert other.get("L0", "p") == before, "another item, or the same from the start"


def test_a_row_of_another_version_is_none(tmp_path: Path) -> None:
    one = Playing(Passing(tmp_path))
    one.put("L0", now())
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("UPDATE playing SET body = '{\"title\": 1}'")
    connection.close()
    assert (one.of("L0"), one.get("L0", "p"), one.put("L0", now())) == ([], None, None)
    assert len(one.of("L0")) == 1


def test_it_outlives_its_process(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from segue.store.passing import Passing; "
        "from segue.web.playing import Now, Playing; Playing(Passing(Path(sys.argv[1]))).put('L0', Now('T', 'A'))"
    )
    one = Playing(Passing(tmp_path))
    assert one.of() == []
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    assert [n.title for _, n in one.of()] == ["T"]


def test_names_of_devices_are_shared_bounded_and_last_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = Devices(Passing(tmp_path)), Devices(Passing(tmp_path))
    one.name("L0", "phone", Named("A phone", "mobile"))
    one.name("L0", "tablet", Named("t" * 900, "other"))
    other.name("L1", "phone", Named("Another's", "mobile"))
    other.name("L0", "phone", Named("My phone", "mobile"))
    assert one.of("L0") == {"tablet": Named("t" * 200, "other"), "phone": Named("My phone", "mobile")}
    monkeypatch.setattr(devices, "MOST", 2)
    one.name("L2", "x", Named("x", "other"))
    assert [list(other.of(who)) for who in ("L0", "L1", "L2")] == [["phone"], [], ["x"]]
    later = time.time() + devices.KEPT_S + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert other.of("L0") == {}
