"""A step that stands is not run again; one that fails leaves nothing; its fingerprint sees what matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from segue.runs.ledger import Ledger
from segue.runs.source import _reachable, code_digest
from segue.runs.step import fingerprint, run_step


def write(folder: Path) -> None:
    (folder / "x").write_text("1")


def test_done_work_is_not_done_again(tmp_path: Path) -> None:
    first, made = run_step(tmp_path, "s", write, inputs=["a"], params={"k": 1}, seed=0, code=[write])
    again, remade = run_step(tmp_path, "s", write, inputs=["a"], params={"k": 1}, seed=0, code=[write])
    assert (made, remade) == (True, False)
    assert first == again
    assert (again / "x").read_text() == "1"


@pytest.mark.parametrize(
    "change", [{"inputs": ["b"]}, {"params": {"k": 2}}, {"seed": 1}, {"name": "t"}, {"code": "other"}]
)
def test_everything_it_depends_on_changes_the_fingerprint(change: dict[str, object]) -> None:
    base: dict[str, object] = {"name": "s", "inputs": ["a"], "params": {"k": 1}, "seed": 0, "code": "c"}
    assert fingerprint(**base) != fingerprint(**(base | change))  # type: ignore[arg-type]


def test_a_failed_step_leaves_nothing_but_a_row(tmp_path: Path) -> None:
    def bad(folder: Path) -> None:
        (folder / "x").write_text("half")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run_step(tmp_path, "s", bad, inputs=[], params={}, seed=0, code=[write])
    assert [p.name for p in tmp_path.iterdir() if p.is_dir()] == []
    with Ledger(tmp_path) as ledger:
        assert [(r.status, r.error) for r in ledger.runs()] == [("failed", "ValueError: no")]


def test_a_dead_process_draft_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".draft-999999999-z").mkdir()
    run_step(tmp_path, "s", write, inputs=[], params={}, seed=0, code=[write])
    assert not list(tmp_path.glob(".draft-*"))


def test_the_digest_covers_modules_that_are_imported() -> None:
    assert "segue.core.errors" in _reachable("segue.runs.releases")
    assert code_digest([run_step]) != code_digest([Ledger])
