"""Releases appear whole, are found again, promoted, rolled back and pruned."""

from __future__ import annotations

from pathlib import Path

import pytest

from segue.core.errors import NotReady, UnknownName, UsageError
from segue.core.types import Kind
from segue.runs.releases import (
    Manifest,
    Population,
    Release,
    current_release,
    promote,
    prune,
    releases,
    rollback,
    write_release,
)


def make(workspace: Path, seed: int, tenant: str = "t") -> Release:
    model = workspace / f"fitted-{seed}"
    model.mkdir(exist_ok=True)
    (model / "w.npy").write_bytes(bytes([seed]))
    population = Population(kind="track", owner="listener", model="models/track-listener", recipe="ease")
    manifest = Manifest(
        id="", tenant=tenant, created="", snapshot="s", simulated=False, seed=seed, version="0", code="c",
        populations=(population,),
    )  # fmt: skip
    return write_release(workspace, manifest, {"models/track-listener": model})


def test_nothing_yet_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="segue train"):
        current_release(tmp_path, "t")


def test_the_same_content_is_the_same_release(tmp_path: Path) -> None:
    assert make(tmp_path, 1).id == make(tmp_path, 1).id != make(tmp_path, 2).id
    assert len(releases(tmp_path, "t")) == 2


def test_promote_and_rollback(tmp_path: Path) -> None:
    one, two = make(tmp_path, 1), make(tmp_path, 2)
    promote(tmp_path, "t", one.id)
    promote(tmp_path, "t", two.id)
    promote(tmp_path, "t", two.id)
    assert current_release(tmp_path, "t").id == two.id
    assert rollback(tmp_path, "t").id == one.id == current_release(tmp_path, "t").id
    with pytest.raises(UsageError):
        rollback(tmp_path, "t")


def test_the_model_is_found_and_others_are_not(tmp_path: Path) -> None:
    release = make(tmp_path, 7)
    folder = release.model_folder(Kind.TRACK)
    assert folder is not None
    assert (folder / "w.npy").read_bytes() == b"\x07"
    assert release.model_folder(Kind.SHOW) is None


def test_tenants_are_apart(tmp_path: Path) -> None:
    mine = make(tmp_path, 1, "a")
    promote(tmp_path, "a", mine.id)
    with pytest.raises(UnknownName):
        promote(tmp_path, "b", mine.id)
    with pytest.raises(NotReady):
        current_release(tmp_path, "b")


def test_prune_never_takes_the_current_one(tmp_path: Path) -> None:
    made = [make(tmp_path, i) for i in range(4)]
    promote(tmp_path, "t", made[0].id)
    prune(tmp_path, "t", keep=1)
    assert current_release(tmp_path, "t").id == made[0].id
    assert len(releases(tmp_path, "t")) <= 2


def test_a_half_written_release_is_not_one(tmp_path: Path) -> None:
    make(tmp_path, 1)
    (tmp_path / "releases" / ".draft-999999-x").mkdir()
    assert len(releases(tmp_path, "t")) == 1
