"""Twelve policies, each estimated from the log of a thirteenth, then run: python benchmarks/prediction.py
[--days 30] [--listeners 400] [--seeds 3] [--svg F] [--json F]

Listeners of the simulated world visit and see one shelf of four cards out of sixteen tracks, half of which are drawn
from their own genres. What they look at, start and hear out follows `segue.world.reactions`; the ranker sees a noisy
figure of the appeal. The log is made by Plackett–Luce sampling with a floor. Targets differ in temperature, in what
they rank by and in how much they explore. What happened is streams per visit when the target itself makes the pages,
with other luck than in the log. The doubly robust estimate for a shelf is cascade-DR with a model fitted on other
listeners' rows; IPS and SNIPS are the reward-interaction forms, DM sums that model's rewards over the target's own
shelves.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import kendalltau

from segue.core.protocols import Policy
from segue.core.slates import Arms
from segue.core.types import F32, F64, I64
from segue.evaluation.intervals import Interval
from segue.evaluation.ope import Options, judge, of_columns
from segue.evaluation.simulation_charts import against
from segue.policies.boltzmann import plugin as Boltzmann
from segue.policies.epsilon_greedy import plugin as EpsilonGreedy
from segue.policies.plackett_luce import plugin as PlackettLuce
from segue.world import WorldSettings, make_world
from segue.world.audience import Audience
from segue.world.plays import choose_artist
from segue.world.reactions import Shown, expected, inclined, react
from segue.world.visits import Visits, visits_of

HISTORY, ARMS, CARDS, NOISE, FOLDS, RIDGE = 30, 16, 4, 0.7, 5, 3.0
LOGGING: Policy = PlackettLuce(temperature=1.5, even=0.4)
TARGETS: tuple[tuple[str, str, Policy], ...] = (
    ("relevance, T ¼", "relevance", PlackettLuce(temperature=0.25, even=0.05)),
    ("relevance, T ½", "relevance", PlackettLuce(temperature=0.5, even=0.05)),
    ("relevance, T 1", "relevance", PlackettLuce(temperature=1.0, even=0.05)),
    ("relevance, T 2", "relevance", PlackettLuce(temperature=2.0, even=0.05)),
    ("even", "relevance", PlackettLuce(temperature=50.0, even=0.0)),
    ("relevance, ε .2", "relevance", EpsilonGreedy(epsilon=0.2)),
    ("relevance, ε .5", "relevance", EpsilonGreedy(epsilon=0.5)),
    ("relevance, Boltzmann", "relevance", Boltzmann(temperature=0.05, even=0.05)),
    ("popularity, T 1", "popularity", PlackettLuce(temperature=1.0, even=0.05)),
    ("popularity, ε .5", "popularity", EpsilonGreedy(epsilon=0.5)),
    ("known, T 1", "known", PlackettLuce(temperature=1.0, even=0.05)),
    ("least relevant, T 3", "reversed", PlackettLuce(temperature=3.0, even=0.05)),
)


@dataclass(frozen=True, slots=True)
class Offered:
    """V visits and the A tracks that could be shown to each."""

    visits: Visits
    items: I64  # (V, A)
    scores: dict[str, F32]  # by ranking: (V, A)
    features: F64  # (V, A, D)


@dataclass(frozen=True, slots=True)
class Pages:
    """What a policy showed: V shelves of K cards."""

    arm: I64  # (V, K)
    propensity: F64  # (V, K)
    reward: F64  # (V, K)
    promised: F64  # (V,) by the world's truth


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--listeners", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for seed in range(args.seeds):
        begun = time.perf_counter()
        rows += one(seed, args.listeners, args.days)
        mine = [r for r in rows if r["seed"] == seed]
        taus = ", ".join(f"{e} {_tau(mine, e):.3f}" for e in ("dr", "ips", "snips", "dm"))
        print(f"seed {seed}: {mine[0]['visits']:,} visits, τ {taus}; {time.perf_counter() - begun:.0f} s", flush=True)
    print("\npolicy                   happened  promised  DR (95 %)                 IPS     SNIPS   DM      effective")
    for r in (r for r in rows if r["seed"] == 0):
        dr = "refused" if r["dr"] is None else f"{r['dr']:.3f} ({r['low']:.3f} to {r['high']:.3f})"
        others = "".join("–       " if r[e] is None else f"{r[e]:.3f}   " for e in ("ips", "snips", "dm"))
        print(f"{r['policy']:24} {r['happened']:.3f}     {r['promised']:.3f}     {dr:25} {others}{r['effective']:,.0f}")
    told = [r for r in rows if r["dr"] is not None]
    inside = np.mean([r["low"] <= r["promised"] <= r["high"] for r in told])
    for r in rows:
        if r["refused"]:
            print(f"refused: {r['policy']}, seed {r['seed']}: {r['refused']}")
    print(f"\nDR told {len(told)} of {len(rows)}; the interval holds the true value of {inside:.0%} of them")
    if args.svg:
        args.svg.write_text(picture(told))
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1))


def one(seed: int, listeners: int, days: int) -> list[dict[str, Any]]:
    """All targets of one world."""
    world = make_world(WorldSettings(seed=seed, listeners=listeners, days=HISTORY + days))
    audience = Audience.of(world, HISTORY, seed=seed)
    offered = offers(audience, days, np.random.default_rng([seed, 1]))
    n = len(offered.visits)
    log = shown_by(LOGGING, "relevance", offered, audience, np.random.default_rng([seed, 2]))
    fold = offered.visits.who % FOLDS
    models = [fitted(offered, log, fold != f) for f in range(FOLDS)]
    rewards = np.stack([predicted(offered.features, w) for w in models])[fold, np.arange(n)]  # (V, K, A)
    table = of_columns(
        log.arm.ravel().astype(np.int32), log.propensity.ravel(), log.reward.ravel(),
        page=np.repeat(np.arange(n), CARDS), listener=np.repeat(offered.visits.who, CARDS),
        slot=np.tile(np.arange(CARDS, dtype=np.int32), n),
    )  # fmt: skip
    later = np.append(np.cumsum(log.reward.mean(0)[::-1])[::-1][1:], 0.0)  # still to come below each place
    own = rewards[np.arange(n)[:, None], np.arange(CARDS), log.arm]
    other = replace(audience, seed=seed + 1_000)  # new luck for what then happens
    out = []
    for i, (name, ranking, policy) in enumerate(TARGETS):
        chance, value = judged(policy, ranking, offered, log, rewards, np.random.default_rng([seed, 3, i]))
        report = judge(
            table, chance.ravel(), q=(own + later).ravel(), v=(value + later).ravel(), policy=name,
            options=Options(resamples=400, seed=seed),
        )  # fmt: skip
        then = shown_by(policy, ranking, offered, other, np.random.default_rng([seed, 4, i]))
        dm = rewards[np.arange(n)[:, None], np.arange(CARDS), then.arm].sum(1).mean()
        e = report.estimates
        out.append(
            {
                "seed": seed, "policy": name, "visits": n, "happened": float(then.reward.sum(1).mean()),
                "promised": float(then.promised.mean()), "dr": report.value, "low": report.low, "high": report.high,
                "ips": e["rips"].value, "snips": e["snrips"].value, "dm": float(dm),
                "effective": report.estimates[report.estimator].effective, "refused": report.refused,
            }
        )  # fmt: skip
    return out


def offers(audience: Audience, days: int, rng: np.random.Generator) -> Offered:
    """Half of the tracks from artists that suit one of the listener's genres, half by popularity."""
    parts = [visits_of(HISTORY + d, audience) for d in range(days)]
    v = Visits(*(np.concatenate([getattr(p, f) for p in parts]) for f in Visits.__slots__))
    music, people, half = audience.truth.music, audience.truth.listeners, ARMS // 2
    who = np.repeat(v.who, half)
    cluster = rng.integers(0, 2, len(v)).repeat(half)
    artists = choose_artist(people, music, who, cluster, 0.5, rng).reshape(-1, half)
    popular = rng.choice(len(music.pull), (len(v), half), p=music.pull / music.pull.sum())
    artists = np.concatenate([artists, popular], axis=1)
    items = music.track_draw.draw(artists.ravel(), rng.random(artists.size)).reshape(artists.shape)
    grid = Shown(
        np.repeat(np.arange(len(v)), ARMS),
        np.zeros(items.size, np.int64),
        np.tile(np.arange(ARMS), len(v)),
        items.ravel(),
    )
    like = inclined(audience, v, grid)
    seen = np.log(np.maximum(like.start, 1e-4)).reshape(items.shape) + NOISE * rng.standard_normal(items.shape)
    popularity = np.log(music.pull[artists])
    known = np.log1p(audience.times[v.who[:, None], items])
    scores = {
        "relevance": seen, "reversed": -seen, "popularity": 0.5 * popularity, "known": 1.5 * known,
    }  # fmt: skip
    features = np.stack([seen, popularity, known, np.ones(items.shape)], axis=2)
    features[:, :, :3] = (features[:, :, :3] - features[:, :, :3].mean((0, 1))) / features[:, :, :3].std((0, 1))
    return Offered(v, items, {k: s.astype(np.float32) for k, s in scores.items()}, features)


def shown_by(policy: Policy, ranking: str, o: Offered, audience: Audience, rng: np.random.Generator) -> Pages:
    """The policy's shelves, and what becomes of them."""
    n, scores = len(o.visits), o.scores[ranking]
    arm, propensity = np.zeros((n, CARDS), np.int64), np.zeros((n, CARDS))
    nothing = np.zeros(ARMS, np.float32)
    luck = rng.random((n, CARDS))
    for i in range(n):
        given = policy.weigh(Arms.of(range(ARMS), scores[i]), rng)
        left = np.ones(ARMS, np.bool_)
        for k in range(CARDS):
            p = given(left, nothing)
            a = min(int(np.searchsorted(np.cumsum(p), luck[i, k] * p.sum(), side="right")), ARMS - 1)
            arm[i, k], propensity[i, k] = a, p[a]
            left[a] = False
    place = np.tile(np.arange(CARDS), n)
    page = Shown(
        np.repeat(np.arange(n), CARDS), np.zeros_like(place), place, o.items[np.arange(n)[:, None], arm].ravel()
    )
    happened = react(audience, o.visits, page)
    reward = happened.streamed.reshape(n, CARDS).astype(np.float64)
    return Pages(arm, propensity, reward, expected(audience, o.visits, page))


def judged(
    policy: Policy, ranking: str, o: Offered, log: Pages, rewards: F64, rng: np.random.Generator
) -> tuple[F64, F64]:
    """(V, K) the policy's chance of each logged choice, and (V, K) the mean of the model's reward under it."""
    n, scores = len(o.visits), o.scores[ranking]
    chance, value = np.zeros((n, CARDS)), np.zeros((n, CARDS))
    nothing = np.zeros(ARMS, np.float32)
    for i in range(n):
        given = policy.weigh(Arms.of(range(ARMS), scores[i]), rng)
        left = np.ones(ARMS, np.bool_)
        for k, a in enumerate(log.arm[i].tolist()):
            p = given(left, nothing)
            chance[i, k], value[i, k] = p[a], p @ rewards[i, k]
            left[a] = False
    return chance, value


def fitted(o: Offered, log: Pages, keep: np.ndarray) -> F64:
    """(K + D - 1,) logistic regression of a stream on the place and the track's features, of some rows."""
    n = int(keep.sum())
    x = design(o.features[keep][np.arange(n)[:, None], log.arm[keep]]).reshape(n * CARDS, -1)
    y = log.reward[keep].ravel()

    def loss(w: F64) -> tuple[float, F64]:
        z = x @ w
        return float((np.logaddexp(0, z) - y * z).sum() + RIDGE / 2 * w @ w), x.T @ (expit(z) - y) + RIDGE * w

    return np.asarray(minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x, np.float64)


def design(features: F64) -> F64:
    """(V, K, D) features of the cards at each place → (V, K, K + D - 1), the place in place of the constant."""
    place = np.broadcast_to(np.eye(CARDS), (len(features), CARDS, CARDS))
    return np.concatenate([place, features[:, :, :-1]], axis=2)


def predicted(features: F64, w: F64) -> F64:
    """(V, K, A) chance of a stream of each track at each place."""
    return np.asarray(expit(w[:CARDS][None, :, None] + (features[:, :, :-1] @ w[CARDS:])[:, None, :]), np.float64)


def picture(rows: list[dict[str, Any]]) -> str:
    """A calibration plot that stands by itself: estimate against what happened."""
    drawn = against(
        [(f"{r['policy']}, seed {r['seed']}", r["happened"], Interval(r["dr"], r["low"], r["high"])) for r in rows],
        "streams per visit", 540,
    )  # fmt: skip
    style = (
        "text{font:12px system-ui,sans-serif;fill:#5d6269;dominant-baseline:central}.mid{text-anchor:middle}"
        ".end{text-anchor:end}.grid{stroke:#e2e0d9}.rule{stroke:#b45309;stroke-dasharray:4 4}"
        ".bar{stroke:#2f5fd0;stroke-width:3;opacity:.4}.dot{fill:#2f5fd0}"
    )
    head, _, rest = drawn.partition(">")
    background = '<rect width="100%" height="100%" fill="#fff"/>'
    return f'{head} xmlns="http://www.w3.org/2000/svg"><style>{style}</style>{background}{rest}\n'


def _tau(rows: list[dict[str, Any]], estimator: str) -> float:
    """Of the policies that the estimator does not refuse."""
    told = [r for r in rows if r[estimator] is not None]
    return float(kendalltau([r[estimator] for r in told], [r["happened"] for r in told]).statistic) if told else np.nan


if __name__ == "__main__":
    main()
