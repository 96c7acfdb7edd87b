"""Decisions to the log and back: what was chosen from, and how likely it was."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from segue.core.errors import InputError
from segue.core.events import Click, Decided
from segue.core.slates import Card, Decision, Home, Reason, ShelfDecision, ShelfView
from segue.store.decisions import Slates, read_slates, slates
from segue.store.workspace import Workspace
from segue.surfaces.impressions import Shown, shown_rows

NOW = 1_790_000_000_000


def decision(shelf: str, arms: tuple[int, ...], chosen: tuple[int, ...], reasons: bool = False) -> ShelfDecision:
    n = len(chosen)
    fit = tuple(Decision("p", "r", ("near", "new") if i else ("near",), (0,), (0.75 if i else 1.0,)) for i in range(n))
    return ShelfDecision(
        Decision("p", "r", (shelf, "other"), (0,), (0.625,), (-1.0, -2.0)),
        Decision(
            "p", "r", arms, chosen, tuple(1 / (2 + i) for i in range(n)), tuple(-0.12345 * i for i in range(len(arms)))
        ),
        fit if reasons else (),
        tuple(-0.5 * i for i in range(len(arms))),
    )  # fmt: skip


def page(name: str, listener: str, at: int, *decisions: ShelfDecision) -> Shown:
    views = tuple(
        ShelfView(str(d.shelf.arms[0]), "", tuple(Card(int(d.cards.arms[i]), Reason("near")) for i in d.cards.chosen))
        for d in decisions
    )
    return Shown(name, "default", listener, at, Home(name, views, decisions), {"hour": 7, "device": "phone"})


def kept(workspace: Workspace, *pages: Shown) -> Slates:
    workspace.log.append_table(shown_rows(pages))
    return read_slates(workspace.log, "default")


def test_what_was_decided_is_what_is_read(workspace: Workspace) -> None:
    got = kept(
        workspace,
        page("q", "u", NOW + 5, decision("because:1", (7, 8, 9, 10), (2, 0), reasons=True)),
        page("p", "v", NOW, decision("mix:1", (3,), (0,)), decision("new", (5, 4, 6), (1, 2, 0))),
    )
    assert len(got) == 3  # by time
    assert (got.page, got.shelf, got.row.tolist()) == (("p", "p", "q"), ("mix:1", "new", "because:1"), [0, 1, 0])
    assert got.items.tolist() == [3, 4, 6, 5, 9, 7]
    assert got.chosen_row.tolist() == [0, 1, 1, 1, 2, 2]
    assert got.arm_ptr.tolist() == [0, 1, 4, 8]
    assert got.arms.tolist() == [3, 5, 4, 6, 7, 8, 9, 10]
    assert got.propensity.tolist() == pytest.approx([1 / 2, 1 / 2, 1 / 3, 1 / 4, 1 / 2, 1 / 3], abs=0)  # whole
    assert got.shelf_p.tolist() == [0.625] * 3
    assert got.reason_p.tolist() == [1, 1, 1, 1, 1, 0.75]
    assert got.shelves[2] == ("because:1", "other")
    assert got.scores[4:].tolist() == pytest.approx([0, -0.1235, -0.2469, -0.3704], abs=1e-4)
    assert got.retrieved[4:].tolist() == [0, -0.5, -1, -1.5]
    assert (set(got.policy), set(got.release)) == ({"p"}, {"r"})
    assert got.context[0]["hour"] == 7
    assert got.listener[0] == got.listener[1] != got.listener[2]


def test_said_again_is_kept_once_and_a_stretch_of_time_is_cut_out(workspace: Workspace) -> None:
    first, second = (page(n, "u", NOW + i, decision("new", (1, 2), (0,))) for i, n in enumerate("pq"))
    assert len(kept(workspace, first, second, first)) == 2
    assert len(kept(workspace, second)) == 2
    assert read_slates(workspace.log, "default", NOW + 1).page == ("q",)
    assert read_slates(workspace.log, "default", until=NOW + 1).page == ("p",)


def test_the_propensity_of_the_event_is_that_of_its_row(workspace: Workspace) -> None:
    made = decision("new", (5, 4, 6), (1, 2), reasons=True)
    workspace.log.append_table(shown_rows([page("p", "u", NOW, made)]))
    (stated,) = workspace.log.read("default", types=(Decided,))["propensity"].to_pylist()
    got = read_slates(workspace.log, "default")
    assert stated == pytest.approx(got.shelf_p[0] * got.propensity.prod() * got.reason_p.prod())
    assert stated == pytest.approx(made.propensity)


def test_other_events_are_left_out_and_none_are_no_slates(workspace: Workspace) -> None:
    workspace.log.append([Click(id="c", listener="u", at=NOW, item="segue:track:1")])
    everything = workspace.log.read("default")
    got = slates(everything)
    assert (len(got), len(got.items), got.arm_ptr.tolist()) == (0, 0, [0])
    assert got.chosen_row.dtype == np.int64


@pytest.mark.parametrize("attrs", [None, "{}", '{"shelves": []}', '{"arms": "x"}'])
def test_a_row_that_is_no_decision_is_named(attrs: str | None, workspace: Workspace) -> None:
    workspace.log.append_table(shown_rows([page("p", "u", NOW, decision("new", (1,), (0,)))]))
    table = workspace.log.read("default")
    broken = table.set_column(table.schema.get_field_index("attrs"), "attrs", pa.array([attrs], pa.string()))
    with pytest.raises(InputError, match="seq 1"):
        slates(broken)
