"""What stays of an item's neighbours a week later: python benchmarks/stability.py [--listeners 500] [--seeds 3]

A world of 60 days is cut a week before its end; a space is learned from the part and from the whole, the later turned
to the earlier, as `segue train` does. Prints one JSON object a seed: the share of the 50 nearest tracks that stay, over
tracks heard in both (up to 2,000 at random), plain, weighed by plays, and by how often a track was played until the
cut; how far points moved (mean cosine) before and after the turn; and, for comparison, the share between two random
seeds of the same data, and the share of neighbours with an item's own first genre in each space.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa

from segue.core.types import F32, Kind
from segue.fitted.space import Origin, Space
from segue.jobs.demo import batches
from segue.jobs.space import make_space
from segue.jobs.steady import known
from segue.models.space.turned import NEAR, kept, rotation
from segue.store import snapshot
from segue.store.snapshot import Snapshot
from segue.store.workspace import Workspace
from segue.world import WorldSettings, make_world

DAY_MS, DAYS = 86_400_000, 60


def purity(space: Space, taken: Snapshot, asked: int = 500) -> float:
    """Share of the nearest tracks whose first genre is the item's own."""
    facts = taken.catalogue
    rows = np.flatnonzero((space.kind == Kind.TRACK) & (space.origin == Origin.HEARD))
    first: dict[int, str] = {}

    def genre(number: int) -> str:
        if number not in first:
            words = facts.genre_words(number) or facts.genre_words(int(facts.artist[facts.row(number)]))
            first[number] = words[0] if words else ""
        return first[number]

    hits = []
    for row in np.random.default_rng(0).choice(rows, min(asked, len(rows)), replace=False).tolist():
        number = int(space.items[row])
        near = [n for n in space.nearest(space.vectors[row], NEAR + 1, Kind.TRACK)[0].tolist() if n != number]
        hits.append(np.mean([genre(n) == genre(number) for n in near]))
    return float(np.mean(hits))


def moved(old: Space, new: Space) -> float:
    _, here, there = np.intersect1d(new.items, old.items, return_indices=True)
    heard = new.origin[here] == Origin.HEARD
    cosines: F32 = (new.vectors[here] * old.vectors[there]).sum(axis=1)[heard]
    return float(cosines.mean())


def one(listeners: int, seed: int) -> dict[str, object]:
    world = make_world(WorldSettings(listeners=listeners, days=DAYS, seed=seed))
    events = world.events()
    at = events["at"].to_numpy()
    spaces: list[Space] = []
    with tempfile.TemporaryDirectory() as scratch, Workspace.create(Path(scratch) / "ws") as workspace:
        for batch in batches(world.items(), 20_000):
            workspace.log.append((), batch)
        taken = []
        for part in (at <= at.max() - 7 * DAY_MS, at > at.max() - 7 * DAY_MS):
            workspace.log.append_table(events.filter(pa.array(part)))
            taken.append(snapshot.take(workspace, "default", simulated=True))
        runs = workspace.path / "runs"
        for taking, chance in ((taken[0], 0), (taken[1], 0), (taken[1], 1)):
            made = make_space(runs, taking, chance, lambda _: None)
            assert made is not None
            spaces.append(Space.load(made))
        old, new, other = spaces
        turned = new.turned(rotation(old, new, known(taken[1], new)))
        items, share = kept(old, turned)
        data = taken[0].interactions(Kind.TRACK, "listener")
        plays = np.bincount(data.rows, minlength=len(data.items))[np.searchsorted(data.items, items)]
        by_plays = {f"played_{a}+": float(share[plays >= a].mean()) for a in (1, 5, 20, 50, 100)}
        return {
            "seed": seed, "listeners": listeners, "events": [len(d.rows) for d in (
                data, taken[1].interactions(Kind.TRACK, "listener"))],
            "items": len(items), "kept": float(share.mean()),
            "kept_by_plays": float((share * plays).sum() / plays.sum()), **by_plays,
            "p10": float(np.percentile(share, 10)),
            "cosine": moved(old, new), "cosine_turned": moved(old, turned),
            "kept_other_seed": float(kept(new, other)[1].mean()),
            "purity": [purity(old, taken[0]), purity(turned, taken[1])],
        }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--listeners", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    for seed in range(args.seeds):
        found = one(args.listeners, seed)
        json.dump({k: round(v, 4) if isinstance(v, float) else v for k, v in found.items()}, sys.stdout)
        print(flush=True)


if __name__ == "__main__":
    main()
