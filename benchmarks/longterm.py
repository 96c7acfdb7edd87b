"""Looking past the click: python benchmarks/longterm.py [--seeds 24] [--days 90] [--starts 40] [--json F]

Every day listeners of the simulated world are offered a new show to start; what counts is on how many of the next
thirty days each is active (see `segue.world.staying`). All bandits are Thompson sampling with the same Gaussian prior,
learned from complete traces of other shows of the same world, and differ in what they learn from:
  full     every day of every trace, as soon as it is over (segue.evaluation.longterm.Belief)
  delayed  thirty days of activity, when they are over
  day-2    activity on the first two days, in place of the thirty
  oracle   thirty days of activity, told at once: what nobody has
  even     nothing: any show
Figures are active days of thirty for each start, of the chosen show by the world's truth; the same listeners and the
same luck for all. Intervals are over seeds.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from scipy.stats import kendalltau
from scipy.stats import t as student

from segue.core.types import F64
from segue.evaluation.longterm import Belief, Prior, scalar_belief
from segue.world import WorldSettings, make_world
from segue.world.staying import DAYS, Staying

WAYS = ("full", "delayed", "day-2", "oracle", "even")
EARLY = np.array([1.0] * 2 + [0.0] * (DAYS - 2))
ALL = np.ones(DAYS)
PAST = 60  # listeners of each show whose traces are complete


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=24)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--starts", type=int, default=40)
    parser.add_argument("--shows", type=int, default=160)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    begun = time.perf_counter()
    worth = np.zeros((args.seeds, len(WAYS), args.days))
    best, agree = np.zeros(args.seeds), np.zeros(args.seeds)
    for seed in range(args.seeds):
        worth[seed], best[seed], agree[seed] = one(seed, args.days, args.starts, args.shows)
    print(f"{args.seeds} seeds, {args.days} days of {args.starts} starts, {time.perf_counter() - begun:.0f} s")
    print(f"the first two days and all thirty order the shows alike by τ {agree.mean():.2f}")
    print(f"best show: {best.mean():.2f} active days a start\n")
    print("learns from  active days a start   regret a start   first 30 days   last 30 days")
    thirds = [slice(0, 30), slice(max(0, args.days - 30), args.days)]
    for i, name in enumerate(WAYS):
        parts = [worth[:, i].mean(1), best - worth[:, i].mean(1), *(worth[:, i, s].mean(1) for s in thirds)]
        print(f"{name:12} " + "   ".join(said(p) for p in parts))
    print()
    for name in ("delayed", "day-2", "even"):
        gap = worth[:, 0].mean(1) - worth[:, WAYS.index(name)].mean(1)
        share = 1 - (best - worth[:, 0].mean(1)).mean() / (best - worth[:, WAYS.index(name)].mean(1)).mean()
        print(f"full over {name}: {said(gap)} active days a start, {share:.0%} less regret")
    if args.json:
        args.json.write_text(
            json.dumps({"ways": WAYS, "best": best.tolist(), "worth": np.round(worth, 4).tolist()}) + "\n"
        )


def one(seed: int, days: int, starts: int, shows: int) -> tuple[F64, float, float]:
    """(ways, days) worth of what was chosen, by the truth; the best show's; how well early days tell the order."""
    world = make_world(
        WorldSettings(seed=seed, listeners=300, days=2, tracks=400, shows=shows, episodes=shows, audiobooks=10)
    )
    staying, rng = Staying.of(world, seed), np.random.default_rng([seed, 1])
    values, people = staying.values(), len(world.listeners)
    past, arms = np.arange(shows // 2), np.arange(shows // 2, shows)
    prior = Prior.learned(
        [staying.traces(rng.integers(0, people, PAST), np.full(PAST, s), rng).astype(np.float64) for s in past]
    )
    who = rng.integers(0, people, (days, starts))
    luck = [np.random.default_rng([seed, 2, d]) for d in range(days)]
    uniform = np.stack([r.random((starts, DAYS)) for r in luck])  # (days, starts, DAYS), the same for every way
    out = np.zeros((len(WAYS), days))
    for i, way in enumerate(WAYS):
        out[i] = values[arms][run(way, prior, staying, arms, who, uniform, np.random.default_rng([seed, 3]))].mean(1)
    early = np.array([staying.chances(np.arange(people), np.full(people, s))[:, :2].sum(1).mean() for s in arms])
    return out, float(values[arms].max()), float(kendalltau(early, values[arms]).statistic)


def run(
    way: str, prior: Prior, staying: Staying, arms: np.ndarray, who: np.ndarray, uniform: F64, rng: np.random.Generator
) -> np.ndarray:
    """(days, starts) which arm each start was given."""
    days, starts = who.shape
    chosen = np.zeros((days, starts), np.int64)
    traces = np.zeros((days, starts, DAYS))
    n = len(arms)
    for day in range(days):
        mean, spread = believed(way, prior, chosen[:day], traces[:day], n)
        sample = mean + spread * rng.standard_normal((starts, n))
        chosen[day] = sample.argmax(1) if way != "even" else rng.integers(0, n, starts)
        traces[day] = uniform[day] < staying.chances(who[day], arms[chosen[day]])
    return chosen


def believed(way: str, prior: Prior, chosen: np.ndarray, traces: F64, n: int) -> tuple[F64, F64]:
    """(n,) mean and (n,) standard deviation of each arm's worth on the morning after `chosen` (days, starts)."""
    days = len(chosen)
    age = np.minimum(days - np.arange(days), DAYS)  # days of each trace that are over; the day of the start is one
    if way == "full":
        count, total = np.zeros((n, DAYS + 1)), np.zeros((n, DAYS + 1, DAYS))
        seen = traces * (np.arange(DAYS) < age[:, None, None])
        where = np.broadcast_to(age[:, None], chosen.shape)
        np.add.at(count, (chosen.ravel(), where.ravel()), 1)
        np.add.at(total, (chosen.ravel(), where.ravel()), seen.reshape(-1, DAYS))
        return Belief.after(prior, count, total).worth()
    weight, wait = {"delayed": (ALL, DAYS), "day-2": (EARLY, 2), "oracle": (ALL, 1), "even": (ALL, days + 1)}[way]
    over = age >= wait
    told, worth = chosen[over].ravel(), (traces[over] @ weight).ravel()
    return scalar_belief(prior, weight, np.bincount(told, minlength=n), np.bincount(told, worth, minlength=n))


def said(values: F64) -> str:
    """A mean over seeds with its 95 % interval."""
    half = student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return f"{values.mean():6.3f} ± {half:.3f}"


if __name__ == "__main__":
    main()
