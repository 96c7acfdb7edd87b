"""The open log format: the same columns from every kind of file, and every bad row counted with its reason."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segue.core.errors import InputError
from segue.evaluation.ope.open_log import read_open_log

ROWS = [
    {"page": "b", "slot": 1, "listener": "ann", "at": "2026-01-02T00:00:00Z", "action": "x", "propensity": 0.25,
     "reward": 1, "arms": ["x", "y"], "x_hour": 7, "x_device": "car", "p_new": [0.9, 0.1]},
    {"page": "b", "slot": 0, "listener": "ann", "at": "2026-01-02T00:00:00Z", "action": "y", "propensity": 0.5,
     "reward": 0, "arms": ["x", "y", "z"], "x_hour": 7, "x_device": "car", "p_new": [0.2, 0.3, 0.5]},
    {"page": "a", "slot": 0, "listener": "bob", "at": "2026-01-01T00:00:00Z", "action": "z", "propensity": 1,
     "reward": 0.5, "arms": ["z"], "x_hour": 9, "x_device": "phone", "p_new": [1.0]},
]  # fmt: skip


def delimited(sep: str) -> str:
    def cell(value: object) -> str:
        return " ".join(map(str, value)) if isinstance(value, list) else str(value)

    lines = [sep.join(ROWS[0])] + [sep.join(map(cell, row.values())) for row in ROWS]
    return "\n".join(lines) + "\n"


def write(folder: Path, kind: str) -> Path:
    path = folder / f"log.{kind}"
    if kind == "csv":
        path.write_text(delimited(","))
    elif kind == "tsv":
        path.write_text(delimited("\t"))
    elif kind == "csv.gz":
        path.write_bytes(gzip.compress(delimited(",").encode()))
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    elif kind == "json":
        path.write_text(json.dumps(ROWS, indent=1))
    else:
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    return path


@pytest.mark.parametrize("kind", ["csv", "tsv", "csv.gz", "jsonl", "json", "parquet"])
def test_one_log_from_every_kind_of_file(tmp_path: Path, kind: str) -> None:
    found = read_open_log(write(tmp_path, kind))
    log = found.log
    assert found.rejected == {}
    assert log.actions == ("x", "y", "z")
    assert [log.actions[a] for a in log.action] == ["y", "x", "z"]  # page b comes first in the file, slot 0 above 1
    assert log.page.tolist() == [0, 0, 1]
    assert log.slot.tolist() == [0, 1, 0]
    assert log.listener.tolist() == [0, 0, 1]
    assert log.at.tolist() == [1767312000000, 1767312000000, 1767225600000]
    assert log.propensity.tolist() == [0.5, 0.25, 1.0]
    assert log.reward.tolist() == [0, 1, 0.5]
    assert log.arms is not None
    assert log.arms.toarray().tolist() == [[True, True, True], [True, True, False], [False, False, True]]
    assert log.columns["p_new"].tolist() == [0.3, 0.9, 1.0]
    assert log.over["new"].toarray().tolist() == [[0.2, 0.3, 0.5], [0.9, 0.1, 0], [0, 0, 1]]
    assert log.context_names == ("x_hour", "x_device=phone")
    np.testing.assert_array_equal(log.context, [[7, 0], [7, 0], [9, 1]])


def csv(folder: Path, *lines: str, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_least_a_log_may_be(tmp_path: Path) -> None:
    found = read_open_log(csv(tmp_path, "action,propensity,reward", "a,0.5,1", "b,0.5,0"))
    assert (found.log.pages, found.log.actions) == (2, ("a", "b"))
    assert found.log.listener.tolist() == [0, 1]
    assert "names no listeners" in found.notes[0]
    assert found.log.available(slice(0, 2)).all()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("p,0,a,0,1,0.5", "propensity is 0 or less"),
        ("p,0,a,-0.1,1,0.5", "propensity is 0 or less"),
        ("p,0,a,1.2,1,0.5", "propensity is not from 0 to 1"),
        ("p,0,a,much,1,0.5", "propensity is not a number"),
        ("p,0,a,,1,0.5", "no propensity"),
        ("p,0,a,0.5,nan,0.5", "reward is not finite"),
        ("p,0,a,0.5,,0.5", "no reward"),
        ("p,0,,0.5,1,0.5", "no action"),
        (",0,a,0.5,1,0.5", "no page"),
        ("p,first,a,0.5,1,0.5", "slot is not a number"),
        ("p,-1,a,0.5,1,0.5", "slot is not a whole number"),
        ("p,0,a,0.5,1,1.5", "p_new is not from 0 to 1"),
        ("p,0,a,0.5,1", "5 columns, expected 6"),
    ],
)
def test_a_bad_row_is_counted_with_its_reason_and_the_rest_is_used(tmp_path: Path, row: str, reason: str) -> None:
    good = ["q,0,a,0.5,1,0.5", "r,0,b,0.5,0,0.5"]
    found = read_open_log(csv(tmp_path, "page,slot,action,propensity,reward,p_new", good[0], row, good[1]))
    (told,) = found.rejected
    assert reason in told
    assert found.rejected[told] == 1
    assert found.examples[told] == "log.csv line 3"
    assert found.log.pages == 2


def test_a_page_with_a_bad_row_goes_as_a_whole(tmp_path: Path) -> None:
    rows = ["page,slot,action,propensity,reward", "p,0,a,0.5,1", "p,1,b,0,1", "p,2,c,0.5,1", "q,0,a,0.5,0"]
    found = read_open_log(csv(tmp_path, *rows))
    assert found.log.pages == 1
    assert found.rejected == {
        "propensity is 0 or less: what was chosen had a chance": 1,
        "another choice of its page could not be used": 2,
    }
    twice = read_open_log(csv(tmp_path, rows[0], "p,0,a,0.5,1", "p,0,b,0.5,1", "q,0,a,0.5,0", name="twice.csv"))
    assert twice.rejected == {
        "two choices in one slot of a page": 1,
        "another choice of its page could not be used": 1,
    }


def test_arms_and_chances_must_fit(tmp_path: Path) -> None:
    head = "action,propensity,reward,arms,p_new"
    rows = [
        "a,0.5,1,a b,0.5 0.5",
        "c,0.5,1,a b,0.5 0.5",
        "a,0.5,1,a a,0.5 0.5",
        "a,0.5,1,a b,0.5 0.4",
        "a,0.5,1,a b,1 0 0",
    ]
    found = read_open_log(csv(tmp_path, head, *rows))
    assert found.log.pages == 1
    assert set(found.rejected) == {
        "the action is not among its arms",
        "an arm is named twice",
        "p_new: the chances over the arms do not add up to 1",
        "p_new has 3 chances for 2 arms",
    }


def test_a_folder_is_one_log(tmp_path: Path) -> None:
    csv(tmp_path, "page,action,propensity,reward", "p,a,0.5,1", name="monday.csv")
    csv(tmp_path, "page,action,propensity,reward", "q,b,0.5,1", name="tuesday.csv")
    (tmp_path / "README").write_text("not a table")
    assert read_open_log(tmp_path).log.pages == 2


def test_what_is_no_log_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no column 'propensity'.*open-log-format"):
        read_open_log(csv(tmp_path, "action,reward,chance", "a,1,0.5"))
    with pytest.raises(InputError, match=r"no row could be used; log\.csv line 2: no action"):
        read_open_log(csv(tmp_path, "action,propensity,reward", ",0.5,1"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no table"):
        read_open_log(tmp_path / "empty")
    with pytest.raises(InputError, match="is empty"):
        read_open_log(csv(tmp_path, "", name="none.csv"))


@pytest.mark.parametrize(
    "raw", [b"\x00\xff\x13\x37" * 100, b"{" * 1000, b"[[[", b"PAR1 and no more", b"\x1f\x8b\x08broken"]
)
def test_a_hostile_file_is_an_error_with_a_reason(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=r"log\.csv"):
        read_open_log(path)


def test_times_in_seconds_milliseconds_and_words(tmp_path: Path) -> None:
    rows = ["a,1,0,1767225600", "a,1,0,1767225600000", "a,1,0,2026-01-01", "a,1,0,", "a,1,0,yesterday"]
    found = read_open_log(csv(tmp_path, "action,propensity,reward,at", *rows))
    assert found.log.at.tolist() == [1767225600000] * 3 + [0]
    assert list(found.rejected) == ["not an ISO date or time: 'yesterday'"]
