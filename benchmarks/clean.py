"""How often do the checks cry wolf? Good batches, each against a schema and statistics of other good rows.

    python benchmarks/clean.py [--part develop | another] [--json FILE]

Batches by day, week and month that follow the good data, listeners drawn again with replacement (bootstrap), and rows
drawn by chance, some as small as 200 rows; of simulated worlds and of the real sets. What the checks are tuned on is
`--part develop`: other worlds, other years and other draws than what is reported; `--part another` has other worlds and
draws, of the same years. The radio's log has holes: good days have 100 plays and never two hours without one, good
weeks 700 and never eight. Shares with 95 % bootstrap intervals over batches; the control says what the distances alone
would have flagged, without asking what chance does. Prints Markdown; takes three minutes of a processor.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl
from _tables import Known, Table, real, world
from faults import interval

from segue.checks.anomalies import find_anomalies
from segue.checks.drift import compare

SMALL, HOUR, DAY = 200, 3_600_000, 86_400_000
STATIC = ("books", "shows", "captions", "moods", "audiobooks")


@dataclass(frozen=True)
class Part:
    """Which worlds, draws and years."""

    seed: int
    radio: tuple[str, str]
    playlists: tuple[str, str]
    tags: tuple[str, str]


PARTS = {
    "develop": Part(101, ("2012-03-01", "2013-03-01"), ("2019-06-01", "2020-01-01"), ("2007-01-01", "2009-01-01")),
    "report": Part(1, ("2013-03-01", "2014-06-20"), ("2020-01-01", "2020-10-01"), ("2009-01-01", "2011-01-01")),
    "another": Part(2, ("2013-03-01", "2014-06-20"), ("2020-01-01", "2020-10-01"), ("2009-01-01", "2011-01-01")),
}


@dataclass(frozen=True)
class Batch:
    source: str
    way: str
    known: Known
    rows: pl.DataFrame


@dataclass(frozen=True)
class Answer:
    source: str
    way: str
    rows: int
    fail: tuple[str, ...]  # findings by name
    warn: tuple[str, ...]
    naive: bool  # whether a distance is over its threshold, chance or not


def batches(part: Part) -> Iterator[Batch]:
    yield from _events(part)
    yield from _examples(part)
    yield from _catalogue(part)
    data = real()
    yield from _periods(data["radio"], part.radio, "1w", 12, 24, least=700, whole=True)
    yield from _periods(data["radio"], part.radio, "1d", 28, 42, least=100, whole=True)
    yield from _periods(data["playlists"], part.playlists, "1w", 16, 12)
    yield from _periods(data["tags"], part.tags, "1mo", 12, 8)
    yield from _bandit(data["bandit"], part)
    yield from _static(part)


def _events(part: Part) -> Iterator[Batch]:
    """28 days of a world, then its next ten; whole, thinned to 200 rows a day, and with listeners drawn again."""
    rng = np.random.default_rng(part.seed)
    whole = world(seed=part.seed)["events"]
    for name, table in (("events", whole), ("events, 200 a day", _thinned(whole, rng))):
        days = table.periods("1d")[-39:]
        for known, day in _following(table, days[:-1], 28):
            yield Batch(name, "by day", known, day)
            if table is whole:
                for _ in range(3):
                    yield Batch(name, "bootstrap of listeners", known, _again(day, rng))
    few = world(listeners=25, seed=part.seed + 1)["events"]
    for known, day in _following(few, few.periods("1d")[-39:-1], 28):
        yield Batch("events of 25 listeners", "by day", known, day)


def _following(table: Table, parts: Sequence[pl.DataFrame], before: int) -> Iterator[tuple[Known, pl.DataFrame]]:
    """Each part after the first ones, held against those right before it; the schema is that of the first ones."""
    known = Known.of(table, parts[:before])
    told = [*known.days, *(table.gathered(p) for p in parts[before:])]
    for n in range(before, len(parts)):
        yield known.since(parts[n - before : n], told[n - before : n]), parts[n]


def _examples(part: Part) -> Iterator[Batch]:
    """What is evaluated, or served, after what was trained on."""
    rng = np.random.default_rng(part.seed)
    table = world(seed=part.seed)["examples"]
    days = table.periods("1d")[-29:]
    known = Known.of(table, days[:21], "training")
    for day in days[21:-1]:
        yield Batch("examples", "by day", known, day)
        yield Batch("examples", f"{SMALL} rows of a day", known, _drawn(day, SMALL, rng))
    yield Batch("examples", "by week", known, pl.concat(days[21:-1]))


def _catalogue(part: Part) -> Iterator[Batch]:
    rng = np.random.default_rng(part.seed)
    table = world(seed=part.seed)["items"]
    for share in (0.9, 0.95, 0.98, 0.99):
        old = table.rows.filter(pl.Series(rng.random(table.rows.height) < share))
        yield Batch("items", "a day later", Known.of(table, [old], "day"), table.rows)


def _periods(
    table: Table, between: tuple[str, str], every: str, known: int, most: int, least: int = 50, whole: bool = False
) -> Iterator[Batch]:
    """Up to `most` periods, spread evenly, each against the `known` good ones before it; where the one right before it
    is good, too. The schema is that of the first ones."""
    first, last = (pl.lit(d).str.to_date() for d in between)
    rows = table.rows.filter(pl.col(table.time).cast(pl.Date).is_between(first, last, closed="left"))
    parts = replace(table, rows=rows).periods(every)[1:-1]
    good = [n for n, p in enumerate(parts) if p.height >= least and (not whole or _whole(table, p, every))]
    fit = [k for k in range(known, len(good)) if good[k] - good[k - 1] == 1 and _next(table, parts, good[k], every)]
    chosen = [fit[n] for n in np.unique(np.linspace(0, len(fit) - 1, min(most, len(fit))).round().astype(int))]
    told = {n: table.gathered(parts[n]) for n in good}
    start = Known.of(table, [parts[n] for n in good[:known]])
    for k in chosen:
        before = good[k - known : k]
        now = start.since([parts[n] for n in before], [told[n] for n in before])
        yield Batch(table.name, {"1d": "by day", "1w": "by week", "1mo": "by month"}[every], now, parts[good[k]])


def _whole(table: Table, part: pl.DataFrame, every: str) -> bool:
    """Whether a radio that plays day and night was heard all the time: never two hours of a day without a song, nor
    eight of a week."""
    if every == "1d":
        at = part[table.time].sort().dt.epoch("ms").to_numpy()
        day = at[0] // DAY * DAY
        return bool((np.diff(at, prepend=day, append=day + DAY) < 2 * HOUR).all())
    return bool((part[table.time].sort().diff().drop_nulls() < timedelta(hours=8)).all())


def _next(table: Table, parts: Sequence[pl.DataFrame], n: int, every: str) -> bool:
    """Whether a period follows the one before it in time: periods without a row are not there."""
    step = parts[n][table.time].cast(pl.Date).min() - parts[n - 1][table.time].cast(pl.Date).min()  # type: ignore[operator]
    return bool(step <= timedelta(days={"1d": 1, "1w": 13, "1mo": 61}[every]))


def _bandit(table: Table, part: Part) -> Iterator[Batch]:
    rng = np.random.default_rng(part.seed)
    for known, day in _following(table, table.periods("1d"), 5):
        yield Batch("bandit", "by day", known, day)
    good, later = table.halves(part.seed)
    known = Known.of(table, [good], "training")
    for size in (SMALL, 1_000, 5_000):
        for _ in range(10):
            yield Batch("bandit", f"{size:,} rows by chance", known, _drawn(later, size, rng))


def _static(part: Part) -> Iterator[Batch]:
    """Tables without times: one half is known, the other half, and rows of it, come later."""
    rng = np.random.default_rng(part.seed)
    for name in STATIC:
        for seed in range(10):
            table = real()[name]
            good, later = table.halves(part.seed * 100 + seed)
            known = Known.of(table, [good], "training" if seed % 2 else "day")
            yield Batch(name, "the other half", known, later)
            for size in (SMALL, 1_000):
                yield Batch(name, f"{size:,} rows by chance", known, _drawn(later, size, rng))


def _drawn(rows: pl.DataFrame, size: int, rng: np.random.Generator) -> pl.DataFrame:
    """Rows by chance, none twice, in the order in which they stood."""
    return rows[np.sort(rng.permutation(rows.height)[:size])]


def _again(day: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """As many listeners, drawn with replacement: who is drawn twice is two people with two ids."""
    people = day["listener"].unique(maintain_order=True)
    drawn = rng.integers(len(people), size=len(people))
    who = pl.DataFrame({"listener": people.gather(drawn), "_n": [f"{i:04x}" for i in range(len(drawn))]})
    rows = day.join(who, on="listener").sort("at", maintain_order=True)
    return rows.with_columns(pl.col("listener").str.slice(0, 7) + pl.col("_n"), pl.col("id") + pl.col("_n")).drop("_n")


def _thinned(table: Table, rng: np.random.Generator) -> Table:
    """The same with 200 rows a day."""
    return replace(table, rows=pl.concat([_drawn(day, SMALL, rng) for day in table.periods("1d")]))


def answer(batch: Batch) -> Answer:
    look = batch.known.look(batch.rows)
    found = find_anomalies(look)
    fail, warn = (tuple(f"{f.name}" for f in found if f.level == level) for level in ("fail", "warn"))
    assert look.before is not None
    distances = compare(look.before, look.statistics, schema=look.schema)
    naive = any(d.threshold and d.value > d.threshold for d in distances if not d.slice)
    return Answer(batch.source, batch.way, batch.rows.height, fail, warn, naive)


def summary(answers: Sequence[Answer]) -> list[str]:
    lines = ["| | share | 95 % | batches |", "|---|---|---|---|"]
    hits = {
        "with an error": [bool(a.fail) for a in answers],
        "with a warning": [bool(a.warn) for a in answers],
        "of 300 rows or fewer, with an error": [bool(a.fail) for a in answers if a.rows <= 300],
        "of 300 rows or fewer, with a warning": [bool(a.warn) for a in answers if a.rows <= 300],
        "control: a distance is over its threshold": [a.naive for a in answers],
    }
    for name, hit in hits.items():
        low, high = interval(hit)
        lines.append(f"| {name} | {np.mean(hit):.1%} | {low:.1%}–{high:.1%} | {len(hit)} |")
    lines += ["", "| of | batches | with an error | with a warning |", "|---|---|---|---|"]
    for key, count in Counter((a.source, a.way) for a in answers).items():
        mine = [a for a in answers if (a.source, a.way) == key]
        fail, warn = sum(bool(a.fail) for a in mine), sum(bool(a.warn) for a in mine)
        lines.append(f"| {key[0]}, {key[1]} | {count} | {fail} | {warn} |")
    lines += ["", "| check | batches with its error | with its warning |", "|---|---|---|"]
    fails, warns = (
        Counter(check for a in answers for check in {n.rpartition(":")[2] for n in names(a)})
        for names in (lambda a: a.fail, lambda a: a.warn)
    )
    lines += [f"| {check} | {fails[check]} | {warns[check]} |" for check in sorted({*fails, *warns})]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, default="report")
    parser.add_argument("--json", type=Path, help="write every answer here")
    parser.add_argument("--first", type=int, help="only so many batches")
    given = parser.parse_args()
    answers = [answer(b) for b in islice(batches(PARTS[given.part]), given.first)]
    print("\n".join(summary(answers)))
    if given.json:
        given.json.write_text(json.dumps([asdict(a) for a in answers], indent=1))


if __name__ == "__main__":
    main()
