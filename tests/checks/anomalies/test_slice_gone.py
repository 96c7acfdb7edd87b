"""A slice that vanished is told of by its own name, also beside a part of it that shrank."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from segue.checks.anomalies import ANOMALIES, Look
from segue.checks.statistics import gather

SLICES = (("tier",), ("shuffle", "tier"))


def rows(seed: int, n: int = 20_000) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame({"tier": rng.choice(["free", "premium"], n, p=[0.6, 0.4]), "shuffle": rng.random(n) < 0.3})


FREE, PAYS, SHUFFLED = pl.col("tier") == "free", pl.col("tier") == "premium", pl.col("shuffle")


@pytest.mark.parametrize(
    ("training", "evaluation", "found"),
    [
        (pl.lit(True), pl.lit(True), []),
        (pl.lit(True), ~(FREE & SHUFFLED), ["shuffle=true, tier=free"]),
        (pl.lit(True), ~FREE, ["tier=free"]),  # its halves are not told of besides
        (~PAYS, pl.lit(True), ["tier=free"]),  # 100 % became 60 %, shuffled or not
        (~PAYS, ~(FREE & SHUFFLED), ["tier=free", "shuffle=true, tier=free"]),
    ],
)
def test_what_vanished_is_named(training: pl.Expr, evaluation: pl.Expr, found: list[str]) -> None:
    before, now = rows(1).filter(training), rows(2).filter(evaluation)
    look = Look(
        "evaluation", gather([now], "evaluation", slices=SLICES), now.lazy(),
        before=gather([before], "training", slices=SLICES), relation="training",
    )  # fmt: skip
    assert [f.slice for f in ANOMALIES["slice-gone"](look)] == found
