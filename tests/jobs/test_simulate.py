from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from segue.app import open_service
from segue.core.errors import InputError, UnknownName
from segue.core.events import Decided, Play
from segue.evaluation.simulation import Run, Simulation
from segue.jobs import simulate as job
from segue.jobs.simulate import Plan, read_runs, simulate
from segue.runs.releases import current_release
from segue.signals.text import Hashed
from segue.store.decisions import read_slates
from segue.store.outcomes import READ, outcomes
from segue.store.snapshot import open_snapshot
from segue.store.workspace import Workspace
from segue.world import WorldSettings

PLAN = Plan(listeners=80, days=2, history=12, tracks=400, shelves=3, cards=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("simulated")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the workspace of one policy is copied to, night by night."""
    return tmp_path_factory.mktemp("kept") / "ws"


@pytest.fixture(scope="module")
def runs(folder: Path, kept: Path) -> dict[str, Run]:
    import shutil

    nights: list[Path] = []

    def learns(workspace: Path) -> None:
        nights.append(workspace)
        if workspace.name.startswith("plackett-luce"):
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(workspace, kept)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "RECIPES", ("popular",))
        patch.setattr(job, "WorldSettings", partial(WorldSettings, shows=12, audiobooks=40))
        patch.setattr("segue.jobs.space.text_encoder", Hashed)  # what pages are made of is not what this is about,
        patch.setattr("segue.jobs.moods.text_encoder", Hashed)
        patch.setattr("segue.models.space.layout.ROUNDS", 20)  # nor a map of it
        done = simulate(PLAN, ["popularity", "plackett-luce"], [3], folder, open_service, learns)
    assert [n.name for n in nights] == ["plackett-luce-3"]  # popularity learns nothing, nor the last night
    return {r.policy: r for r in done}


def test_people_see_pages_and_hear_what_they_like(runs: dict[str, Run]) -> None:
    for run in runs.values():
        assert run.figures["visits"].shape == (80, 2)
        total = {n: float(v.sum()) for n, v in run.figures.items()}
        assert 60 < total["visits"] < 600
        assert total["started"] >= total["streams"] > 0.3 * total["visits"]
        assert total["seen"] > 10 * total["visits"]
        assert abs(total["streams"] / total["expected"] - 1) < 0.3  # what happened beside what was promised
        assert run.genres.sum() == total["streams"]
        assert run.reach["streamed"] <= run.reach["shown"] <= run.reach["catalogue"]
        assert all(best > got > 0 for _, best, got in run.best)
    ours = runs["plackett-luce"]
    assert 0 < ours.control.sum() < 80
    assert not runs["popularity"].control.any()


def test_both_face_the_same_visits_on_the_first_day(runs: dict[str, Run]) -> None:
    one, other = (r.figures["visits"][:, 0] for r in runs.values())
    assert np.array_equal(one, other)


def test_the_control_group_meets_the_same_pages_and_luck_in_both(runs: dict[str, Run]) -> None:
    """Its pages are by popularity in either run: on the first day, its streams are the same to the last one."""
    popular, ours = runs["popularity"], runs["plackett-luce"]
    one, other = (r.figures["streams"][:, 0] for r in (popular, ours))
    assert np.array_equal(one[ours.control], other[ours.control])
    assert not np.array_equal(one[~ours.control], other[~ours.control])  # a control


def test_the_log_knows_what_was_shown_and_heard(kept: Path, runs: dict[str, Run]) -> None:
    """Joined again from the log alone, streams are those that were counted."""
    run = runs["plackett-luce"]
    with Workspace.open(kept) as workspace:
        tenant = workspace.settings.tenant
        slates = read_slates(workspace.log, tenant)
        answers = workspace.log.read(tenant, columns=READ)
        plays = workspace.log.read(tenant, types=(Play,), columns=("page",))["page"].to_pylist()
        assert len(workspace.log.read(tenant, types=(Decided,), columns=("seq",))) == len(slates)
    assert len(set(slates.page)) == run.figures["visits"][:, 0].sum()
    named = {p for p in plays if p}
    assert named <= set(slates.page)
    assert len(named) > 10
    facts = open_snapshot(current_release(kept, tenant).snapshot_folder).catalogue
    found = outcomes(slates, answers, facts)
    streams = run.figures["streams"][:, 0].sum()
    assert streams <= found.streamed.sum() <= 1.25 * streams  # a few are played later, away from the page


def test_what_a_policy_says_of_its_own_log_is_what_the_log_earned(runs: dict[str, Run]) -> None:
    own = [p for p in runs["plackett-luce"].predictions if p["policy"] == "plackett-luce"]
    assert [p["from"] for p in own] == [0, 1]
    measured = runs["plackett-luce"]
    test = ~measured.control
    for p in own:
        rate = measured.figures["streams"][test, p["from"]].sum() / measured.figures["visits"][test, p["from"]].sum()
        assert p["logged"] == pytest.approx(rate, rel=0.1)  # the log joins by itself, and counts what came later
        assert p["refused"] or p["value"] == pytest.approx(p["logged"], rel=0.01)
    assert not all(p["refused"] for p in own)
    assert not runs["popularity"].predictions


def test_a_second_call_runs_nothing_and_another_plan_everything(folder: Path, runs: dict[str, Run]) -> None:
    def never(_: Path) -> object:
        raise AssertionError

    again = simulate(PLAN, ["plackett-luce"], [3], folder, never)  # type: ignore[arg-type]
    assert np.array_equal(again[0].figures["streams"], runs["plackett-luce"].figures["streams"])
    kept = sorted(p.name for p in folder.iterdir())
    assert kept[0].startswith("base-3-")
    assert kept[1:] == ["plackett-luce-3.json", "popularity-3.json"]
    from segue.jobs.simulate import _done

    assert _done(folder, Plan(listeners=61), "plackett-luce", 3) is None


def test_files_are_read_back_and_others_are_refused(folder: Path, runs: dict[str, Run], tmp_path: Path) -> None:
    read = read_runs(folder / "popularity-3.json") + read_runs(folder / "plackett-luce-3.json")
    assert {o.policy for o in Simulation.of(read).outcomes} == {"popularity", "plackett-luce"}
    other = tmp_path / "other.json"
    for text in ("[]", "{", json.dumps({"format": "segue-leaderboard/1"})):
        other.write_text(text)
        with pytest.raises(InputError, match="segue simulate"):
            read_runs(other)


def test_an_unknown_policy_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="plackett-luce"):
        simulate(PLAN, ["nonsense"], [0], tmp_path, open_service)
