"""What is known of a card is what was known when it was shown, and what serving would have said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.features.conftest import DAY, NOW, Row, Small, log, small, table

from segue.core.types import Candidates
from segue.features import READ, Book
from segue.jobs import examples as job
from segue.jobs.examples import LABELS, Examples, asker, replayed
from segue.store.decisions import slates
from segue.store.outcomes import READ as ANSWERED
from segue.store.outcomes import outcomes

FACTS = small()


class Rows:
    """A log that holds some rows."""

    def __init__(self, rows: list[Row]) -> None:
        self.table = table(rows)

    @property
    def last_seq(self) -> int:
        return max(self.table["seq"].to_pylist(), default=0)

    def tail(self, tenant, after_seq, limit=100_000, columns=None):
        keep = np.flatnonzero(self.table["seq"].to_numpy() > after_seq)[:limit]
        return self.table.take(keep).select(columns)


def led(rows: list[Row], facts: Small = FACTS):
    """Outcomes as `attribute` keeps them, all settled."""
    whole = table(rows)
    shown = slates(whole)
    got = outcomes(shown, whole.select(ANSWERED), facts, watermark=NOW + 900 * DAY)
    slate = shown.chosen_row
    columns = {name: getattr(shown, name)[slate] for name in ("at", "listener", "shelf_p")}
    columns |= {name: np.array(getattr(shown, name))[slate] for name in ("page", "shelf", "policy")}
    columns |= {name: getattr(got, name) for name in (*LABELS, "fair", "row", "position")}
    columns |= {"item": shown.items, "propensity": shown.propensity}
    out = pa.table({name: pa.array(values) for name, values in columns.items()})
    return out.sort_by([(name, "ascending") for name in ("at", "page", "row", "position")])


def of(rows: list[Row], led_by: list[Row] | None = None, at_once: int = 300_000) -> Examples:
    return replayed(Rows(rows), "default", led(led_by or rows), Book(FACTS), at_once)  # type: ignore[arg-type]


def key(e: Examples) -> list[tuple[int, int, int]]:
    return list(zip(e.at.tolist(), e.row.tolist(), e.position.tolist()))


def test_replay_equals_what_serving_says_at_that_moment() -> None:
    rows = log(5)
    got = of(rows)
    shown = slates(table(rows))
    live, taken, at = Book(FACTS), 0, 0
    for name in dict.fromkeys(shown.page):
        mine = [i for i, page in enumerate(shown.page) if page == name]
        first = next(i for i, r in enumerate(rows) if r["seq"] == shown.seq[mine[0]])
        for start in range(taken, first, 3):  # as rows come in, a few at a time
            live.update(table(rows[start : min(start + 3, first)]).select(READ))
        taken = first
        names = tuple(dict.fromkeys(shown.shelf[i].partition(":")[0] for i in mine))
        lo, hi = shown.arm_ptr[mine[0]], shown.arm_ptr[mine[-1] + 1]
        source = np.repeat([names.index(shown.shelf[i].partition(":")[0]) for i in mine], 12).astype(np.int16)
        pool = Candidates(shown.arms[lo:hi], shown.retrieved[lo:hi], source, names)  # all that could be shown
        values = live.values(asker(shown, mine[0], "default"), pool).reshape(len(mine), 12, -1)
        n = sum(int(a == shown.at[mine[0]]) for a in got.at.tolist())
        for i in range(at, at + n):
            np.testing.assert_allclose(got.features[i], values[got.row[i], got.position[i]], rtol=1e-6, atol=1e-6)
        at += n
    assert at == len(got) > 100


def test_the_future_changes_nothing() -> None:
    """All that comes after a page is shuffled, altered, or taken away."""
    rows = log(6)
    rng = np.random.default_rng(0)
    expected = of(rows)
    shown = slates(table(rows))
    names = list(dict.fromkeys(shown.page))
    for name in names[3:24:5]:
        last = max(i for i, r in enumerate(rows) if r.get("page") == name and "attrs" in r)
        past, future = rows[: last + 1], rows[last + 1 :]
        moment = rows[last]["at"]
        altered = [
            r | {"item": int(rng.integers(1, 60)), "ms_played": 45_000} if "attrs" not in r else r for r in future
        ]
        order = rng.permutation(len(altered))
        shuffled = [altered[i] | {"seq": r["seq"]} for i, r in zip(order.tolist(), future)]
        for other in ([], altered, shuffled, [r | {"at": moment + 5} for r in shuffled]):
            got = of([*past, *other], led_by=rows)
            until = expected.at <= moment
            same = got.at <= moment
            both = dict(zip(key(got), got.features))
            for k, values in zip(key(expected.take(until)), expected.features[until]):
                np.testing.assert_array_equal(both[k], values)
            assert same.sum() >= until.sum()


def test_the_control_features_that_look_ahead_are_found_out() -> None:
    """With the whole log told before, features of a page are others: the test above can fail."""
    rows = log(6)
    book = Book(FACTS)
    book.update(table(rows).select(READ))
    ahead = replayed(Rows(rows), "default", led(rows), book)  # type: ignore[arg-type]
    assert not np.allclose(ahead.features, of(rows).features)


def test_an_answer_that_came_in_before_the_record_of_its_page_is_not_known_yet(monkeypatch: Any) -> None:
    rows = log(7)
    answered = [r["page"] for r in rows if "attrs" not in r and r.get("page") and r["ms_played"] >= 30_000]
    name = answered[len(answered) // 2]
    first = next(i for i, r in enumerate(rows) if r.get("page") == name and "attrs" in r)
    last = max(i for i, r in enumerate(rows) if r.get("page") == name and "attrs" in r)
    page, after = rows[first : last + 1], [r for r in rows[last + 1 : last + 4] if "attrs" not in r]
    soon = [r | {"at": page[0]["at"] + 20_000} for r in after]
    late = [*rows[:first], *page, *soon, *rows[last + 1 + len(soon) :]]
    early = [*rows[:first], *soon, *page, *rows[last + 1 + len(soon) :]]
    a, b = ([r | {"seq": i + 1} for i, r in enumerate(some)] for some in (late, early))
    assert soon
    np.testing.assert_array_equal(of(a, rows).features, of(b, rows).features)
    monkeypatch.setattr(job, "RECORDED_MS", 0)  # the control: without the care that is taken it would be
    assert not np.array_equal(of(a, rows).features, of(b, rows).features)


@pytest.mark.parametrize("at_once", [7, 50])
def test_in_batches_of_any_size(at_once: int) -> None:
    rows = log(8)
    expected, got = of(rows), of(rows, at_once=at_once)
    np.testing.assert_allclose(got.features, expected.features, rtol=1e-6, atol=1e-6)
    assert key(got) == key(expected)


def test_rows_are_the_seen_cards_with_their_labels_and_chances() -> None:
    rows = log(9)
    got, outs = of(rows), led(rows)
    seen = outs["fair"].to_numpy(zero_copy_only=False)
    assert len(got) == seen.sum()
    assert got.streamed.sum() == outs["streamed"].to_numpy(zero_copy_only=False)[seen].sum() > 0
    assert np.all(got.propensity == 0.125)
    assert (np.diff(got.page) >= 0).all()
    assert got.shelves == ("because", "made-for-you")  # the others stand too far down
    assert got.policies == ("p",)
    half = got.take(got.at < np.median(got.at))
    assert 0 < len(half) < len(got)
    assert half.features.shape == (len(half), len(half.names))
    assert len(of([])) == 0
    assert (got.pages, half.seq, got.id == of(rows).id, got.id == half.id) == (
        len(set(got.page)),
        len(rows),
        True,
        False,
    )


def test_from_a_workspace(tmp_path: Path) -> None:
    from tests.jobs.test_attribute import FACTS as NOBODY
    from tests.jobs.test_attribute import log as small_log

    from segue.jobs.attribute import attribute
    from segue.jobs.examples import examples
    from segue.store.workspace import Workspace

    with Workspace.create(tmp_path / "ws") as workspace:
        workspace.log.append(small_log(workspace, 0))
        attribute(workspace, "default", NOBODY)
        got = examples(workspace, "default", FACTS, ("popularity", "retrieved"))
        assert got.features.shape == (len(got), 5)
        assert len(got) > 10
        some = examples(workspace, "default", FACTS, ("kind",), since=int(np.median(got.at)))
        assert 0 < len(some) < len(got)
