"""Which faults are found? Each of `_faults.FAULTS` is put into a good batch, and the checks are run on it.

    python benchmarks/faults.py [--draw 1] [--json FILE] [--docs docs/faults.md]

Schema and statistics come from good data before the batch, in which the fault is not. A fault counts as found where a
failure or a warning names its column or slice (or, of a fault of whole rows, the table) that the same batch without the
fault did not bring; its kind counts as named where one of these is of a check that says what it is, by NAMED. The
checks were made while looking at draw 0; another --draw has another world, other days and halves, and other rows that
are broken. The intervals are 95 % bootstrap intervals over the faults. Prints Markdown; takes two
minutes of a processor.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from _faults import FAULTS, Fault
from _tables import Known, Table, real, world

from segue.checks import Finding
from segue.checks.anomalies import find_anomalies

NAMED: dict[str, tuple[str, ...]] = {
    "out-of-range": ("out-of-range", "negative", "sentinel"),
    "out-of-domain": ("out-of-domain", "form-change"),
    "default-values": ("dominant-value", "sentinel"),
    "duplicates": ("duplicate-keys", "duplicate-rows"),
    "doubled-day": ("doubled-day", "duplicate-rows", "volume-surge"),
    "gap": ("gap", "missing-day"),
    "bots": ("bot-listener",),
    "leakage": ("label-leakage",),
    "broken-text": ("encoding", "form-change", "length-change"),
    "language-change": ("language-change", "drift", "skew"),
    "stale": ("stale", "repeated-batch"),
    "empty": ("empty-table",),
    "misaligned": ("misaligned", "correlation-broken"),
    "drift": ("drift", "skew"),
    "skew": ("skew", "clipped"),
}
"""Kind of fault → checks that say what it is; a kind that is not here: the check of the same name."""


@dataclass(frozen=True, eq=False)
class Scene:
    """Good data, and a batch after it that is good, too."""

    known: Known
    batch: pl.DataFrame

    @cache  # noqa: B019
    def alarms(self) -> frozenset[tuple[str, str, str]]:
        """What the good batch brings by itself."""
        return frozenset(_key(f) for f in _loud(find_anomalies(self.known.look(self.batch))))


@dataclass(frozen=True)
class Outcome:
    scene: str
    kind: str
    what: str
    found: bool
    named: bool
    checks: tuple[str, ...]  # of the findings that name the place
    error: str = ""  # what was raised instead of an answer


def _by_time(table: Table, every: str, known: slice, batch: slice, relation: str = "day", draw: int = 0) -> Scene:
    parts = table.periods(every)
    parts = parts[: len(parts) - draw]  # so many periods earlier
    return Scene(Known.of(table, parts[known], relation), pl.concat(parts[batch]))


def _by_halves(table: Table, draw: int, relation: str = "day") -> Scene:
    good, batch = table.halves(draw)
    return Scene(Known.of(table, [good], relation), batch)


def _catalogue(draw: int) -> Scene:
    """The catalogue of yesterday, which had nine tenths of today's."""
    table = world(seed=draw)["items"]
    old = np.random.default_rng(draw).random(table.rows.height) < 0.9
    return Scene(Known.of(table, [table.rows.filter(old)], "day"), table.rows)


SCENES: dict[str, Callable[[int], Scene]] = {
    "events": lambda d: _by_time(world(seed=d)["events"], "1d", slice(-34, -6), slice(-6, -5), draw=d),
    "evaluation": lambda d: _by_time(world(seed=d)["examples"], "1d", slice(-28, -7), slice(-7, None), "training", d),
    "serving": lambda d: _by_time(world(seed=d)["examples"], "1d", slice(-28, -7), slice(-7, -4), "training", d),
    "items": _catalogue,
    "radio": lambda d: _by_time(real()["radio"], "1w", slice(-16, -4), slice(-4, -3), draw=d),
    "tags": lambda d: _by_time(real()["tags"], "1mo", slice(-19, -7), slice(-7, -6), draw=d),
    "bandit": lambda d: _by_time(real()["bandit"], "1d", slice(0, 5), slice(5, 6), draw=d),
    "books": lambda d: _by_halves(real()["books"], d),
    "shows": lambda d: _by_halves(real()["shows"], d),
    "captions": lambda d: _by_halves(real()["captions"], d, "training"),
    "moods": lambda d: _by_halves(real()["moods"], d),
    "audiobooks": lambda d: _by_halves(real()["audiobooks"], d),
}
"""By draw."""


def tried(fault: Fault, scene: Scene, seed: int = 0) -> Outcome:
    """What the checks say of one fault."""
    broken = fault.inject(scene.batch, np.random.default_rng(seed), scene.known.before_rows)
    if broken.equals(scene.batch) and broken.schema == scene.batch.schema:
        raise AssertionError(f"{fault.scene}, {fault.what}: nothing was broken")
    try:
        found = find_anomalies(scene.known.look(broken))
    except Exception as e:  # what crashes has found nothing
        return Outcome(fault.scene, fault.kind, fault.what, False, False, (), f"{type(e).__name__}: {e}"[:200])
    new = [f for f in _loud(found) if _key(f) not in scene.alarms() and _at(f, fault.at)]
    checks = tuple(dict.fromkeys(f.check for f in new))
    named = any(c in NAMED.get(fault.kind, (fault.kind,)) for c in checks)
    return Outcome(fault.scene, fault.kind, fault.what, bool(checks), named, checks)


def _loud(found: Iterable[Finding]) -> list[Finding]:
    return [f for f in found if f.level in ("fail", "warn")]


def _key(f: Finding) -> tuple[str, str, str]:
    return f.check, f.column, f.slice


def _at(f: Finding, places: Sequence[str]) -> bool:
    return not places or any(f.column == p or f"{p}=" in f.slice for p in places)


def interval(hits: Sequence[bool], draws: int = 2000) -> tuple[float, float]:
    rng, hit = np.random.default_rng(0), np.array(hits, np.float64)
    means = hit[rng.integers(len(hit), size=(draws, len(hit)))].mean(1)
    low, high = np.quantile(means, [0.025, 0.975]).tolist()
    return low, high


def summary(outcomes: Sequence[Outcome]) -> list[str]:
    lines = ["| | share | 95 % | of |", "|---|---|---|---|"]
    for name, hits in (("found", [o.found for o in outcomes]), ("own kind named", [o.named for o in outcomes])):
        low, high = interval(hits)
        lines.append(f"| {name} | {np.mean(hits):.1%} | {low:.1%}–{high:.1%} | {len(hits)} |")
    return [*lines, "", f"{len(outcomes)} faults in {len({o.kind for o in outcomes})} kinds."]


def listing(outcomes: Sequence[Outcome]) -> list[str]:
    """The page of the docs: what was missed first, then everything."""
    missed = [o for o in outcomes if not o.named]
    head = ["| kind | table | fault | found | kind named | by |", "|---|---|---|---|---|---|"]

    def row(o: Outcome) -> str:
        by = ", ".join(o.checks) or o.error or "–"
        return f"| {o.kind} | {o.scene} | {o.what} | {_mark(o.found)} | {_mark(o.named)} | {by} |"

    kinds = Counter(o.kind for o in outcomes)
    return [
        "# Faults and whether they are found", "",
        "Written by `python benchmarks/faults.py --docs docs/faults.md`; what counts as found is said there. The last "
        "column names the checks that spoke up at the right place.", "", *summary(outcomes), "",
        f"## Missed, or not called by its name: {len(missed)}", "", *head, *map(row, missed), "",
        f"## All {len(outcomes)}", "", *head, *(row(o) for kind in kinds for o in outcomes if o.kind == kind), "",
    ]  # fmt: skip


def _mark(yes: bool) -> str:
    return "yes" if yes else "**no**"


def run(faults: Sequence[Fault] = FAULTS, say: Callable[[str], None] = lambda _: None, draw: int = 0) -> list[Outcome]:
    scenes: dict[str, Scene] = {}
    outcomes = []
    for fault in faults:
        if fault.scene not in scenes:
            scenes[fault.scene] = SCENES[fault.scene](draw)
        outcomes.append(tried(fault, scenes[fault.scene], draw))
        say(str(outcomes[-1]))
    return outcomes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write every outcome here")
    parser.add_argument("--docs", type=Path, help="write the list with the misses here")
    parser.add_argument("--draw", type=int, default=0, help="which worlds, days, halves and rows")
    given = parser.parse_args()
    outcomes = run(draw=given.draw)
    print("\n".join(summary(outcomes)))
    for o in outcomes:
        if not o.named:
            print(f"- {o.kind}: {o.scene}, {o.what}: {'found by ' + ', '.join(o.checks) if o.found else 'not found'}")
    if given.json:
        given.json.write_text(json.dumps([asdict(o) for o in outcomes], indent=1))
    if given.docs:
        given.docs.write_text("\n".join(listing(outcomes)))


if __name__ == "__main__":
    main()
