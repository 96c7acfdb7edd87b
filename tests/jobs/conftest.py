"""A workspace whose right answer is known: two crowds who never share a track."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from segue.core.events import Item, Play
from segue.store.workspace import Workspace

DAY = 86_400_000
START = 1_700_000_000_000


def plays(seed: int = 0, listeners: int = 60, tracks: int = 40, each: int = 14) -> list[Play]:
    """Even listeners play even tracks, odd ones odd tracks, a few a day."""
    rng = np.random.default_rng(seed)
    out = []
    for u in range(listeners):
        mine = rng.permutation(np.arange(u % 2, tracks, 2))[:each]
        out += [
            Play(
                id=f"{seed}-{u}-{t}",
                listener=f"u{u}",
                item=f"segue:track:t{t}",
                at=START + n * DAY + u,
                ms_played=60_000,
            )
            for n, t in enumerate(mine.tolist())
        ]
    return out


ITEMS = [
    Item(uri=f"segue:track:t{t}", title=f"Track {t}", artists=(f"segue:artist:a{t // 4 * 2 + t % 2}",))
    for t in range(40)
] + [Item(uri=f"segue:artist:a{a}", title=f"Artist {a}") for a in range(22)]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "ws") as opened:
        opened.log.append(plays(), ITEMS)
        yield opened
