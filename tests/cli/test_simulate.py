from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from segue.cli import main
from segue.evaluation.simulation import FORMAT, SUMS, Run


def written(path: Path, policy: str, rate: float) -> Path:
    """A file with one run, as `segue simulate --json` leaves it."""
    visits = np.ones((40, 5))
    figures = {n: np.zeros((40, 5)) for n in SUMS} | {"visits": visits, "streams": visits * rate}
    run = Run(
        policy, 0, {"listeners": 40}, np.zeros(40, bool), np.ones(40, bool), figures, np.ones((40, 2)), {"shown": 1}
    )
    path.write_text(json.dumps({"format": FORMAT, "runs": [run.as_dict()]}))
    return path


def ran(*arguments: str) -> int:
    with pytest.raises(SystemExit) as e:
        main(["simulate", *arguments])
    return int(e.value.code or 0)


def test_runs_of_several_files_are_put_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = written(tmp_path / "a.json", "popularity", 1.0), written(tmp_path / "b.json", "ours", 1.7)
    both, page = tmp_path / "both.json", tmp_path / "both.html"
    given = ["--report-only", "--merge", str(one), "--merge", str(other), "--json", str(both), "--html", str(page)]
    assert ran(*given) == 0
    assert "ours has most streams per visit, 1.70, 1.70 times those of popularity" in capsys.readouterr().out
    assert [r["policy"] for r in json.loads(both.read_text())["runs"]] == ["ours", "popularity"]
    assert page.read_text().startswith("<!doctype html>")
    assert ran("--report-only", "--merge", str(both)) == 0  # what it wrote, it reads


def test_what_is_wrong_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran("--report-only") == 2
    assert "--merge" in capsys.readouterr().err
    other = tmp_path / "x.json"
    other.write_text("{}")
    assert ran("--report-only", "--merge", str(other)) == 2
    assert "not a result of `segue simulate`" in " ".join(capsys.readouterr().err.split())
    assert ran("--policy", "nonsense", "--out", str(tmp_path / "out")) == 2
    assert "plackett-luce" in capsys.readouterr().err
