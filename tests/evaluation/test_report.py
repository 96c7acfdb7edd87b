from __future__ import annotations

import json
import re
from io import StringIO
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from segue.evaluation import charts
from segue.evaluation.leaderboard import Leaderboard, leaderboard
from segue.evaluation.report import MEANING, as_dict, as_html, as_json, as_table, headline

HOSTILE = '<script>alert("x")</script> & co'


@pytest.fixture
def board(random_split: Any, table: Any) -> Leaderboard:
    rng = np.random.default_rng(0)
    items = random_split.train.items
    scores = {name: rng.random((61, 60)).astype(np.float32) for name in ("popular", "ease", HOSTILE, "a", "b")}
    scores["dumb"] = np.full((61, 60), np.nan, np.float32)  # recommends nothing: figures that mean nothing
    return leaderboard({name: table(items, s) for name, s in scores.items()}, random_split, resamples=200)


def test_json_keeps_its_shape(board: Leaderboard) -> None:
    got = json.loads(as_json(board, "segue evaluate --json f"))
    assert got == as_dict(board, "segue evaluate --json f")
    assert set(got) == {
        "format", "command", "protocol", "main", "level", "resamples", "seed", "best_baseline", "models", "by_history",
    }  # fmt: skip
    assert (got["format"], got["command"], got["main"]) == ("segue-leaderboard/1", "segue evaluate --json f", "ndcg@10")
    assert set(got["protocol"]) == {
        "split", "seen", "ties", "cold", "data", "kind", "listeners", "items", "events", "truths", "cold_truths",
        "seen_truths", "words",
    }  # fmt: skip
    for model in got["models"]:
        assert set(model) == {"name", "baseline", "metrics", "interval", "difference", "seconds"}
        assert set(model["interval"]) == {"mean", "low", "high"}
    dumb = next(m for m in got["models"] if m["name"] == "dumb")
    assert dumb["metrics"]["novelty@10"] is None
    assert dumb["metrics"]["ndcg@10"] == 0
    assert [set(span["means"]) for span in got["by_history"]] == [{m["name"] for m in got["models"]}] * len(
        got["by_history"]
    )


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_table_fits_its_terminal(board: Leaderboard, width: int) -> None:
    console = Console(width=width, record=True, file=StringIO())
    console.print(as_table(board, width))
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    assert all(f"{row.interval.mean:.4f}" in text for row in board.rows)
    assert "seen items dropped" in " ".join(text.split())


def test_the_page_is_whole_escaped_and_alone(board: Leaderboard) -> None:
    page = as_html(board, title=HOSTILE, command=f"segue evaluate --title '{HOSTILE}'")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=|url\(|@import|https?://", page)  # nothing from elsewhere
    for said in (
        str(board.protocol),
        "items a listener has already are dropped",
        "seed 0",
        f"{board.protocol.events:,}",
    ):
        assert said in page
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport"' in page
    for svg in re.findall(r"<svg.*?</svg>", page, re.S):
        ET.fromstring(svg)
    assert page.count("<svg") == 7


def test_every_metric_is_explained(board: Leaderboard) -> None:
    assert {name.partition("@")[0] for name in board.rows[0].result.metrics} <= set(MEANING)


def test_charts_stay_inside_their_frame(board: Leaderboard) -> None:
    for draw in (charts.dots, charts.scatter, charts.lengths):
        for width in (340, 540, 1100):
            root = ET.fromstring(draw(board, width))
            height = float(root.attrib["height"])
            for node in root.iter():
                for key, limit in (("cx", width), ("x1", width), ("x2", width), ("cy", height), ("y1", height)):
                    assert 0 <= float(node.get(key, 0)) <= limit, (draw.__name__, width, node.attrib)


def test_the_headline_claims_no_more_than_the_figures(board: Leaderboard, random_split: Any, table: Any) -> None:
    best = board.rows[0]
    said = headline(board)
    assert said.startswith(best.name)
    if best.baseline:
        assert "itself a baseline" in said
    else:
        assert best.difference is not None
        assert ("chance" in said) is not best.difference.excludes_zero
    alone = leaderboard(
        {"a": table(random_split.train.items, np.ones((61, 60), np.float32))}, random_split, resamples=10
    )
    assert "no baseline" in headline(alone)
    assert as_html(alone)
    assert as_table(alone).row_count == 1


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.integers(2, 9))
def test_ticks_enclose_and_rise_evenly(low: float, span: float, about: int) -> None:
    ticks = charts.nice(low, low + span, about)
    assert ticks[0] <= low + 1e-6 * max(1, abs(low), span)
    assert ticks[-1] >= low + span - 1e-6 * max(1, abs(low), span)
    assert 2 <= len(ticks) <= about + 3
    assert all(b > a for a, b in pairwise(ticks))
