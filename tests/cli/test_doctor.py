"""What `segue doctor` says of a workspace that is to be served."""

import os
import shutil
import socket
import time
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from segue.cli import doctor, doctor_service
from segue.store.workspace import Workspace
from segue.web.auth import Keys, Scope


@pytest.fixture
def folder(planted: Path, tmp_path: Path) -> Path:
    shutil.copytree(planted, tmp_path / "ws")
    settings(tmp_path / "ws")
    return tmp_path / "ws"


def settings(folder: Path, host: str = "127.0.0.1", port: int | None = None) -> None:
    if port is None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    (folder / "segue.toml").write_text(f'host = "{host}"\nport = {port}\n')


def report(folder: Path) -> tuple[bool, str]:
    out = Console(record=True, width=300, file=StringIO())
    fine = doctor.report(out, folder)
    return fine, out.export_text()


def test_a_good_one_is_fine(folder: Path):
    fine, text = report(folder)
    assert fine, text
    for words in ("can be written", "the clock", "is free", "from this machine alone", "the release is of today"):
        assert words in text


def test_open_doors_and_secrets_are_found(folder: Path):
    settings(folder, "0.0.0.0")
    fine, text = report(folder)
    assert not fine
    assert "can be reached by others, and there is no key" in text
    Keys(folder).create((Scope.ADMIN,))
    assert report(folder)[0]
    (folder / "keys.json").chmod(0o644)
    fine, text = report(folder)
    assert not fine
    assert f"others can read {folder / 'keys.json'}" in text


def test_a_port_that_is_taken_and_a_clock_that_is_wrong_are_found(folder: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings(folder, port=taken.getsockname()[1])
        assert "cannot be had" in report(folder)[1]
    later = time.time() + 7200
    os.utime(folder / "store.sqlite", (later, later))
    fine, text = report(folder)
    assert not fine
    assert "set the clock" in text


def test_an_old_release_is_worth_a_note():
    ok, what, hint = doctor_service.age("2020-01-01T00:00:00+00:00")
    assert ok is None
    assert "days old" in what
    assert "segue train" in hint


def test_many_refused_events_are_worth_a_note(folder: Path, monkeypatch: pytest.MonkeyPatch):
    from segue.store.delivery import Refused
    from segue.store.delivery.dead_letters import DeadLetters

    monkeypatch.setattr(doctor_service, "MANY_DEAD", 1)
    with Workspace.open(folder) as workspace:
        with workspace.database.write():
            DeadLetters(workspace.database, "default", 10).put([Refused(0, "no", "", b"{}")], "someone")
        assert [x[0] for x in doctor_service.letters(workspace, "default")] == [None]
