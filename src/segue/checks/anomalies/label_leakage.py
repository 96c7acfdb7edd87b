"""Evaluation knows what training saw, or a feature knows the answer: results that will not come true."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import polars as pl

from segue.checks import Finding, Level
from segue.checks.anomalies import Look
from segue.checks.anomalies._repeats import row_names
from segue.core.types import F64

LABEL = re.compile(
    r"^(is_)?(label|target|y|clicked|click|reward|outcome|converted|relevant|class|finished|completed|skipped|liked|"
    r"saved|followed|hidden)$", re.I,
)  # fmt: skip
LEAST, MUCH = 0.001, 0.01
"""Share of evaluation's rows that are in training, too: worth a word; surely broken."""
EARLIER = (0.005, 0.9)
"""Share of evaluation's rows older than training's newest: below, it is chance; above, the split is not by time."""
KNOWS, KNEW = 0.995, 0.95
"""Area under the curve of a feature that tells the label; what it may have been before."""


def label_leakage(look: Look) -> Iterator[Finding]:
    if look.relation == "training" and look.environment != "serving":
        yield from _same_rows(look)
        yield from _before_the_end(look)
    yield from _telling(look)


def _same_rows(look: Look) -> Iterator[Finding]:
    if look.rows is None or look.before_rows is None or look.before is None:
        return
    there = look.before_rows.collect_schema().names()
    names = [n for n in look.rows.collect_schema().names() if n in there]
    keys = [k for k in row_names(look, look.statistics) if k in names][:1]
    for by, what in ((keys, f"the same {keys[0]}" if keys else ""), (names, "the same values in every column")):
        if not by:
            continue
        both = [
            rows.select(h=pl.struct(by).hash()).collect(engine="streaming")["h"]
            for rows in (look.rows, look.before_rows)
        ]
        if both[1].n_unique() < 0.98 * len(both[1]):
            continue  # what names no row there: a listener of many; rows of few values are the same by chance
        shared = int(both[0].is_in(both[1].unique().to_list()).sum())
        share = shared / max(1, len(both[0]))
        if share > LEAST and shared >= 3:
            level: Level = "fail" if share > MUCH else "warn"
            yield look.finding(
                "label-leakage", level, f"{shared:,} of {len(both[0]):,} rows ({share:.1%}) are in {look.against}, "
                "too, with "
                f"{what}", shared, fix="split so that no row is on both sides",
            )  # fmt: skip
            return


def _before_the_end(look: Look) -> Iterator[Finding]:
    """Rows that happened before training ended, of the same kind where rows are of several."""
    if look.rows is None or look.before_rows is None or not look.time or look.environment != "evaluation":
        return
    names = look.rows.collect_schema().names()
    by = ["kind"] if "kind" in names and "kind" in look.before_rows.collect_schema().names() else []
    end = look.before_rows.group_by(by or [pl.lit(0).alias("_")]).agg(end=pl.col(look.time).max())
    rows = look.rows.select(*by, look.time) if by else look.rows.select(look.time, pl.lit(0).alias("_"))
    both = rows.join(end, on=by or ["_"], how="inner").select(pl.len(), k=(pl.col(look.time) < pl.col("end")).sum())
    total, early = both.collect(engine="streaming").row(0)
    if not total or not EARLIER[0] < early / total < EARLIER[1] or early < 5:
        return
    yield look.finding(
        "label-leakage", "fail" if early / total > 0.05 else "warn", f"{early:,} of {total:,} rows "
        f"({early / total:.1%}) "
        f"have a {look.time} before {look.against} ended", early, column=look.time,
        fix="cut by time: everything to be guessed has to come after everything that is learned from",
    )  # fmt: skip


def _telling(look: Look) -> Iterator[Finding]:
    """A column that tells a label of two values."""
    for label in (n for n in look.statistics.columns if LABEL.match(n)):
        now = _areas(look.sample, label)
        before = _areas(look.before_sample, label)
        for name, area in now.items():
            if area > KNOWS and before.get(name, 0.5 if not len(look.before_sample) else 0.0) < KNEW:
                was = f"; {before[name]:.2f} {look.then}" if name in before else ""
                yield look.finding(
                    "label-leakage", "fail", f"{name} tells {label}: area under the curve {area:.3f}{was}",
                    look.statistics.rows, column=name,
                    fix=f"take {name} out of the features, or make it from what was known before {label}",
                )  # fmt: skip


def _areas(rows: pl.DataFrame, label: str) -> dict[str, float]:
    """Column → area under the curve of its numbers, or of its values' mean label, for a label of two values."""
    if label not in rows.columns or rows.height < 50 or rows[label].drop_nulls().n_unique() != 2:
        return {}
    rows = rows.drop_nulls(label).head(20_000)
    yes = (rows[label] == rows[label].max()).to_numpy().astype(np.float64)
    found: dict[str, float] = {}
    if min(yes.sum(), len(yes) - yes.sum()) < 10:
        return found
    for column in rows.iter_columns():
        if column.name == label or column.dtype.is_nested():
            continue
        if column.dtype.is_numeric() or column.dtype == pl.Boolean:
            score = column.cast(pl.Float64).fill_nan(None).fill_null(0.0).to_numpy()
        elif column.n_unique() <= 50:
            score = rows.select(pl.lit(pl.Series(yes)).mean().over(column)).to_series().to_numpy()
        else:
            continue
        area = _area(score, yes)
        found[column.name] = max(area, 1 - area)
    return found


def _area(score: F64, yes: F64) -> float:
    rank = pl.Series(score).rank().to_numpy()
    n = yes.sum()
    return float((rank[yes > 0].sum() - n * (n + 1) / 2) / (n * (len(yes) - n)))


plugin = label_leakage
