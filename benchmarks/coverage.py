"""Do 95 % intervals hold the truth 95 % of the time? python benchmarks/coverage.py [targets] [kind] [listeners] [seed]

In the simulated world the chance that a listener hears an item to the end is known, so the value of any policy is too.
A log: listeners drawn from the world, each with one or more visits at one of four times, one of 16 tracks offered each
time by a softmax policy with a floor, the reward drawn from the truth. A target: a softmax over what is and is not true
of the listener's taste, of random direction and temperature. Every target has a log of its own and is judged as any
policy is; an estimator is counted where it does not refuse.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict

import numpy as np

from segue.core.types import F64
from segue.evaluation.ope import Options, judge, of_columns
from segue.world import WorldSettings, make_world
from segue.world.settings import DAY

ARMS, TIMES, FLOOR, VISITS = 16, 4, 0.2, 2.0


def main() -> None:
    given = [*sys.argv[1:]]
    targets = int(given[0]) if given else 1000
    kind = given[1] if len(given) > 1 else "outer"
    listeners = int(given[2]) if len(given) > 2 else 1000
    started = time.perf_counter()
    truth = rewards()
    rng = np.random.default_rng(int(given[3]) if len(given) > 3 else 2026)
    seen = noisy(truth, rng)
    behaviour = softmax(1.5 * seen, FLOOR)
    inside, width, off = defaultdict(list), defaultdict(list), defaultdict(list)
    refused, below = defaultdict(int), defaultdict(int)
    for n in range(targets):
        target = softmax(rng.uniform(0, 6) * (rng.uniform(-0.5, 1) * noisy(truth, rng) + 0.5 * taste(rng)), 0.0)
        value = float((target * truth).sum(axis=-1).mean())
        log, chance, over = draw(truth, behaviour, target, listeners, rng)
        report = judge(log, chance, over=over, options=Options(kind=kind, seed=n))
        for name, e in report.estimates.items():
            if e.refused or e.low is None or e.high is None:
                refused[name] += 1
                continue
            inside[name].append(e.low <= value <= e.high)
            below[name] += value < e.low
            width[name].append(e.high - e.low)
            off[name].append((e.value or 0.0) - value)
    seconds = time.perf_counter() - started
    print(f"{targets} targets, {listeners} listeners a log, {kind} intervals, {seconds:.0f} s")
    print("estimator    covered  binomial 95 %    truth below  width   bias     rmse    refused")
    for name in inside:
        p, m = float(np.mean(inside[name])), len(inside[name])
        half = 1.96 * np.sqrt(p * (1 - p) / m)
        print(
            f"{name:12} {p:6.1%}   {p - half:.1%} to {p + half:.1%}   {below[name] / m:6.1%}      "
            f"{np.mean(width[name]):.4f}  {np.mean(off[name]):+.4f}  {np.sqrt(np.mean(np.square(off[name]))):.4f}  "
            f"{refused[name] / targets:6.1%}"
        )


def rewards() -> F64:
    """(L, T, A) chances of being heard to the end."""
    world = make_world(WorldSettings(seed=5, listeners=400, days=8, tracks=2_000, shows=40, audiobooks=50))
    truth, start = world.truth, world.settings.start
    items = np.sort(np.random.default_rng(1).choice(2_000, ARMS, replace=False))
    return np.stack(
        [
            np.stack([truth.relevance(who, items, start + t * DAY * 2 + t * DAY // 4) for t in range(TIMES)])
            for who in range(400)
        ]
    ).astype(np.float64)


def noisy(truth: F64, rng: np.random.Generator) -> F64:
    """What a ranker might think: the truth by rank, and as much error."""
    z = (truth - truth.mean()) / truth.std()
    return z + rng.normal(size=truth.shape[0::2])[:, None, :]


def taste(rng: np.random.Generator) -> F64:
    """(A,) a liking for some arms that has nothing to do with the listener."""
    return rng.normal(size=ARMS)


def softmax(score: F64, floor: float) -> F64:
    e = np.exp(score - score.max(axis=-1, keepdims=True))
    out: F64 = floor / ARMS + (1 - floor) * e / e.sum(axis=-1, keepdims=True)
    return out


def draw(truth: F64, behaviour: F64, target: F64, listeners: int, rng: np.random.Generator):  # type: ignore[no-untyped-def]
    """A log of listeners who come `VISITS` times on average, the target's chances, and the same over all arms.

    How often somebody comes has nothing to do with taste, so that the mean over pages is the mean over contexts.
    """
    visits = rng.geometric(1 / VISITS, listeners)
    cluster = np.repeat(np.arange(listeners), visits)
    who = np.repeat(rng.integers(0, len(truth), listeners), visits)
    when = rng.integers(0, TIMES, len(who))
    chances, wanted = behaviour[who, when], target[who, when]
    action = (chances.cumsum(axis=1) > rng.random(len(who))[:, None]).argmax(axis=1)
    rows = np.arange(len(who))
    reward = rng.random(len(who)) < truth[who, when, action]
    log = of_columns(
        action.astype(np.int32), chances[rows, action], reward.astype(np.float64), listener=cluster,
        actions=tuple(f"track {a}" for a in range(ARMS)),
    )  # fmt: skip
    return log, wanted[rows, action], lambda some: wanted[some]


if __name__ == "__main__":
    main()
