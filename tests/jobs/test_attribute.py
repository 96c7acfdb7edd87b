"""What cards led to is the same however the rows arrive, and after whatever crash."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from segue.core.events import AnyEvent, Decided, Play, Rating, Save
from segue.jobs import attribute as job
from segue.jobs.attribute import attribute, folder_of, read_outcomes
from segue.store.outcomes import Terms
from segue.store.privacy import forget_listener
from segue.store.workspace import Workspace

HOUR, DAY = 3_600_000, 86_400_000
NOW = 1_790_035_200_000  # a midnight


class Unknown:
    """A catalogue that knows nothing."""

    items = artist = album = np.zeros(0, np.int32)
    duration = np.zeros(0, np.int64)

    def rows(self, numbers: Any) -> Any:
        raise AssertionError


FACTS = Unknown()


def decided(page: str, row: int, items: list[int], at: int, listener: str) -> Decided:
    attrs = {"shelves": ["a"], "shelf": 0, "p": 1.0, "arms": items, "scores": [0.0] * len(items),
             "chosen": list(range(len(items))), "ps": [0.5] * len(items)}  # fmt: skip
    return Decided(
        id=f"page:{page}:{row}", listener=listener, at=at, page=page, shelf=f"s{row}", row=row, policy="p",
        propensity=1.0, attrs=attrs,
    )  # fmt: skip


def numbers_of(workspace: Workspace, names: list[str]) -> dict[str, int]:
    with workspace.database.write():
        return workspace.catalogue.item_numbers(workspace.database.tenant("default"), names)


def log(workspace: Workspace, seed: int) -> list[AnyEvent]:
    """Some days of pages and answers, some of the answers late, some before their page."""
    rng = random.Random(seed)
    names = [f"segue:track:t{i}" for i in range(12)]
    # Numbers follow from the order of arrival, so that both listeners and all tracks are made known first.
    workspace.log.append(
        [Play(id=f"{w}{n}", listener=w, item=n, at=1, ms_played=1) for w in ("L0", "L1") for n in names]
    )
    numbers = numbers_of(workspace, names)
    events: list[AnyEvent] = []
    for p in range(8):
        at, who = NOW + rng.randrange(5 * DAY), f"L{rng.randrange(2)}"
        for row in range(2):
            shown = rng.sample(names, 4)
            events.append(decided(f"p{p}", row, [numbers[n] for n in shown], at, who))
            for n in rng.sample(shown, 2):
                late = rng.choice([-1, 1, 5, 23, 30]) * HOUR
                page = rng.choice(["", f"p{p}"])
                more = {"id": f"{p}{row}{n}", "listener": who, "item": n, "at": at + late}
                if rng.random() < 0.6:
                    events.append(Play(**more, ms_played=rng.choice([1000, 40_000]), page=page))  # type: ignore[arg-type]
                elif rng.random() < 0.5:
                    events.append(Save(**more, page=page))  # type: ignore[arg-type]
                else:
                    events.append(Rating(**more, value=-1.0))  # type: ignore[arg-type]
    return events


def read(workspace: Workspace) -> pa.Table:
    return read_outcomes(workspace, "default", settled=False)


def at_once(path: Path, seed: int) -> pa.Table:
    with Workspace.create(path) as workspace:
        workspace.log.append(log(workspace, seed))
        did = attribute(workspace, "default", FACTS)
        table = read(workspace)
        assert did.cards == len(table) > 0
        assert did.settled == sum(table["settled"].to_pylist())
        return table


@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_any_batches_give_the_same_table(seed: int, tmp_path: Path) -> None:
    expected = at_once(tmp_path / "a", seed)
    assert any(expected["streamed"].to_pylist())
    with Workspace.create(tmp_path / "b") as workspace:
        events = log(workspace, seed)
        rng = random.Random(seed)
        rng.shuffle(events)
        while events:
            n = rng.randrange(1, 12)
            workspace.log.append(events[:n])
            attribute(workspace, "default", FACTS)
            events = events[n:]
        assert read(workspace).equals(expected)
        nothing = attribute(workspace, "default", FACTS)
        assert (nothing.rows, nothing.days) == (0, 0)


@pytest.mark.parametrize("calls", range(4))
def test_a_crash_anywhere_leaves_nothing_that_the_next_run_does_not_mend(
    calls: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = at_once(tmp_path / "a", 1)
    with Workspace.create(tmp_path / "b") as workspace:
        events = log(workspace, 1)
        workspace.log.append(events[:20])
        attribute(workspace, "default", FACTS)
        workspace.log.append(events[20:])
        place, left = job._place, [calls]

        def failing(draft: Path, path: Path) -> None:
            if not left[0]:
                raise OSError("no space")
            left[0] -= 1
            place(draft, path)

        monkeypatch.setattr(job, "_place", failing)
        with pytest.raises(OSError, match="no space"):
            attribute(workspace, "default", FACTS)
        monkeypatch.setattr(job, "_place", place)
        attribute(workspace, "default", FACTS)
        assert read(workspace).equals(expected)


def test_a_late_answer_opens_its_day_again_and_counts_once(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "ws") as workspace:
        log(workspace, 0)
        late = Play(id="late", listener="L", item="segue:track:t0", at=NOW + HOUR, ms_played=40_000, page="p")
        item = numbers_of(workspace, [late.item])[late.item]
        workspace.log.append([decided("p", 0, [item], NOW, "L"), decided("q", 0, [item], NOW + 9 * DAY, "L")])
        assert attribute(workspace, "default", FACTS).settled == 1
        assert read_outcomes(workspace, "default")["ms"].to_pylist() == [0]
        for _ in range(2):  # the second time nothing is new
            workspace.log.append([late])
            attribute(workspace, "default", FACTS)
            assert read_outcomes(workspace, "default")["ms"].to_pylist() == [40_000]
        assert attribute(workspace, "default", FACTS, now=NOW + 11 * DAY).settled == 1  # the other page, by the clock
        assert len(read_outcomes(workspace, "default")) == 2
        assert len(read_outcomes(workspace, "default", since=NOW + DAY)) == 1


def test_other_terms_or_a_forgotten_listener_have_it_made_anew(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "ws") as workspace:
        workspace.log.append(log(workspace, 2))
        attribute(workspace, "default", FACTS)
        before = read(workspace)
        attribute(workspace, "default", FACTS, Terms(rows=1, cards=1))
        assert sum(read(workspace)["seen"].to_pylist()) < sum(before["seen"].to_pylist())
        attribute(workspace, "default", FACTS)
        assert read(workspace).equals(before)
        assert len(set(before["listener"].to_pylist())) == 2
        forget_listener(workspace, "default", "L0")
        assert not list((workspace.path / "outcomes").rglob("*.parquet"))  # at once, not with the next run
        attribute(workspace, "default", FACTS)
        assert len(set(read(workspace)["listener"].to_pylist())) == 1


def test_nothing_shown_yet(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "ws") as workspace:
        log(workspace, 0)
        assert attribute(workspace, "default", FACTS).cards == 0
        assert len(read_outcomes(workspace, "default")) == 0
        assert (folder_of(workspace, "default") / "state.json").is_file()
