"""What serves is changed as a whole, after it was proven, and everybody can see by whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from segue.core.errors import InputError, UnknownName
from segue.runs.ledger import FILE, Ledger
from segue.runs.releases import Manifest, Release, standing, write_release
from segue.runs.switching import NotSwitched, promote, rollback, switches


def make(workspace: Path, seed: int, tenant: str = "t") -> str:
    manifest = Manifest(
        id="", tenant=tenant, created="", snapshot="s", simulated=False, seed=seed, version="0", code="c"
    )  # fmt: skip
    return write_release(workspace, manifest, {}).id


def refuse(release: Release) -> None:
    raise InputError(f"{release.folder}/models/x: not there")


def test_there_and_back_with_names(tmp_path: Path) -> None:
    one, two = make(tmp_path, 1), make(tmp_path, 2)
    assert switches(tmp_path, "t") == []
    assert not (tmp_path / "runs" / FILE).exists(), "looking makes nothing"
    promote(tmp_path, "t", one, "ada")
    promote(tmp_path, "t", two, "eve", expected=one)
    assert rollback(tmp_path, "t", "ada", expected=two).id == one
    found = [(s.action, s.release, s.before, s.who, s.error) for s in switches(tmp_path, "t")]
    assert found == [
        ("rollback", one, two, "ada", ""),
        ("promote", two, one, "eve", ""),
        ("promote", one, "", "ada", ""),
    ]
    assert switches(tmp_path, "another") == []
    assert len(switches(tmp_path, "t", limit=2)) == 2
    with pytest.raises(NotSwitched, match="no earlier release"):
        rollback(tmp_path, "t", "ada")


def test_what_cannot_be_opened_does_not_serve(tmp_path: Path) -> None:
    one, two = make(tmp_path, 1), make(tmp_path, 2)
    promote(tmp_path, "t", one, "ada")
    with pytest.raises(NotSwitched, match=f"{two} cannot serve, and {one} goes on: releases/{two}/models/x: not there"):
        promote(tmp_path, "t", two, "eve", refuse)
    assert standing(tmp_path, "t")[0] == one
    assert (switches(tmp_path, "t")[0].who, bool(switches(tmp_path, "t")[0].error)) == ("eve", True)
    promote(tmp_path, "t", two, "ada")
    with pytest.raises(NotSwitched, match=f"{one} cannot serve"):
        rollback(tmp_path, "t", "ada", refuse)
    assert standing(tmp_path, "t") == (two, (one,))


def test_who_decided_by_another_release_is_told(tmp_path: Path) -> None:
    one, two, three = make(tmp_path, 1), make(tmp_path, 2), make(tmp_path, 3)
    promote(tmp_path, "t", one, "ada")
    promote(tmp_path, "t", two, "eve")
    for call in (lambda: promote(tmp_path, "t", three, "ada", expected=one),
                 lambda: rollback(tmp_path, "t", "ada", expected=one)):  # fmt: skip
        with pytest.raises(NotSwitched, match=f"{two} is current, and not {one}"):
            call()
    with pytest.raises(NotSwitched, match="is current already"):
        promote(tmp_path, "t", two, "ada")
    with pytest.raises(UnknownName, match=three):
        promote(tmp_path, "t", make(tmp_path, 4, "another"), "ada")
    assert standing(tmp_path, "t")[0] == two
    assert len(switches(tmp_path, "t")) == 2


def test_a_broken_release_keeps_nobody_from_another(tmp_path: Path) -> None:
    one, two = make(tmp_path, 1), make(tmp_path, 2)
    promote(tmp_path, "t", one, "ada")
    promote(tmp_path, "t", two, "ada")
    (tmp_path / "releases" / two / "manifest.json").write_text("{")
    assert rollback(tmp_path, "t", "ada").id == one


def test_the_ledger_is_written_as_a_whole_or_not(tmp_path: Path) -> None:
    def half(ledger: Ledger) -> None:
        with ledger.alone():
            ledger.begin("x", "", inputs=[], params={}, seed=0, code="")
            raise ValueError("no")

    with Ledger(tmp_path) as ledger:
        with pytest.raises(ValueError, match="no"):
            half(ledger)
        assert ledger.runs() == []
