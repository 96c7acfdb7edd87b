"""Crossings of a snapshot: what listeners take of each kind, by what they took of the kind that is taken most."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from segue.core.types import Kind
from segue.fitted import save_model
from segue.models.crossing import CROSSINGS
from segue.models.crossing._learning import FEWEST, learn_crossing, possible
from segue.models.crossing._people import Pairs
from segue.runs.releases import CrossingCard
from segue.runs.step import run_step
from segue.store.building import DERIVED
from segue.store.snapshot import Snapshot

Say = Callable[[str], None]
MOST_ITEMS = 30_000
REACHED = (Kind.EPISODE, Kind.AUTHOR)
"""Kinds that listeners come to by way of others, and that no shelf shows by themselves."""


def make_crossings(root: Path, snapshot: Snapshot, seed: int, say: Say) -> list[tuple[CrossingCard, Path]]:
    """The card and the folder of each; none of a kind where none is surely better than popularity. Done once.

    Each kind goes by the one that listeners took most of, and that one by the next. Kinds that follow from one of these
    (artists from tracks) are left out, and those of more than MOST_ITEMS items: a model holds a dense row for each.
    """
    found = [k for k, owner, _ in snapshot.populations() if owner == "listener"]
    own = [k for k in found if not snapshot.derived(k) and k not in REACHED]
    out = []
    for kind in found:
        by = next((k for k in own if k != kind), None)
        follows = snapshot.derived(kind) and DERIVED[kind][0] in own
        if by is None or follows or kind in REACHED or len(snapshot.interactions(kind).items) > MOST_ITEMS:
            continue
        card, folder = _make(root, snapshot, kind, by, seed, say)
        if card is not None:
            out.append((card, folder / "model"))
    return out


def _make(root: Path, snapshot: Snapshot, of: Kind, by: Kind, seed: int, say: Say) -> tuple[CrossingCard | None, Path]:
    wanted, heard = snapshot.interactions(of), snapshot.interactions(by)
    people = len(Pairs.make(wanted, heard))
    names = possible(people)
    if people < FEWEST:
        return None, root

    def work(folder: Path) -> None:
        say(f"{of.label}s for people known by their {by.label}s")
        found = learn_crossing(wanted, heard, names, np.random.default_rng(seed), say)
        if found.model is not None:
            save_model(found.model, folder / "model")
        record = {
            "params": {n: asdict(r) for n, r in found.recipes.items()},  # type: ignore[call-overload]
            "weights": found.weights, "scores": found.inner, "protocol": found.protocol,
        }  # fmt: skip
        (folder / "crossed.json").write_text(json.dumps(record, indent=1) + "\n")

    folder, _ = run_step(
        root, "cross", work, inputs=[wanted.id, heard.id], params={"recipes": names, "of": of.label, "by": by.label},
        seed=seed, code=[learn_crossing, *(CROSSINGS[n] for n in names)],
    )  # fmt: skip
    record = json.loads((folder / "crossed.json").read_text())
    scores = ", ".join(f"{name} {value:.4f}" for name, value in record["scores"].items())
    kept = (folder / "model").is_dir()
    say(f"  {of.label}s by {by.label}s, {record['protocol']}: ndcg@20 {scores}{'' if kept else '; popularity stays'}")
    if not kept:
        return None, folder
    return CrossingCard(of=of.label, by=by.label, folder=f"crossing/{of.label}", people=people, **record), folder
