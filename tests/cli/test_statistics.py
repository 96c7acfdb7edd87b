"""`segue statistics`: files, tables of the workspace, and statistics put together."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from segue.checks.statistics import TableStatistics
from segue.cli import main


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = 0
    try:
        main(["statistics", *map(str, words)])
    except SystemExit as e:
        code = e.code if isinstance(e.code, int) else 0
    shown = capsys.readouterr()
    return code, shown.out, shown.err


@pytest.fixture
def plays(tmp_path: Path) -> Path:
    path = tmp_path / "plays.csv"
    rows = [f"{n},{'free' if n % 4 else 'premium'},{n * 1000},{n * 2000 + 1}" for n in range(400)]
    path.write_text("id,tier,ms_played,twice\n" + "\n".join(rows) + "\n")
    return path


def test_a_file_is_described(plays: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown, _ = run(capsys, plays, "--by", "tier")
    assert code == 0
    assert "plays.csv: 400 rows, 4 columns" in shown
    assert "free 75%, premium 25%" in shown
    assert "ms_played and twice go together: correlation 1.00" in shown
    assert "tier=premium   100  25.0%" in shown


def test_days_are_put_together(plays: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, both = tmp_path / "one.json", tmp_path / "both.json"
    assert run(capsys, plays, "--json", one)[0] == 0
    code, shown, _ = run(capsys, one, plays, "--merge", "--json", both)
    assert (code, "plays.csv: 800 rows" in shown) == (0, True)
    assert TableStatistics.parse(both.read_bytes()).columns["id"].unique.count == 400


def test_what_a_table_says_is_no_markup(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "odd.parquet"
    pl.DataFrame({"[bold]": ["[red]x[/red]", "[/]"], "e": [float("nan"), float("inf")]}).write_parquet(path)
    code, shown, _ = run(capsys, path)
    assert (code, "[bold]" in shown, "[red]x[/red]" in shown, "1 NaN, 1 infinite" in shown) == (0, True, True, True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "name either a PATH or a --table"),
        (["PLAYS", "--table", "events"], "name either a PATH or a --table"),
        (["PLAYS", "PLAYS"], "2 paths: give --merge"),
        (["PLAYS", "--by", "land"], "no column of"),
        (["PLAYS", "--by", "ms_played,land"], "'land'; there are: id, tier, ms_played, twice"),
        (["PLAYS", "--columns", "tear"], "'tear'; there are: id, tier"),
        (["PLAYS", "--sample", "0"], "a share of the rows"),
        (["PLAYS", "--since", "2026-01-01"], "are for a --table"),
        (["PLAYS", "--sep", "xy"], "--sep is one character"),
        (["--table", "evens"], "no table 'evens'; there are: events, items"),
        (["none.parquet"], "there is no file none.parquet"),
    ],
)
def test_what_is_wrong_is_said(
    words: list[str], expected: str, plays: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, complaint = run(capsys, *[plays if w == "PLAYS" else w for w in words], "--workspace", tmp_path / "ws")
    assert code == 2
    assert expected in " ".join(complaint.split())
