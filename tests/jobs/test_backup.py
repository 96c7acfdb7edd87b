"""A backup that is taken while events come in is a workspace as of one moment."""

import json
import shutil
import tarfile
import threading
from io import BytesIO
from pathlib import Path

import pytest

from segue.app import open_service
from segue.core.errors import InputError, UsageError, WorkspaceError
from segue.core.events import Play
from segue.jobs.backup import MANIFEST, backup, restore
from segue.store import seen_runs, sqlite
from segue.store.passing import Passing, folder_of
from segue.store.workspace import Workspace
from segue.web.auth import Keys, Scope

NOW = 1_790_000_000_000


@pytest.fixture
def served(planted: Path, tmp_path: Path) -> Path:
    """A copy of the planted workspace, with keys, that seals and compacts often."""
    shutil.copytree(planted, tmp_path / "ws")
    (tmp_path / "ws" / "segue.toml").write_text("seal_rows = 60\n")
    Keys(tmp_path / "ws").create((Scope.ADMIN,))
    return tmp_path / "ws"


def plays(n: int) -> list[Play]:
    return [
        Play(id=f"b{n}-{i}", listener=f"L{i % 5}", item="segue:track:t:a0t1", at=NOW + i, ms_played=9)
        for i in range(20)
    ]


@pytest.mark.parametrize("name", ["copy", "copy.tar"])
def test_taken_while_it_is_served_it_is_whole(served: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch):
    for where, often in ((sqlite, "BULK"), (seen_runs, "AT_ONCE"), (seen_runs, "SEVERAL")):
        monkeypatch.setattr(where, often, 3)  # dedupe keys go into files, and these are merged, all the time
    acknowledged: list[int] = []
    stop = threading.Event()

    def write() -> None:
        with Workspace.open(served) as workspace:
            n = 0
            while not stop.is_set():
                workspace.log.append(plays(n))
                acknowledged.append(n := n + 1)
                if n % 10 == 0:
                    workspace.log.compact()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(acknowledged) < 5:
            stop.wait(0.01)
        before = len(acknowledged)
        manifest = backup(served, tmp_path / name)
        after = len(acknowledged) + 1
    finally:
        stop.set()
        writer.join()
    restored = tmp_path / "again"
    assert restore(tmp_path / name, restored) == manifest
    with Workspace.open(restored) as workspace:
        ids = workspace.log.read("default")["id"].to_pylist()
        mine = [id for id in ids if id.startswith("b")]
        assert len(mine) == len(set(mine))
        assert 20 * before <= len(mine) <= 20 * after  # whole appends, all that were acknowledged before
        assert len(mine) % 20 == 0
        assert seen_runs.files(workspace.database.connection)
        for n in range(before):
            assert workspace.log.append(plays(n)).duplicates == 20  # dedupe keys came along
    with open_service(restored) as service:
        assert service.home("L0").shelves
    assert (restored / "keys.json").read_bytes() == (served / "keys.json").read_bytes()
    assert (restored / "keys.json").stat().st_mode & 0o777 == 0o600
    assert not (restored / MANIFEST).exists()


def test_nothing_is_replaced(served: Path, tmp_path: Path):
    backup(served, tmp_path / "b")
    with pytest.raises(UsageError, match="there already"):
        backup(served, tmp_path / "b")
    with pytest.raises(UsageError, match="not empty"):
        restore(tmp_path / "b", served)
    with pytest.raises(UsageError, match="in the workspace itself"):
        backup(served, served / "b")
    with pytest.raises(WorkspaceError, match="no workspace"):
        backup(tmp_path, tmp_path / "c")
    (tmp_path / "empty").mkdir()
    restore(tmp_path / "b", tmp_path / "empty")
    Workspace.open(tmp_path / "empty").close()


def test_damage_is_named_and_nothing_is_made(served: Path, tmp_path: Path):
    backup(served, tmp_path / "b")
    place = tmp_path / "again"
    release = next((tmp_path / "b" / "releases").glob("r-*/manifest.json"))
    text = release.read_bytes()
    release.write_bytes(text.replace(b"test", b"tost", 1))
    with pytest.raises(InputError, match=r"damaged: releases/r-.*manifest.json"):
        restore(tmp_path / "b", place)
    release.unlink()
    with pytest.raises(InputError, match="missing"):
        restore(tmp_path / "b", place)
    release.write_bytes(text)
    (tmp_path / "b" / "extra").write_text("x")
    with pytest.raises(InputError, match="extra is not of it"):
        restore(tmp_path / "b", place)
    with pytest.raises(InputError, match="no backup"):
        restore(tmp_path / "nowhere", place)
    assert not place.exists()
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil-of-segue", "link"])
def test_a_hostile_archive_writes_nowhere_else(tmp_path: Path, name: str):
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        entry = tarfile.TarInfo(name)
        if name == "link":
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(entry)
        else:
            entry.size = 4
            tar.addfile(entry, BytesIO(b"evil"))
    with pytest.raises(InputError, match="no place in a backup"):
        restore(tmp_path / "x.tar", tmp_path / "ws")
    assert not (tmp_path / "evil").exists()
    assert not Path("/tmp/evil-of-segue").exists()


def test_the_manifest_says_what_it_is_of(served: Path, tmp_path: Path):
    backup(served, tmp_path / "b.tar")
    with tarfile.open(tmp_path / "b.tar") as tar:
        member = tar.extractfile(MANIFEST)
        assert member is not None
        told = json.load(member)
        assert sorted(x["path"] for x in told["files"]) == sorted(n for n in tar.getnames() if n != MANIFEST)
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600


def test_what_passes_is_in_no_backup(served: Path, tmp_path: Path):
    place = folder_of(served, "default")
    shared = Passing(place)
    shared.change(lambda c: c.execute("INSERT INTO tokens VALUES ('a token', 1, 'a session', 'L0')"))
    backup(served, tmp_path / "b")
    assert place.is_dir()
    assert not [p for p in (tmp_path / "b").rglob("*") if "passing" in p.name]
