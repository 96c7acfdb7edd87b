"""`segue pages`: what it made, what was there, and what stands in the way."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from segue.app import ahead

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Run) -> Run:
    shutil.copytree(planted, tmp_path / "ws")
    monkeypatch.setenv("SEGUE_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.setenv("COLUMNS", "200")
    return command


def test_it_says_what_was_made(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "PART", 4)
    code, _, err = run("pages", "--days", "36500", "--workers", "1", "--minutes", "0.0001")
    assert code == 0
    ((made, missing),) = re.findall(r"(\d+) pages made\n(\d+) are missing: the time was over", err)
    made, missing = int(made), int(missing)
    assert made + missing == 30
    code, _, err = run("pages", "--days", "36500", "--workers", "1")
    assert (code, f"{missing} pages made, {made} were there" in err) == (0, True)
    code, _, err = run("pages", "--days", "36500")
    assert (code, "30 listeners have a page already" in err) == (0, True)


def test_it_says_what_stands_in_the_way(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code, _, err = run("pages", "--days", "0")
    assert (code, "nobody played anything within 0 days" in err) == (0, True)
    code, _, err = run("pages", "--minutes", "0")
    assert (code, "above 0" in err) == (2, True)
    monkeypatch.setenv("SEGUE_PAGES_KEPT", "0")
    code, _, err = run("pages")
    assert (code, "pages_kept" in err) == (2, True)
    monkeypatch.delenv("SEGUE_PAGES_KEPT")
    monkeypatch.setenv("SEGUE_WORKSPACE", str(tmp_path / "nothing"))
    code, _, err = run("pages")
    assert code != 0
    assert "Traceback" not in err
