"""Known-item search over the titles of a real catalogue: how often what was meant is found, and how long it takes.

    SEGUE_DATA=DIR python benchmarks/search.py [--queries 2000] [--seed 0]

The catalogue is that of playlist-archive: tracks, artists and albums. Tracks are drawn, more often those that stand in
more playlists, and asked for by their title, most with the first word of their artist's name: as it is written, without
accents in small letters, with the last letters missing, and with two letters swapped. Found: among the first ten.
Beside it what stands in a title letter by letter (case ignored), the most frequent first, which is what a LIKE of a
database gives.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segue.core.types import Kind
from segue.importers import IMPORTERS
from segue.index.words import Words, words_of
from segue.jobs.facts import snapshot_of
from segue.jobs.ingest import ingest
from segue.store.workspace import Workspace
from segue.surfaces.titles import Titles

DATA = Path(os.environ.get("SEGUE_DATA", "../shared/data"))
FIRST = 10


def swapped(text: str, rng: np.random.Generator) -> str:
    """Two neighbours of its longest word in the wrong order; the first letter stays."""
    word = max(text.split(), key=len)
    if len(word) < 4:
        return text
    i = int(rng.integers(1, len(word) - 2))
    return text.replace(word, word[:i] + word[i + 1] + word[i] + word[i + 2 :], 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\\n")[0])
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    with TemporaryDirectory() as place, Workspace.create(Path(place)) as workspace:
        path = next((DATA / "playlist-archive").glob("*tracks*"))
        ingest(workspace, "playlist-archive", IMPORTERS["playlist-archive"](), path, "default")
        snapshot = snapshot_of(workspace, "default")
        facts, tracks = snapshot.catalogue, snapshot.interactions(Kind.TRACK, "playlist")
        popularity = np.zeros(len(facts.items), np.float32)
        popularity[facts.rows(tracks.items)] = np.bincount(tracks.rows, minlength=len(tracks.items))
        begun = time.process_time()
        said = [words_of(title) for title in facts.titles()]
        titles = Titles(facts, Words.of(said), pa.array([" ".join(s) for s in said], pa.string()), popularity)
        took = time.process_time() - begun
        print(f"{len(said):,} titles, {len(tracks.items):,} of them tracks; words made in {took:.1f} s")
        measure(titles, facts, tracks.items, popularity, given.queries, rng)


def measure(titles: Titles, facts, items, popularity, n: int, rng: np.random.Generator) -> None:  # type: ignore[no-untyped-def]
    rows = facts.rows(items)
    weight = popularity[rows] / popularity[rows].sum()
    drawn = [int(i) for i in rng.choice(items, n, p=weight)]
    kinds = facts.kind
    lower = pa.array([title.lower() for title in facts.titles()])

    def ours(text: str) -> list[int]:
        found = titles.find(text).items
        return found[kinds[facts.rows(found)] == Kind.TRACK][:FIRST].tolist()  # type: ignore[no-any-return]

    def plain(text: str) -> list[int]:
        there = np.flatnonzero(pc.match_substring(lower, text.lower()).to_numpy(zero_copy_only=False))
        there = there[kinds[there] == Kind.TRACK]
        return facts.items[there[np.argsort(-popularity[there], kind="stable")[:FIRST]]].tolist()  # type: ignore[no-any-return]

    def by(number: int) -> str:
        makers = facts.artists_of(number)
        return facts.title(int(makers[0])).split()[0] if len(makers) and facts.title(int(makers[0])).split() else ""

    writings: dict[str, Callable[[int], str]] = {
        "the title": lambda i: facts.title(i),
        "title and maker": lambda i: f"{facts.title(i)} {by(i)}",
        "plain small letters": lambda i: " ".join(words_of(f"{facts.title(i)} {by(i)}")),
        "last word begun": lambda i: facts.title(i)[: max(3, len(facts.title(i)) - 3)],
        "two letters swapped": lambda i: swapped(f"{facts.title(i)} {by(i)}", rng),
    }
    for name, write in writings.items():
        asked = [(i, write(i)) for i in drawn]
        for who, find in (("words", ours), ("substring", plain)):
            times, hits = [], 0
            for number, text in asked:
                begun = time.process_time()
                found = find(text)
                times.append(1000 * (time.process_time() - begun))
                hits += number in found
            half, most = (f"{ms:.1f} ms" for ms in np.percentile(times, [50, 99]))
            print(f"{name:20} {who:10} found {hits / n:.3f}   {half} of processor, 99 %: {most}", flush=True)


if __name__ == "__main__":
    main()
