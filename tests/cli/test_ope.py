"""`segue ope`: exit 0 with a value, 1 with a refusal, 2 with an error; JSON that programs read; 80 columns."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from segue.cli import main


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    rows = []
    for n in range(1200):
        a = int(rng.choice(2, p=(0.7, 0.3)))
        rows.append(
            {"page": n, "listener": n // 2, "at": 1_767_225_600 + n, "action": "ab"[a], "propensity": (0.7, 0.3)[a],
             "reward": int(rng.random() < (0.2, 0.6)[a]), "p_new": (0.3, 0.7)[a], "p_off": 0.05}
        )  # fmt: skip
    path = tmp_path_factory.mktemp("ope") / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    try:
        main(["ope", *map(str, words)])
    except SystemExit as e:
        code = e.code if isinstance(e.code, int) else 0
    else:
        code = 0
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_a_value_with_its_interval(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, log, "--policy", "new")
    assert code == 0
    assert "reward a page" in out
    for name in ("dr", "snips", "ips", "clipped-ips", "sndr", "switch-dr", "dr-os", "dm", "mrdr"):
        assert f"\n{name} " in out
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 80


def test_json_is_what_programs_read(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, log, "--policy", "new", "--json", "--estimator", "snips")
    report = json.loads(out)
    assert code == 0
    assert report["estimator"] == "snips"
    assert report["refused"] == ""
    assert report["low"] < report["value"] < report["high"]
    assert report["value"] == report["estimates"]["snips"]["value"]
    assert report["low"] < 0.3 * 0.2 + 0.7 * 0.6 < report["high"]
    assert set(report) == {
        "policy", "estimator", "refused", "value", "low", "high", "logged", "estimates", "overlap", "slices",
        "choices", "pages", "listeners", "level", "interval", "reward_model", "notes", "source", "rejected",
    }  # fmt: skip
    again = json.loads(run(capsys, log, "--policy", "new", "--json", "--estimator", "snips")[1])
    assert again == report


def test_a_refusal_leaves_by_1_with_its_reason(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, log, "--policy", "off")
    assert code == 1
    assert "The log cannot tell: the mean weight is 0." in " ".join(out.split())
    code, out, _ = run(capsys, log, "--policy", "off", "--json")
    report = json.loads(out)
    assert code == 1
    assert report["value"] is None
    assert report["refused"]


def test_an_error_leaves_by_2(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, tmp_path / "nowhere", "--policy", "new")
    assert code == 2
    assert "no log at" in err
    assert run(capsys, log, "--policy", "nobody")[0] == 2
    code, _, err = run(capsys, log)
    assert code == 2
    assert "new, off, logged, uniform" in " ".join(err.split())
