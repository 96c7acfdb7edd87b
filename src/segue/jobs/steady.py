"""A space that stays where it was: turned to the last release's, with its index and its map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from segue.core.types import F32
from segue.fitted.space import Space
from segue.jobs.space import Say
from segue.models.space.layout import lay_out
from segue.models.space.turned import kept, rotation
from segue.runs.releases import Release, SpaceCard
from segue.runs.step import run_step
from segue.store.snapshot import Snapshot

CHANGE = "change.json"


@dataclass(frozen=True)
class Before:
    """The space of the release that a new one follows."""

    card: SpaceCard
    folder: Path

    @classmethod
    def of(cls, release: Release | None) -> Before | None:
        if release is None or release.manifest.space is None or release.space_folder is None:
            return None
        return cls(release.manifest.space, release.space_folder)


class Change(msgspec.Struct, frozen=True):
    """What came of the neighbours since the last release."""

    kept: float | None = None
    compared: int = 0


def make_steady(
    root: Path, snapshot: Snapshot, learned: Path, before: Before | None, seed: int, say: Say
) -> tuple[Path, SpaceCard]:
    """Folder and card of a learned space, turned to the one before it. Done once for both.

    A space that is already the released one is not turned to itself: it keeps what it was turned to.
    """
    same = before is not None and before.card.learned == learned.name
    last = before.card.last if before and same else before.card.id if before else ""

    def work(folder: Path) -> None:
        say("neighbours as they were")
        new = Space.load(learned)
        change, old = Change(), None
        if before is not None:
            old = Space.load(before.folder)
            new = new.turned(rotation(old, new, known(snapshot, new)))
            items, share = kept(old, new, seed)
            change = Change(round(float(share.mean()), 4), len(items)) if len(items) and not same else Change()
        new = new.indexed(seed)
        say("a map")
        replace(new, layout=lay_out(new, old, seed)).save(folder)
        (folder / CHANGE).write_bytes(msgspec.json.encode(change))

    folder, _ = run_step(
        root, "steady", work, inputs=[learned.name, last], params={}, seed=seed, code=[rotation, lay_out, Space.indexed]
    )
    space, change = Space.load(folder), msgspec.json.decode((folder / CHANGE).read_bytes(), type=Change)
    return folder, SpaceCard(
        points=len(space), dimensions=space.dimensions, id=folder.name, learned=learned.name, last=last,
        kept=change.kept, compared=change.compared,
    )  # fmt: skip


def known(snapshot: Snapshot, space: Space) -> F32:
    """(N,) how well each item of a space is known: the root of how many took it."""
    out = np.zeros(len(space), np.float32)
    for kind, owner, _ in snapshot.populations():
        if not snapshot.derived(kind, owner):
            data = snapshot.interactions(kind, owner)
            rows = space.rows(data.items)
            count = np.bincount(data.matrix().indices, minlength=len(data.items))
            out[rows[rows >= 0]] += count[rows >= 0]
    return np.sqrt(out)
