"""The gate: what stops training, what is let through by name, and what a release says of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from tests.jobs.conftest import ITEMS, plays

from segue.checks.schema import infer, save_schema
from segue.checks.schema.file import schema_path
from segue.checks.statistics import gather
from segue.checks.waivers import Waiver, add_waiver
from segue.cli import main
from segue.core.errors import InputError, UnknownName
from segue.core.events import Play
from segue.jobs.check import check, check_file
from segue.jobs.train import train
from segue.runs.releases import current_release
from segue.store.workspace import Workspace

DAY = 86_400_000


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[Workspace]:
    """With a listener whose clock is a month ahead."""
    with Workspace.create(tmp_path / "ws") as workspace:
        late = int(time.time() * 1000) + 30 * DAY
        workspace.log.append(plays(), ITEMS)
        workspace.log.append([Play(id="late", listener="u1", at=late, item="segue:track:t1", ms_played=60_000)])
        yield workspace


def waiver(finding: str) -> Waiver:
    return Waiver(finding=finding, reason="the player's clock, known", who="ann", since=date(2026, 1, 1))


def test_what_is_sound_passes(workspace: Workspace) -> None:
    report = check(workspace, "default")
    assert not report.failed
    assert [t.look.name for t in report.looked] == ["items", "listeners", "events", "training", "evaluation"]
    assert json.loads(report.json())["tables"]["evaluation"]["against"] == "training"
    assert [t.look.name for t in check(workspace, "default", tables=("items",)).looked] == ["items"]
    with pytest.raises(UnknownName, match="there are: events, items"):
        check(workspace, "default", tables=("plays",))


def test_an_error_closes_the_gate_and_a_waiver_opens_it(broken: Workspace) -> None:
    report = check(broken, "default", tables=())
    assert report.failed
    assert "ranges" in report.errors
    with pytest.raises(InputError, match="ranges"):
        train(broken, "default", recipes=("popular",), report=report)
    for name in report.errors:
        add_waiver(broken.path, waiver(name))
    report = check(broken, "default")
    assert not report.failed
    assert "ranges" in {w.name for w in report.waived}
    release = train(broken, "default", recipes=("popular",), report=report).release
    assert release.manifest.checked is not None
    waived = {w.name: w for w in release.manifest.checked.waived}
    assert (waived["ranges"].who, waived["ranges"].reason) == ("ann", "the player's clock, known")


def test_the_command_stops_at_an_error(
    broken: Workspace, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGUE_WORKSPACE", str(broken.path))
    given = ["train", "--recipe", "popular"]
    with pytest.raises(SystemExit) as stop:
        main(given)
    assert stop.value.code == 1
    assert "segue waive" in capfd.readouterr().err
    with pytest.raises(Exception, match="no release"):
        current_release(broken.path, "default")
    with pytest.raises(SystemExit) as stop:
        main([*given, "--no-check"])
    assert not stop.value.code
    assert current_release(broken.path, "default").manifest.checked is None


def test_a_file_is_held_against_a_schema_and_a_file(workspace: Workspace, tmp_path: Path) -> None:
    good = pl.DataFrame({"listener": [f"u{i}" for i in range(400)], "tier": ["free", "premium"] * 200})
    slices = [["tier"]]
    save_schema(schema_path(workspace.path, "samples"), infer(gather([good], "samples", slices=slices), name="samples"))
    good.write_parquet(tmp_path / "training.parquet")
    good.drop("tier").write_csv(tmp_path / "evaluation.csv")
    fine = check_file(workspace, tmp_path / "training.parquet", schema="samples", environment="training")
    assert not fine.failed
    assert list(fine.looked[0].look.statistics.slices) == ["tier=free", "tier=premium"]
    bad = check_file(
        workspace,
        tmp_path / "evaluation.csv",
        tmp_path / "training.parquet",
        schema="samples",
        environment="evaluation",
    )
    assert "evaluation.csv.tier:missing-column" in bad.errors
    assert bad.looked[0].look.relation == "training"
    with pytest.raises(UnknownName, match="there are: samples"):
        check_file(workspace, tmp_path / "training.parquet", schema="sample")
    (tmp_path / "ragged.csv").write_text("a,b\n1,2\n3\n")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing else")
    for name in ("none.parquet", "ragged.csv", "broken.parquet"):
        with pytest.raises(InputError, match=name):
            check_file(workspace, tmp_path / name)
        with pytest.raises(InputError, match=name):
            check_file(workspace, tmp_path / "training.parquet", tmp_path / name)
