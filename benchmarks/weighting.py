"""What importance weights change for a ranker that learns from a biased log.

    python benchmarks/weighting.py [--seeds 3] [--first 0] [--models NAME …] [--lean 1] [--trust 2] [--json]

In the simulated world the chance that a listener hears an item to the end is known. A log is written there: a listener
comes at an hour, 20 tracks, 5 shows and 5 audiobooks drawn at random are at hand, and a Plackett-Luce policy shows one.
It leans to what is popular and trusts an older ranker (the truth with as much noise), whose opinion no model sees: a
book is shown to those who will hear it, and the log says that books are heard. Propensities are exact; whether the item
is heard is drawn from the truth. Each model is fitted to the log as it is, and with importance weights (1 / 30 by
propensity, clipped at 10 times the mean). Then it chooses, for listeners who were not in the log, the best of 30 by its
own prediction. What is reported is the true chance that the choice is heard, and what the weights change of it, paired
by listener, with a 95 % bootstrap interval over the listeners of all seeds; and the calibration error of either over
all 30 items at hand, against the true chances.

The features are what a log knows: how often an item was played, how much of its genre and of its maker the listener
heard, age, kind, the hour. `plain` is logistic regression without buckets and crosses, the least able; the others have
their defaults. --lean and --trust set how biased the log is; with both at 0 it is not.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any, NamedTuple

import numpy as np

from segue.core.types import F32, F64, I64
from segue.evaluation.calibration import reliability
from segue.evaluation.intervals import intervals
from segue.models.responses import RESPONSES, importance
from segue.models.responses.logistic import Logistic
from segue.world import World, WorldSettings, make_world
from segue.world.log import PLAY
from segue.world.settings import DAY

NAMES = ("popular", "genre_share", "maker_plays", "age", "is_show", "is_book", "hour")
MUSIC, SHOWS, BOOKS = 20, 5, 5  # at hand
ARMS = MUSIC + SHOWS + BOOKS
HOUR = 3_600_000  # ms
LISTENERS, VISITS, JUDGED = 600, 80, 30  # half of the listeners write the log, half are chosen for


class Visits(NamedTuple):
    who: I64  # (V,)
    features: F32  # (V, ARMS, D)
    chance: F64  # (V, ARMS) true
    popular: F64  # (V, ARMS) standardized
    guess: F64  # (V, ARMS) what the older ranker thinks of it, standardized


def visits(world: World, people: I64, each: int, rng: np.random.Generator) -> Visits:
    """Each of the people comes `each` times on the day after the history, at any hour, and finds ARMS tracks."""
    truth, music, k = world.truth, world.truth.music, world.truth.numbers
    tracks, end, log = k.artist, world.settings.end + DAY, world.columns
    heard = (log["type"] == PLAY) & (log["item"] >= 0) & (log["who"] < LISTENERS)
    who, item = log["who"][heard], log["item"][heard]
    plays = np.bincount(item, minlength=k.end).astype(np.float64)
    maker = np.arange(k.end)  # the artist of a track, the show of an episode, a book itself
    maker[:tracks] = k.artist + music.track_artist
    maker[k.episode : k.book] = k.show + truth.spoken.episode_show
    plays[k.show : k.episode] = np.bincount(truth.spoken.episode_show, plays[k.episode : k.book], k.episode - k.show)
    genre = np.full(k.end, -1)
    genre[:tracks] = music.genre[music.track_artist]
    by_maker = np.zeros((LISTENERS, k.end), np.float32)
    np.add.at(by_maker, (who, maker[item]), 1)
    by_genre = np.zeros((LISTENERS, genre.max() + 2))  # the last column: no genre
    np.add.at(by_genre, (who, genre[item]), genre[item] >= 0)
    by_genre /= np.maximum(by_genre.sum(axis=1, keepdims=True), 1)
    age = np.zeros(k.end)
    age[:tracks] = np.log1p(np.maximum(end - music.released, 0) / DAY)
    plays = np.log1p(plays)
    popular = (plays - plays[:tracks].mean()) / plays[:tracks].std()

    asks = np.repeat(people, each)
    hour = rng.integers(24, size=len(asks))
    spans = ((0, tracks, MUSIC), (k.show, k.episode, SHOWS), (k.book, k.person, BOOKS))
    pool = np.stack([
        np.concatenate([first + rng.choice(last - first, n, replace=False) for first, last, n in spans]) for _ in asks
    ])  # (V, ARMS)  # fmt: skip
    logit = np.empty(pool.shape)
    for h in range(24):
        some = hour == h
        pairs = np.repeat(asks[some], ARMS)
        appeal = truth.appeal(pairs, pool[some].ravel(), end + h * HOUR)
        logit[some] = appeal.reshape(-1, ARMS)
    columns = (
        plays[pool], by_genre[asks[:, None], genre[pool]], np.log1p(by_maker[asks[:, None], maker[pool]]), age[pool],
        (pool >= k.show) & (pool < k.episode), pool >= k.book, np.broadcast_to(hour[:, None], pool.shape),
    )  # fmt: skip
    guess = logit + rng.normal(0, logit.std(), logit.shape)
    return Visits(
        asks, np.stack(columns, axis=2).astype(np.float32), 1 / (1 + np.exp(-logit)), popular[pool],
        (guess - guess.mean()) / guess.std(),
    )  # fmt: skip


def logged(seen: Visits, lean: float, trust: float, rng: np.random.Generator) -> tuple[F32, F32, F64]:
    """Features (V, D), label and propensity (V,) of what the biased policy showed."""
    pull = np.exp(lean * seen.popular + trust * seen.guess)
    propensity = pull / pull.sum(axis=1, keepdims=True)
    shown = (rng.random((len(pull), 1)) > np.cumsum(propensity, axis=1)[:, :-1]).sum(axis=1)
    row = np.arange(len(pull))
    label = rng.random(len(pull)) < seen.chance[row, shown]
    return seen.features[row, shown], label.astype(np.float32), propensity[row, shown]


def judge(model: Any, seen: Visits) -> tuple[F64, float]:
    """(L,) the mean true chance of the best by the model, by listener; and its calibration error over all items."""
    v, a, d = seen.features.shape
    said = model.predict(seen.features.reshape(v * a, d))
    best = said.reshape(v, a).argmax(axis=1)
    off = reliability(said, seen.chance.ravel().astype(np.float32), bins=20).ece
    return by_listener(seen.chance[np.arange(v), best], seen.who), off


def by_listener(values: F64, who: I64) -> F64:
    """(L,) means."""
    _, group = np.unique(who, return_inverse=True)
    return np.bincount(group, values) / np.bincount(group)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--models", nargs="*", default=["plain", *RESPONSES])
    parser.add_argument("--lean", type=float, default=1.0)
    parser.add_argument("--trust", type=float, default=2.0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    recipes = {n: Logistic(buckets=1, crosses=0) if n == "plain" else RESPONSES[n]() for n in args.models}
    naive: dict[str, list[tuple[F64, float]]] = {n: [] for n in recipes}
    weighted: dict[str, list[tuple[F64, float]]] = {n: [] for n in recipes}
    bounds, started = [], time.perf_counter()
    for seed in range(args.first, args.first + args.seeds):
        world = make_world(
            WorldSettings(seed=seed, listeners=LISTENERS, days=20, tracks=2_000, shows=40, audiobooks=50)
        )
        rng = np.random.default_rng([seed, 1])
        people = rng.permutation(LISTENERS)
        seen = visits(world, people[: LISTENERS // 2], VISITS, rng)
        features, label, propensity = logged(seen, args.lean, args.trust, rng)
        judged = visits(world, people[LISTENERS // 2 :], JUDGED, rng)
        weights = (np.ones(len(label), np.float32), importance(propensity, 1 / ARMS))
        bounds.append([v.mean() for v in (judged.chance.mean(axis=1), judged.chance.max(axis=1))])
        for name, recipe in recipes.items():
            for weight, kept in zip(weights, (naive[name], weighted[name])):
                model = recipe.fit(features, label, weight, np.random.default_rng([seed, 2]), NAMES)
                kept.append(judge(model, judged))
    out: dict[str, Any] = {
        "seeds": args.seeds, "rows": len(label), "judged": len(judged.who), "count": float(weights[1].sum()),
        "any": float(np.mean(bounds, axis=0)[0]), "best": float(np.mean(bounds, axis=0)[1]), "models": {},
    }  # fmt: skip
    for name in recipes:
        a, b = (np.concatenate([values for values, _ in kept[name]]) for kept in (naive, weighted))
        low, high, gain = intervals(np.stack([a, b, b - a], axis=1))
        each = [round(float((y - x).mean()), 4) for (x, _), (y, _) in zip(naive[name], weighted[name])]
        off = [round(float(np.mean([e for _, e in kept[name]])), 4) for kept in (naive, weighted)]
        out["models"][name] = {"naive": low, "weighted": high, "difference": gain, "by_seed": each, "ece": off}
    if args.json:
        print(json.dumps(out))
        return
    print(f"{out['rows']} rows a log, {out['judged']} choices judged a seed, {args.seeds} seeds")
    print(f"weighted, a log counts as {out['count']:.0f} rows")
    print(f"an item at random {out['any']:.4f}, the best of the {ARMS} {out['best']:.4f}")
    print("model                  naive     weighted  difference (95 %)             by seed                    ECE")
    for name, m in out["models"].items():
        n, w, d, ece = m["naive"], m["weighted"], m["difference"], "  ".join(f"{e:.3f}" for e in m["ece"])
        gains = " ".join(f"{e:+.4f}" for e in m["by_seed"])
        print(
            f"{name:22} {n.mean:.4f}    {w.mean:.4f}    {d.mean:+.4f} ({d.low:+.4f} to {d.high:+.4f})   {gains}   {ece}"
        )
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
