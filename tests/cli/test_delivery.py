"""`segue dead …` and `segue audit`: what was refused is looked at, mended and taken; what never came is told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from segue.store.delivery import Sender
from segue.store.delivery.intake import Intake
from segue.store.delivery.reading import read_rows
from segue.store.workspace import Workspace

Run = Callable[..., tuple[int, str, str]]
NOW = int(time.time() * 1000)


def row(n: int, **other: object) -> bytes:
    event = {"type": "play", "id": f"e{n}", "listener": "ann", "item": "segue:track:t", "at": NOW, "ms_played": 1000}
    return json.dumps(event | other).encode()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Run) -> Run:
    """Rows 1, 2 and 5 of a client that numbers its events came; the second is wrong, 3 and 4 never arrived."""
    monkeypatch.setenv("SEGUE_WORKSPACE", str(tmp_path / "w"))
    monkeypatch.setenv("COLUMNS", "200")
    with Workspace.create(tmp_path / "w") as workspace:
        intake = Intake(workspace, "default")
        for first, rows in ((1, [row(1), row(2, ms_played=-5)]), (5, [row(5)])):
            sender = Sender(client="phone", first=first, produced=5, sent_at=NOW)
            intake.take([read_rows(rows, "event", "default", intake.rules, sender)])
    return command


def test_a_dead_letter_is_seen_mended_and_taken(run: Run, tmp_path: Path) -> None:
    code, out, err = run("dead", "list")
    assert code == 0
    assert "ms_played" in out
    assert "1 dead letters" in err
    (letter,) = json.loads(run("dead", "list", "--json")[1])
    number = letter["id"]
    code, out, err = run("dead", "show", number)
    assert json.loads(out)["id"] == "e2"
    assert "phone" in err

    code, _, err = run("dead", "replay")
    assert code == 1
    assert "is still refused" in err
    mended = tmp_path / "mended.json"
    mended.write_bytes(row(2, ms_played=5) + b"\n")
    code, _, err = run("dead", "replay", number, "--file", mended)
    assert (code, "1 accepted" in err) == (0, True)
    assert "0 dead letters" in run("dead", "list")[2]
    with Workspace.open(tmp_path / "w") as workspace:
        assert workspace.log.last_seq == 3


def test_a_dead_letter_is_thrown_away_and_an_unknown_one_named(run: Run) -> None:
    number = json.loads(run("dead", "list", "--json")[1])[0]["id"]
    assert "1 gone" in run("dead", "drop", number)[2]
    for command in ("show", "drop", "replay"):
        code, _, err = run("dead", command, number)
        assert code == 2
        assert str(number) in err


def test_a_file_is_for_one_letter(run: Run, tmp_path: Path) -> None:
    code, _, err = run("dead", "replay", "--file", tmp_path / "x")
    assert code == 2
    assert "one dead letter" in err


def test_what_never_came_is_told_by_its_numbers(run: Run) -> None:
    code, out, _ = run("audit")
    assert code == 1
    assert "missing: 3–4" in out
    assert "1 refused" in out
    (hour,) = json.loads(run("audit", "--json", "--client", "phone")[1])
    assert (hour["client"], hour["delivered"], hour["produced"]) == ("phone", 3, 5)
    code, _, err = run("audit", "--client", "nobody")
    assert code == 0
    assert "no client has numbered its events" in err
