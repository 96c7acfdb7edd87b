"""From a log to a release: the planted taste is found, steps are not run again, everyone gets an answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from segue.core.errors import NotReady, UnknownName, UsageError
from segue.core.events import Play
from segue.core.types import Kind
from segue.jobs.check import check
from segue.jobs.evaluate import evaluate
from segue.jobs.protocols import day, outer
from segue.jobs.recommend import recommend_all
from segue.jobs.train import train
from segue.runs.ledger import Ledger
from segue.runs.releases import current_release, releases, rollback
from segue.store.snapshot import take
from segue.store.workspace import Workspace
from segue.web.api.leaderboards import boards

QUICK = ("item-knn",)


def test_nothing_to_learn_from_says_so(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "ws") as workspace, pytest.raises(NotReady, match="segue import"):
        train(workspace, "default")


def test_a_release_recommends_what_was_planted(workspace: Workspace, tmp_path: Path) -> None:
    done = train(workspace, "default", recipes=QUICK)
    assert current_release(workspace.path, "default").id == done.release.id
    out = tmp_path / "all.jsonl"
    written = recommend_all(workspace, "default", out, n=5)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert written.owners == len(lines) == 60
    for line in lines:
        side = int(line["listener"][1:]) % 2
        assert [int(item[1:]) % 2 for item in line["items"]] == [side] * 5
        assert line["scores"] == sorted(line["scores"], reverse=True)


def test_a_control_popularity_does_not_find_it(workspace: Workspace, tmp_path: Path) -> None:
    train(workspace, "default", recipes=("popular",))
    out = tmp_path / "all.jsonl"
    recommend_all(workspace, "default", out, n=5)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    sides = [int(i[1:]) % 2 == int(line["listener"][1:]) % 2 for line in lines for i in line["items"]]
    assert 0.1 < sum(sides) / len(sides) < 0.7


def test_seen_is_dropped_or_kept(workspace: Workspace, tmp_path: Path) -> None:
    train(workspace, "default", recipes=QUICK)
    had = {p["listener"]: p for p in _lines(workspace, tmp_path, "keep")}
    fresh = {p["listener"]: p for p in _lines(workspace, tmp_path, "drop")}
    assert all(len(p["items"]) == 40 for p in had.values())
    assert all(len(p["items"]) == 26 for p in fresh.values())


def _lines(workspace: Workspace, folder: Path, seen: str) -> list[dict[str, list[str]]]:
    out = folder / f"{seen}.jsonl"
    recommend_all(workspace, "default", out, n=100, seen="drop" if seen == "drop" else "keep")
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_what_stands_is_not_run_again_and_new_facts_are(workspace: Workspace) -> None:
    first = train(workspace, "default", recipes=QUICK)
    with Ledger(workspace.path / "runs") as ledger:
        steps = ledger.runs()
        assert {s.name for s in steps} == {"fit", "learn", "moods", "space", "steady", "promote"}
        assert train(workspace, "default", recipes=QUICK).release.id == first.release.id
        assert ledger.runs() == steps
    workspace.log.append([Play(id="x", listener="u0", item="segue:track:t38", at=1_800_000_000_000, ms_played=60_000)])
    second = train(workspace, "default", recipes=QUICK)
    assert second.release.id != first.release.id
    assert rollback(workspace.path, "default").id == first.release.id
    assert len(releases(workspace.path, "default")) == 2


def test_not_promoted_when_asked(workspace: Workspace) -> None:
    train(workspace, "default", recipes=QUICK, promoting=False)
    with pytest.raises(NotReady):
        current_release(workspace.path, "default")


def test_wrong_names_are_named(workspace: Workspace) -> None:
    with pytest.raises(UnknownName, match=r"recipe 'magic'; there are: .*ease"):
        train(workspace, "default", recipes=("magic",))
    with pytest.raises(UnknownName, match="kind 'song'"):
        train(workspace, "default", kind="song")
    with pytest.raises(UsageError, match="drop or keep"):
        evaluate(workspace, "default", seen="maybe")


def test_the_leaderboard_has_the_baselines_and_finds_the_plant(workspace: Workspace) -> None:
    (found,) = evaluate(workspace, "default", recipes=QUICK, kind="track")
    names = [row.name for row in found.board.rows]
    assert {"popular", "item-knn", "ease"} <= set(names)
    by_name = {row.name: row.interval.mean for row in found.board.rows}
    assert by_name["item-knn"] > 1.3 * by_name["popular"]
    assert "dropped" in str(found.board.protocol)
    (kept,) = boards(workspace.path, "default")  # where the console finds it
    assert ([m.name for m in kept.models], kept.chosen, kept.main) == (names, found.chosen, found.board.main)
    assert boards(workspace.path, "another") == []


def test_the_rows_that_judge_choose_nothing(workspace: Workspace) -> None:
    data = take(workspace, "default").interactions(Kind.TRACK)
    split = outer(data)
    late = day("2023-11-20")
    assert split.train.at.max() < data.at.max()
    assert len(split.train.rows) < len(data.rows)
    assert outer(data, since="2023-11-20").train.at.max() < late
    with pytest.raises(Exception, match="YYYY-MM-DD"):
        outer(data, since="20.11.2023")


def test_check_passes_here_and_fails_on_an_empty_log(workspace: Workspace, tmp_path: Path) -> None:
    assert not check(workspace, "default").failed
    with Workspace.create(tmp_path / "empty") as empty:
        report = check(empty, "default")
        assert report.failed
        assert "import something first" in report.payload().findings[0].message
        assert json.loads(report.json())["failed"] is True


def test_unknown_and_new_listeners_get_something(workspace: Workspace, tmp_path: Path) -> None:
    train(workspace, "default", recipes=QUICK)
    out = tmp_path / "some.jsonl"
    recommend_all(workspace, "default", out, n=3, only=["u1", "nobody"])
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["listener"] for line in lines] == ["u1", "nobody"]
    assert [len(line["items"]) for line in lines] == [3, 3]
