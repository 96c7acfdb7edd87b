"""What policies did in a closed loop: figures by listener and day, and what they come to, with intervals.

Listeners are resampled, and where policies are compared the same listeners of the same seed in both: they face each
policy with the same luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from segue.core.errors import InputError
from segue.core.types import F64, Bools
from segue.evaluation.intervals import Interval

FORMAT = "segue-simulation/1"
SUMS = ("visits", "streams", "started", "seen", "found", "fresh", "expected", "minutes")
"""Figures of a listener's day: pages, streams of 30 s or more from them, cards started, cards truly seen, streams of
artists, shows and books never heard before, streams of what is at most three weeks old, streams that the pages' truth
promised, minutes heard."""
RATES = {
    "streams per visit": ("streams", "visits"),
    "expected streams per visit": ("expected", "visits"),
    "discovery": ("found", "visits"),
    "new items": ("fresh", "visits"),
    "minutes per visit": ("minutes", "visits"),
    "streams per card seen": ("streams", "seen"),
}
WEEK = 7


@dataclass(frozen=True)
class Run:
    """One policy in one copy of the world: L listeners over D days."""

    policy: str
    seed: int
    params: Mapping[str, Any]  # what it was run with
    control: Bools  # (L,) whose pages were by popularity, whatever the policy
    member: Bools  # (L,) who was there when the loop began
    figures: Mapping[str, F64]  # name in SUMS → (L, D)
    genres: F64  # (L, G) streams by genre, topic and kind of book
    reach: Mapping[str, int]  # items shown, streamed and in the catalogue, of the listeners who are no control
    best: tuple[tuple[int, float, float], ...] = ()  # (day, streams expected of the best page, of the page shown)
    predictions: tuple[Mapping[str, Any], ...] = ()  # see `segue.jobs.simulate_judging`
    seconds: float = 0.0

    @property
    def days(self) -> int:
        return int(self.figures["visits"].shape[1])

    def window(self, last: int = 0) -> slice:
        """The last days, or all."""
        return slice(self.days - last if 0 < last < self.days else 0, self.days)

    def as_dict(self) -> dict[str, Any]:
        """Plain values; sums of days to three decimals."""
        return {
            "policy": self.policy, "seed": self.seed, "params": dict(self.params),
            "control": self.control.astype(int).tolist(), "member": self.member.astype(int).tolist(),
            "figures": {n: np.round(v, 3).tolist() for n, v in self.figures.items()},
            "genres": self.genres.astype(int).tolist(), "reach": dict(self.reach),
            "best": [list(b) for b in self.best], "predictions": [dict(p) for p in self.predictions],
            "seconds": round(self.seconds, 1),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Run:
        """InputError where it is no run."""
        try:
            return cls(
                raw["policy"], raw["seed"], raw["params"], np.array(raw["control"], bool),
                np.array(raw["member"], bool),
                {n: np.array(v, np.float64) for n, v in raw["figures"].items()}, np.array(raw["genres"], np.float64),
                raw["reach"], tuple((int(d), float(b), float(g)) for d, b, g in raw["best"]),
                tuple(raw["predictions"]), raw["seconds"],
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as e:
            raise InputError(f"not a run of a simulation: {type(e).__name__}: {e}") from None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one policy came to over all its seeds."""

    policy: str
    seeds: tuple[int, ...]
    listeners: int
    visits: int
    figures: dict[str, Interval]  # name → with its interval, over all days
    last: dict[str, Interval]  # the same over the last seven
    beside: dict[str, Interval]  # name → ratio to the baseline, over the same listeners; the last seven days end with *


@dataclass(frozen=True)
class Simulation:
    """Several policies, best first by streams per visit."""

    runs: tuple[Run, ...]
    baseline: str  # what ratios are to
    level: float = 0.95
    resamples: int = 1000
    outcomes: tuple[Outcome, ...] = field(default=())

    @classmethod
    def of(cls, runs: Sequence[Run], baseline: str = "", level: float = 0.95, resamples: int = 1000) -> Simulation:
        """Runs of the same policy and seed count once, the last one; InputError where there is none."""
        once = {(r.policy, r.seed): r for r in runs}
        if not once:
            raise InputError("no run of a simulation to report")
        kept = tuple(once[key] for key in sorted(once))
        names = list(dict.fromkeys(r.policy for r in kept))
        base = baseline or ("popularity" if "popularity" in names else names[0])
        if base not in names:
            raise InputError(f"no run of {base!r}; there are {', '.join(names)}")
        out = [_outcome(n, base, kept, level, resamples) for n in names]
        out.sort(key=lambda o: -o.figures["streams per visit"].mean)
        return cls(kept, base, level, resamples, tuple(out))

    def of_policy(self, policy: str) -> list[Run]:
        return [r for r in self.runs if r.policy == policy]

    def curve(self, policy: str, rate: str, width: int = WEEK) -> list[tuple[int, float]]:
        """(day, figure a visit) of a policy over its seeds, each of the `width` days up to that day."""
        above, below = RATES[rate]
        runs = self.of_policy(policy)
        days = min(r.days for r in runs)
        num, den = (sum(r.figures[n][:, :days][~r.control].sum(0) for r in runs) for n in (above, below))
        return [
            (
                d + 1,
                float(
                    np.sum(num[max(0, d + 1 - width) : d + 1]) / max(1.0, np.sum(den[max(0, d + 1 - width) : d + 1]))
                ),
            )
            for d in range(days)
        ]

    def visits_a_day(self, policy: str, width: int = WEEK) -> list[tuple[int, float]]:
        """(day, visits a listener and day) of those who were there from the start, smoothed likewise."""
        runs = self.of_policy(policy)
        days = min(r.days for r in runs)
        some = [(r.figures["visits"][:, :days], ~r.control & r.member) for r in runs]
        per = np.mean([v[who].mean(0) for v, who in some], axis=0)
        return [(d + 1, float(per[max(0, d + 1 - width) : d + 1].mean())) for d in range(days)]


def _outcome(policy: str, base: str, runs: Sequence[Run], level: float, resamples: int) -> Outcome:
    own = [r for r in runs if r.policy == policy]
    parts: tuple[dict[str, Interval], dict[str, Interval]] = ({}, {})
    for out, last in zip(parts, (0, WEEK)):
        for name in _NAMES:
            num, den = (np.concatenate(x) for x in zip(*(_ratio(r, name, last) for r in own)))
            out[name] = ratio_interval(num, den, level, resamples)
    beside: dict[str, Interval] = {}
    if policy != base:
        theirs = {r.seed: r for r in runs if r.policy == base}
        pairs = [(r, theirs[r.seed]) for r in own if r.seed in theirs]
        for name in _NAMES if pairs else ():
            for last, mark in ((0, ""), (WEEK, "*")):
                beside[name + mark] = _beside(pairs, name, last, level, resamples)
    units = np.concatenate([~r.control for r in own])
    visits = sum(int(r.figures["visits"][~r.control].sum()) for r in own)
    return Outcome(policy, tuple(r.seed for r in own), int(units.sum()), visits, *parts, beside)


_NAMES = (*RATES, "visits a day", "still active", "genres", "regret")


def _ratio(run: Run, name: str, last: int) -> tuple[F64, F64]:
    """(L,), (L,) of each listener what is summed above and below the line; 0 and 0 of who does not count."""
    num, den = _terms(run, name, last)
    return np.asarray(num, np.float64), np.asarray(den, np.float64)


def _terms(run: Run, name: str, last: int) -> tuple[Any, Any]:
    days = run.window(last)
    counts = ~run.control
    if name == "visits a day":
        counts = counts & run.member
        return run.figures["visits"][:, days].sum(1) * counts, counts * float(days.stop - days.start)
    if name == "still active":
        counts = counts & run.member & (run.figures["visits"].sum(1) > 0)
        recent = run.figures["visits"][:, run.window(WEEK)].sum(1) > 0
        return (recent & counts).astype(np.float64), counts.astype(np.float64)
    if name == "genres":
        total = run.genres.sum(1)
        counts = counts & (total > 0)
        share = run.genres / np.maximum(total, 1)[:, None]
        entropy = -(share * np.log(np.maximum(share, 1e-12))).sum(1)
        return entropy * counts, counts.astype(np.float64)
    if name == "regret":  # of sampled pages, not of listeners
        sample = [(b, g) for d, b, g in run.best if d >= days.start]
        num, den = np.zeros(max(len(counts), len(sample))), np.zeros(max(len(counts), len(sample)))
        num[: len(sample)] = [b - g for b, g in sample]
        den[: len(sample)] = [b for b, _ in sample]
        return num, den
    above, below = RATES[name]
    return run.figures[above][:, days].sum(1) * counts, run.figures[below][:, days].sum(1) * counts


def ratio_interval(num: F64, den: F64, level: float, resamples: int, seed: int = 0) -> Interval:
    """Of sum(num) / sum(den) over listeners (n,), by bootstrap."""
    if not den.sum():
        return Interval(float("nan"), float("nan"), float("nan"))
    drawn = _drawn(len(num), resamples, seed)
    below = drawn @ den
    values = np.divide(drawn @ num, below, out=np.full(resamples, np.nan), where=below > 0)
    low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(num.sum() / den.sum()), float(low), float(high))


def _beside(pairs: Sequence[tuple[Run, Run]], name: str, last: int, level: float, resamples: int) -> Interval:
    """The ratio of two policies' figures, the same listeners drawn for both."""
    columns: list[list[F64]] = [[], [], [], []]
    for ours, theirs in pairs:
        a, b = _ratio(ours, name, last), _ratio(theirs, name, last)
        n = min(len(a[0]), len(b[0]))
        both = (ours.control == theirs.control)[:n] if name != "regret" and len(ours.control) >= n else np.ones(n, bool)
        for column, values in zip(columns, (*a, *b)):
            column.append(values[:n] * both)
    table = np.stack([np.concatenate(c) for c in columns], axis=1)
    sums = _drawn(len(table), resamples, 0) @ table
    with np.errstate(divide="ignore", invalid="ignore"):
        values = sums[:, 0] / sums[:, 1] / (sums[:, 2] / sums[:, 3])
        t = table.sum(0)
        mean = float(t[0] / t[1] / (t[2] / t[3]))
    values = values[np.isfinite(values)]
    if not len(values):
        return Interval(mean, float("nan"), float("nan"))
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(mean, float(low), float(high))


@lru_cache(maxsize=4)
def _drawn(n: int, resamples: int, seed: int) -> F64:
    """(R, n) how often each is drawn."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(n, np.full(n, 1 / n), resamples).astype(np.float64)
