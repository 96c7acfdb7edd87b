"""`segue schema` and `segue waive`: nothing is changed that was not shown and chosen."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from tests.checks.schema.examples import DAY, T0, plays

from segue.checks.schema import load_schemas
from segue.checks.waivers import load_waivers
from segue.core.events import Item, Play
from segue.store.workspace import Workspace

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEGUE_WORKSPACE", str(tmp_path / "w"))
    monkeypatch.chdir(tmp_path)
    plays(3000).write_parquet("plays.parquet")
    odd = plays(3000, 1).with_columns(pl.col("ms_played") // 1000, new=pl.lit(1))
    odd.filter(pl.col("tier") == "free").write_parquet("odd.parquet")
    return tmp_path / "w"


@pytest.fixture
def run(command: Run, place: Path) -> Run:
    return command


def test_a_schema_is_inferred_shown_and_changed(run: Run, place: Path) -> None:
    code, _, err = run("schema", "infer", "plays.parquet", "--by", "tier", "--by", "country, tier")
    assert code == 0
    assert "plays.toml: 10 columns" in err
    path = place / "schema" / "plays.toml"
    path.write_text(path.read_text().replace('unit = "ms"', 'unit = "ms"  # as the players send it'))
    first = path.read_text()
    code, out, _ = run("schema", "show", "plays")
    assert (code, out) == (0, first)
    assert "plays: 10 columns" in run("schema", "show")[1]

    code, out, _ = run("schema", "diff", "plays.parquet")
    assert (code, out) == (0, "plays: nothing would change\n")
    code, out, _ = run("schema", "diff", "odd.parquet", "--name", "plays")
    assert code == 0
    assert "ms_played: median within" in out
    assert "new: new column of type int" in out
    assert "[tier=premium]: no longer asked for" in out
    assert "+[columns.new]" in out
    assert path.read_text() == first

    code, out, _ = run("schema", "accept", "odd.parquet", "--name", "plays", "--column", "ms_played")
    assert code == 0
    assert "new: new column" in out  # all of it is shown, whatever is chosen
    schema = load_schemas(place)["plays"]
    assert "new" not in schema.columns
    assert {"tier": "premium"} in [s.where for s in schema.slices]
    assert (schema.columns["ms_played"].typical or (0, 0))[0] < 1000
    assert "# as the players send it" in path.read_text()

    code, _, err = run("schema", "accept", "odd.parquet", "--name", "plays", "--slice", "tier=gold")
    assert code == 2
    assert "no changed slice 'tier=gold'; there are: tier=premium" in err


def test_all_of_it_takes_a_yes(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("schema", "infer", "plays.parquet", "--by", "tier")
    path = place / "schema" / "plays.toml"
    first = path.read_text()
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, out, _ = run("schema", "accept", "odd.parquet", "--name", "plays")
    assert code != 0
    assert "new: new column" in out
    assert path.read_text() == first
    code, _, _ = run("schema", "accept", "odd.parquet", "--name", "plays", "--yes")
    assert code == 0
    assert "new" in load_schemas(place)["plays"].columns
    assert run("schema", "diff", "odd.parquet", "--name", "plays")[1] == "plays: nothing would change\n"


def test_a_schema_that_is_there_is_left_alone(run: Run, place: Path) -> None:
    run("schema", "infer", "plays.parquet")
    code, _, err = run("schema", "infer", "odd.parquet", "--name", "plays")
    assert code == 2
    assert "`segue schema accept` takes it over" in err
    assert run("schema", "infer", "odd.parquet", "--name", "plays", "--anew")[0] == 0
    assert "new" in load_schemas(place)["plays"].columns


def test_environments(run: Run, place: Path) -> None:
    plays(3000, 2).drop("skipped").write_parquet("serving.parquet")
    run("schema", "infer", "plays.parquet", "--environment", "training")
    assert load_schemas(place)["plays"].columns["tier"].environments == ["training"]
    code, _, _ = run("schema", "accept", "serving.parquet", "--name", "plays", "--environment", "serving", "--yes")
    assert code == 0
    columns = load_schemas(place)["plays"].columns
    assert columns["tier"].environments == ["training", "serving"]
    assert columns["skipped"].environments == ["training"]
    code, _, err = run("schema", "diff", "plays.parquet", "--environment", "test")
    assert code == 2
    assert "there are: training, evaluation, serving" in err


def test_tables_of_the_workspace(run: Run, place: Path) -> None:
    with Workspace.create(place) as workspace:
        items = [Item(uri=f"segue:track:{n}", title=f"song {n}") for n in range(50)]
        told = [
            Play(id=f"{d}-{n}", listener=f"l{n % 20}", at=T0 + d * DAY + n * 60_000, item=f"segue:track:{n % 50}",
                 ms_played=200_000 + n, country="SE", attrs={"tier": "premium" if d == 9 or n % 2 else "free"})
            for d in range(10) for n in range(150)
        ]  # fmt: skip
        workspace.log.append(told, items)
    code, _, err = run("schema", "infer", "events", "items")
    assert code == 0, err
    events = load_schemas(place)["events"]
    assert events.listener == "listener"
    assert events.unique == [["id"]]
    assert events.columns["item"].key == "items.uri"
    assert events.seen == 8 * 150  # not the newest days, which are under test
    assert {"tier": "free"} in [s.where for s in events.slices]
    code, out, _ = run("schema", "diff")
    assert code == 0
    assert "items: nothing would change" in out
    code, _, err = run("schema", "diff", "plaing")
    assert code == 2
    assert "no table or file 'plaing'; there are: events, items" in err


def test_tfdv_schemas_are_exchanged(run: Run, place: Path, tmp_path: Path) -> None:
    run("schema", "infer", "plays.parquet", "--by", "tier")
    code, _, err = run("schema", "export", "plays", "schema.pbtxt")
    assert code == 0
    assert "ms_played: typical" in err
    assert "the slice tier=free" in err
    text = (tmp_path / "schema.pbtxt").read_text()
    before = load_schemas(place)["plays"]
    code, out, _ = run("schema", "import", "schema.pbtxt", "--name", "plays")
    assert (code, out) == (0, "plays: nothing would change\n")
    (tmp_path / "schema.pbtxt").write_text(
        text.replace('value: "premium"', 'value: "gold" is_categorical: CATEGORICAL_YES')
    )
    code, out, err = run("schema", "import", "schema.pbtxt", "--name", "plays", "--yes")
    assert code == 0
    assert "feature 'tier'.string_domain.is_categorical" in err
    assert "tier: takes gold, too; no longer takes premium" in out
    after = load_schemas(place)["plays"]
    assert after.columns["tier"].values == ["free", "gold"]
    assert after.columns["ms_played"] == before.columns["ms_played"]
    assert after.slices == before.slices
    assert run("schema", "import", "schema.pbtxt", "--name", "theirs")[0] == 0
    assert load_schemas(place)["theirs"].columns["tier"].values == ["free", "gold"]
    assert run("schema", "import", "nothing.pbtxt", "--name", "x")[0] == 2
    assert run("import", "--help")[0] == 0  # of listening, as before


def test_no_schema_yet(run: Run) -> None:
    run("init")
    assert "segue schema infer" in run("schema", "show")[2]
    assert "segue schema infer" in run("schema", "diff")[2]
    code, _, err = run("schema", "diff", "plays.parquet")
    assert code == 2
    assert "no schema of a table 'plays'" in err
    code, _, err = run("schema", "infer", "plays.xlsx")
    assert code == 2
    assert "plays.xlsx" in err


def test_findings_are_waived_listed_and_closed_again(run: Run, place: Path) -> None:
    run("init")
    code, _, err = run("waive", "events.ms_played:unit-change", "--reason", "the old player", "--until", "2099-01-31")
    assert code == 0
    assert "is waived until 2099-01-31" in err
    assert load_waivers(place)[0].reason == "the old player"
    assert "events.ms_played:unit-change until 2099-01-31: the old player" in run("waive", "--list")[1]
    assert run("waive", "a:b")[0] == 2  # no reason
    assert "is over already" in run("waive", "a:b", "--reason", "x", "--until", "2020-01-01")[2]
    assert "is no day" in run("waive", "a:b", "--reason", "x", "--until", "tomorrow")[2]
    assert run("waive", "events.ms_played:unit-change", "--remove")[0] == 0
    assert load_waivers(place) == []
    assert run("waive")[0] == 2
