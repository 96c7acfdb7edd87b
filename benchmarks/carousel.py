"""Cumulative regret of carousel policies on Deezer's playlists: python benchmarks/carousel.py [--seeds N] [--rounds N]
[--users N] [--first-seed N] [--all-seen] [--only WORD …] [--without WORD …] [--keep FILE]."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from _carousel_policies import (
    KLUCB,
    EpsilonGreedy,
    Even,
    ExploreThenCommit,
    LinearThompson,
    Looks,
    Ours,
    Player,
    SegmentThompson,
)
from _carousel_users import Users, real

POPULATION = 50_000
BAR = "segment TS pessimistic"
PLAYERS: dict[str, Callable[[int, int, int], Player]] = {  # of (arms, segments, width): all they are told beforehand
    "random": lambda a, s, d: Even(a),
    "kl-UCB by segment": lambda a, s, d: KLUCB(a, s),
    "explore then commit": lambda a, s, d: ExploreThenCommit(a, s),
    "ε-greedy by segment": lambda a, s, d: EpsilonGreedy(a, s),
    "ε-greedy, all alike": lambda a, s, d: EpsilonGreedy(a, 1),
    "LinTS": lambda a, s, d: LinearThompson(a, d),
    "segment TS naive": lambda a, s, d: SegmentThompson(a, s, rest=1.0),
    BAR: lambda a, s, d: SegmentThompson(a, s),
    "segment TS pessimistic, looks estimated": lambda a, s, d: SegmentThompson(a, s, looks=Looks()),
    "ours (hierarchical)": lambda a, s, d: Ours(a, s),
    "ours (hierarchical), looks estimated": lambda a, s, d: Ours(a, s, looks=Looks()),
}


def played(users: Users, names: list[str], rounds: int, size: int, seed: int, all_seen: bool) -> dict[str, Any]:
    """Of each policy the regret of each round, and the seconds (processor's) it took."""
    contest = {name: PLAYERS[name](users.arms, users.segments, users.width) for name in names}
    out: dict[str, Any] = {name: {"regret": [], "seconds": 0.0} for name in names}
    for number in range(rounds):
        now = users.round(number, size, all_seen)
        for name, player in contest.items():
            rng = np.random.default_rng([seed, 2, number, list(PLAYERS).index(name)])
            start = time.process_time()
            slates = player.slates(now.visits, rng)
            player.learn(now.visits, slates, now.feedback(slates), rng)
            out[name]["seconds"] += time.process_time() - start
            out[name]["regret"].append(now.regret(slates))
    return out


def interval(values: list[float]) -> tuple[float, float, float]:
    """Mean and 95 % interval over seeds (normal)."""
    mean = float(np.mean(values))
    error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    return mean, mean - 1.96 * error, mean + 1.96 * error


def table(kept: dict[str, dict[str, Any]], users: int) -> None:
    """kept: seed → policy → its rounds. Regret of the last rounds is a user's."""
    print("| policy | cumulative regret | 95 % over seeds | of segment TS pess. | last 10 rounds | seeds | s a seed |")
    print("|---|---|---|---|---|---|---|")
    rows = {name: {seed: run[name] for seed, run in kept.items() if name in run} for name in PLAYERS}
    total = {name: {seed: sum(run["regret"]) for seed, run in runs.items()} for name, runs in rows.items() if runs}
    for name in sorted(total, key=lambda n: -np.mean(list(total[n].values()))):
        mean, low, high = interval(list(total[name].values()))
        both = [total[name][seed] / total[BAR][seed] for seed in total[name] if seed in total.get(BAR, {})]
        ratio = "{:.3f} ({:.3f}–{:.3f})".format(*interval(both)) if both else "–"
        last = np.mean([np.mean(run["regret"][-10:]) for run in rows[name].values()]) / users
        seconds = np.mean([run["seconds"] for run in rows[name].values()])
        span, seeds = f"{low:,.0f}–{high:,.0f}", len(total[name])
        print(f"| {name} | {mean:,.0f} | {span} | {ratio} | {last:.4f} | {seeds} | {seconds:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--all-seen", action="store_true", help="who streams nothing saw all twelve")
    parser.add_argument("--only", nargs="+", default=[""], metavar="WORD", help="policies with one of these words")
    parser.add_argument("--without", nargs="+", default=[], metavar="WORD", help="but those with one of these")
    parser.add_argument("--keep", type=Path, help="a JSON file that keeps the rounds: what it has is not run again")
    given = parser.parse_args()
    folder = Path(os.environ.get("SEGUE_DATA", Path(__file__).parents[2] / "shared" / "data")) / "carousel-bandits"
    if not folder.is_dir():
        print(f"carousel: the data set is not here: {folder} (set SEGUE_DATA)")
        return
    names = [n for n in PLAYERS if any(w in n for w in given.only) and not any(w in n for w in given.without)]
    kept: dict[str, dict[str, Any]] = json.loads(given.keep.read_text()) if given.keep and given.keep.exists() else {}
    vectors, weights = real(folder)
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        missing = [n for n in names if n not in kept.get(str(seed), {})]
        if not missing:
            continue
        users = Users(vectors, weights, POPULATION, seed)
        kept.setdefault(str(seed), {}).update(played(users, missing, given.rounds, given.users, seed, given.all_seen))
        if given.keep:
            given.keep.write_text(json.dumps(kept))
    print(f"\n{given.rounds} rounds of {given.users:,} users; who streams nothing saw "
          f"{'all 12 slots' if given.all_seen else 'the 3 visible slots'}\n")  # fmt: skip
    table(kept, given.users)


if __name__ == "__main__":
    main()
