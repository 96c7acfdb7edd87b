from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import numpy as np
from rich.console import Console

from segue.evaluation.simulation import FORMAT, SUMS, Run, Simulation
from segue.evaluation.simulation_report import MEANING, as_html, as_json, as_table, headline, predicted

EVIL = "<script>alert(1)</script>"


def run(policy: str, rate: float, predictions: tuple[dict[str, Any], ...] = ()) -> Run:
    visits = np.ones((40, 9))
    figures = {n: np.zeros((40, 9)) for n in SUMS} | {"visits": visits, "seen": visits, "streams": visits * rate}
    return Run(
        policy, 0, {"listeners": 40, "control": 0.2}, np.zeros(40, bool), np.ones(40, bool), figures,
        np.ones((40, 3)), {"shown": 3}, ((1, 2.0, 1.0),), predictions,
    )  # fmt: skip


def said(day: int, value: float | None, logged: float, policy: str = "ours") -> dict[str, Any]:
    return {
        "day": day + 1, "from": day, "policy": policy, "estimator": "cascade-dr", "refused": "" if value else "too few",
        "value": value, "low": None if value is None else value - 0.1, "high": None if value is None else value + 0.1,
        "effective": 100.0, "logged": logged,
    }  # fmt: skip


def simulation() -> Simulation:
    own = tuple(said(d, 1.5, 1.4 + 0.1 * d) for d in range(3))
    other = tuple(said(d, None if d == 1 else 1.6, 1.0) for d in range(3))
    return Simulation.of([run("popularity", 1.0), run("ours", 1.5, own), run(EVIL, 1.2, other)])


def test_predictions_stand_beside_what_the_policy_itself_earned_that_day() -> None:
    table = {(p["log"], p["day"]): p for p in predicted(simulation())}
    assert table[EVIL, 1]["value"] == 1.6
    assert table[EVIL, 1]["measured"] == 1.5  # the log of ours on day 1
    assert table[EVIL, 2]["value"] is None
    assert table[EVIL, 3]["measured"] is None  # nobody was there on day 3


def test_json_is_stable_and_holds_the_runs() -> None:
    raw = json.loads(as_json(simulation(), "segue simulate"))
    assert raw["format"] == FORMAT
    assert [p["policy"] for p in raw["policies"]] == ["ours", EVIL, "popularity"]
    assert set(raw["policies"][0]["figures"]) == set(MEANING)
    assert raw["policies"][0]["beside"]["streams per visit"]["mean"] == 1.5
    assert raw["curves"]["ours"]["streams per visit"][-1] == [9, 1.5]
    again = Simulation.of([Run.from_dict(r) for r in raw["runs"]])
    assert again.outcomes[0].figures == simulation().outcomes[0].figures


def test_the_page_needs_nothing_and_escapes_names() -> None:
    page = as_html(simulation(), "segue simulate --days 9")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http://www.w3.org", "")
    for svg in page.split("<svg")[1:]:
        ElementTree.fromstring("<svg" + svg.partition("</svg>")[0] + "</svg>")
    assert "predicted from the log" in page
    assert headline(simulation()) in page


def test_the_table_fits_and_tells_the_ratio() -> None:
    console = Console(width=140, record=True, file=None, force_terminal=False, quiet=False)
    with console.capture() as capture:
        console.print(as_table(simulation(), 140))
    text = capture.get()
    assert "1.50 (1.50–1.50)" in text
    assert max(map(len, text.splitlines())) <= 140


def test_one_policy_alone_can_be_reported() -> None:
    alone = Simulation.of([run("ours", 1.5)])
    assert "ours has most streams per visit, 1.50." in headline(alone)
    assert as_html(alone)
