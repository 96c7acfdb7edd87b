"""The page last made: a cache that is shared, bounded, a day long, and never in anybody's way."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from segue.store import pages
from segue.store.pages import BEFORE, FILE, KEPT_MS, LastPage, LastPages

NOW = 1_790_000_000_000


def test_the_newest_of_each_listener_and_question_is_kept_for_a_day(tmp_path: Path) -> None:
    one, other = LastPages(tmp_path / "p", 10), LastPages(tmp_path / "p", 10)
    one.put(1, "a", LastPage(NOW, b"first", b"body"))
    one.put(1, "b", LastPage(NOW, b"else", b"body"))
    one.put(2, "a", LastPage(NOW, b"another's", b"body"))
    one.put(1, "a", LastPage(NOW + 5, b"second", b"body"))
    assert other.get(1, "a", NOW + 9) == (NOW + 5, b"second", b"")
    assert (other.get(1, "b", NOW + 9), other.get(2, "a", NOW + 9)) == ((NOW, b"else", b""), (NOW, b"another's", b""))
    assert other.get(1, "a", NOW + 9, whole=True) == (NOW + 5, b"second", b"body")
    assert other.get(1, "a", NOW + 4 + KEPT_MS) is not None
    assert other.get(1, "a", NOW + 5 + KEPT_MS) is None
    assert other.get(1, "a", NOW + 4) is None  # a clock that was set back
    assert other.get(3, "a", NOW + 9) is None
    assert (tmp_path / "p" / FILE).stat().st_mode & 0o777 == 0o600


def test_the_newest_of_each_is_known_until_all_are_dropped(tmp_path: Path) -> None:
    one, other = LastPages(tmp_path, 10), LastPages(tmp_path, 10)
    assert one.newest() == {}
    for listener, asked, at in ((1, "a", NOW), (1, "b", NOW + 7), (2, "a", NOW + 3)):
        one.put(listener, asked, LastPage(at, b"page", b"body"))
    assert other.newest() == {1: NOW + 7, 2: NOW + 3}
    assert LastPages(tmp_path, 0).newest() == {}
    one.drop()
    assert not list(tmp_path.iterdir())
    assert one.newest() == {}
    one.put(3, "a", LastPage(NOW, b"page", b"body"))
    assert LastPages(tmp_path, 10).newest() == {3: NOW}


def test_nothing_is_written_before_there_is_a_page(tmp_path: Path) -> None:
    kept = LastPages(tmp_path / "p", 10)
    assert kept.get(1, "a", NOW) is None
    none = LastPages(tmp_path / "p", 0)
    none.put(1, "a", LastPage(NOW, b"page", b"body"))
    assert none.get(1, "a", NOW) is None
    assert not (tmp_path / "p").exists()


def test_the_oldest_go_where_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SWEEP_EVERY", 4)
    monkeypatch.setattr("time.time", lambda: NOW / 1000)
    kept = LastPages(tmp_path, 3)
    kept.put(9, "a", LastPage(NOW - KEPT_MS, b"of yesterday", b"body"))
    for i in range(8):
        kept.put(i, "a", LastPage(NOW + i, b"page", b"body"))
    there = [i for i in range(10) if kept.get(i, "a", NOW + 10)]
    assert there == [4, 5, 6, 7]  # the three newest at the last look, and one since


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    kept = LastPages(tmp_path, 10)
    (tmp_path / FILE).write_bytes(b"no database at all " * 400)
    assert kept.get(1, "a", NOW) is None
    kept.put(1, "a", LastPage(NOW, b"page", b"body"))
    assert LastPages(tmp_path, 10).get(1, "a", NOW) == kept.get(1, "a", NOW) == (NOW, b"page", b"")


def test_a_damaged_page_is_none(tmp_path: Path) -> None:
    kept = LastPages(tmp_path, 10)
    kept.put(1, "a", LastPage(NOW, b"page", b"body"))
    for damage in ("zeroblob(90)", "x'ffffffff' || front", "x'00000004' || x'28b52ffd00'"):
        with sqlite3.connect(tmp_path / FILE) as beside:
            beside.execute(f"UPDATE pages SET front = {damage}")
        beside.close()
        assert kept.get(1, "a", NOW) is None, damage
    kept.put(1, "a", LastPage(NOW, b"page", b"body"))
    assert kept.get(1, "a", NOW) == (NOW, b"page", b"")


def test_pages_of_a_shape_that_is_no_longer_read_go(tmp_path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        (tmp_path / f"{BEFORE}{end}").write_bytes(b"a page of somebody")
    LastPages(tmp_path, 10).put(1, "a", LastPage(NOW, b"page", b"body"))
    assert not list(tmp_path.glob(f"{BEFORE}*"))
    (tmp_path / BEFORE).write_bytes(b"a page of somebody")
    LastPages(tmp_path, 0).drop()
    assert not (tmp_path / BEFORE).exists()


def test_one_that_is_opened_beside_another_leaves_its_locks(tmp_path: Path) -> None:
    """Whoever closes a file gives up all locks that the process has on it, and another process takes the log away."""
    one = LastPages(tmp_path, 10)
    one.put(1, "a", LastPage(NOW, b"page", b"body"))
    other = LastPages(tmp_path, 10)
    assert other.get(1, "a", NOW) == (NOW, b"page", b"")
    command = "import sys, sqlite3; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM pages'); c.close()"
    subprocess.run([sys.executable, "-c", command, tmp_path / FILE], check=True)  # the last to close takes the log away
    assert (tmp_path / f"{FILE}-wal").is_file()
    one.close()
    one.put(2, "a", LastPage(NOW, b"too late", b"body"))
    assert (one.get(1, "a", NOW), other.get(2, "a", NOW)) == (None, None)


def test_a_place_that_cannot_be_written_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("a file where the folder should be")
    kept = LastPages(tmp_path / "p", 10)
    kept.put(1, "a", LastPage(NOW, b"page", b"body"))
    assert kept.get(1, "a", NOW) is None
