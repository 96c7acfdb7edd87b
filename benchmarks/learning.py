"""How long a day's learning takes: 1,000,000 cards shown on 10,000 pages and 1,000,000 plays, on one core.

    OMP_NUM_THREADS=1 python benchmarks/learning.py [--pages 10000] [--plays 1000000]

Prints seconds of each stage: what the cards led to, features replayed page by page into examples, the two heads of the
default ranker and a policy that learns, fitted on them; and how long features take for one page of 700 candidates. The
day is made up; only its size is meant to be real.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from segue.core.types import Candidates, Context, Ids, Kind, Query
from segue.features import READ, Book
from segue.jobs.attribute import attribute
from segue.jobs.examples import Examples, examples
from segue.jobs.teach import LABELS, RARE, lessons
from segue.models.responses import RESPONSES, importance
from segue.policies import POLICIES
from segue.store.schema import EDGE
from segue.store.workspace import Workspace

NOW, DAY_MS = 1_790_035_200_000, 86_400_000
LISTENERS, TRACKS, ARTISTS, GENRES = 5_000, 20_000, 2_000, 40
ROWS, ARMS, CARDS = 10, 40, 10
SHELVES = ("made-for-you", "because:1", "because:2", "popular-near", "discover", "genre:1", "genre:2", "jump-back-in",
           "new-in-genres", "mix:1")  # fmt: skip


@dataclass
class Made:
    """A catalogue of tracks and artists: artists first."""

    items: Ids
    kind: Any
    artist: Ids
    album: Ids
    explicit: Any
    released: Any
    duration: Any
    tags: sp.csr_array
    genres: sp.csr_array

    def rows(self, numbers: Ids) -> Any:
        found = np.asarray(numbers, np.int64) - 1
        return np.where((found >= 0) & (found < len(self.items)), found, -1)


def catalogue(rng: np.random.Generator) -> Made:
    n = ARTISTS + TRACKS
    artist = np.concatenate([np.zeros(ARTISTS), rng.integers(1, ARTISTS + 1, TRACKS)]).astype(np.int32)
    kind = np.repeat([Kind.ARTIST, Kind.TRACK], [ARTISTS, TRACKS]).astype(np.uint8)
    of = np.arange(ARTISTS)
    genres = sp.csr_array(
        (np.ones(2 * ARTISTS, bool), (np.tile(of, 2), rng.integers(0, GENRES, 2 * ARTISTS))), (n, GENRES)
    )
    return Made(
        np.arange(1, n + 1, dtype=np.int32), kind, artist, np.zeros(n, np.int32), np.zeros(n, bool),
        NOW - rng.integers(0, 2_000, n) * DAY_MS, np.full(n, 200_000), genres.astype(np.float32), genres,
    )  # fmt: skip


def fill(workspace: Workspace, pages: int, plays: int, rng: np.random.Generator) -> None:
    """A day of pages, and plays of which a twentieth are from them, in the order of their times."""
    names = [f"segue:artist:{i}" for i in range(ARTISTS)] + [f"segue:track:{i}" for i in range(TRACKS)]
    with workspace.database.write():
        workspace.catalogue.item_numbers(workspace.database.tenant("default", create=True), names)  # 1, 2, 3, …
    popular = rng.zipf(1.3, 4 * (pages * ROWS * ARMS + plays)) - 1
    popular = popular[popular < TRACKS] + ARTISTS + 1
    at = np.sort(rng.integers(0, DAY_MS, pages)) + NOW - DAY_MS
    who = rng.integers(0, LISTENERS, pages)
    shown: list[dict[str, Any]] = []
    from_page: list[tuple[int, int, int, str]] = []
    tracks = np.arange(ARTISTS + 1, ARTISTS + TRACKS + 1)
    for p in range(pages):
        arms = rng.choice(tracks, (ROWS, ARMS), replace=False)
        for r in range(ROWS):
            attrs = {
                "shelves": SHELVES[r:], "shelf": 0, "p": 0.5, "arms": arms[r].tolist(), "scores": [-0.5] * ARMS,
                "retrieved": [-0.1] * ARMS, "chosen": list(range(CARDS)), "ps": [0.1] * CARDS,
                "context": {"now": int(at[p]), "hour": p % 24, "device": "phone", "country": "SE"},
            }  # fmt: skip
            shown.append({"id": f"page:{p}:{r}", "type": "decided", "listener": f"L{who[p]}", "at": int(at[p]),
                          "page": f"p{p}", "shelf": SHELVES[r], "row": r, "policy": "plackett-luce", "propensity": 0.5,
                          "attrs": msgspec.json.encode(attrs).decode()})  # fmt: skip
        from_page += [
            (int(at[p]) + 60_000 * (i + 1), int(who[p]), int(arms[i // 10, i % 10]), f"p{p}")
            for i in rng.integers(0, 30, plays // 20 // pages).tolist()
        ]
    own = plays - len(from_page)
    when = np.concatenate([[a for a, *_ in from_page], NOW - DAY_MS + rng.integers(0, DAY_MS, own)]).astype(np.int64)
    listener = np.concatenate([[u for _, u, *_ in from_page], rng.integers(0, LISTENERS, own)]).astype(np.int64)
    item = np.concatenate([[i for _, _, i, _ in from_page], popular[:own]]).astype(np.int64)
    told = {
        "id": pa.array([f"play{i}" for i in range(plays)]), "type": pa.array(["play"] * plays),
        "listener": pa.array(np.char.add("L", listener.astype(str)).tolist()), "at": pa.array(when),
        "item": pa.array(np.array(names, dtype=object)[item - 1].tolist()),
        "ms_played": pa.array(rng.choice([9_000, 180_000], plays)), "reason_end": pa.array(["fwdbtn"] * plays),
        "page": pa.array([page for *_, page in from_page] + [None] * own),
    }  # fmt: skip
    table = pa.concat_tables([edge(pa.Table.from_pylist(shown)), edge(pa.table(told))])
    order = np.argsort(table["at"].to_numpy(), kind="stable")
    for start in range(0, len(order), 200_000):
        workspace.log.append_table(table.take(pa.array(order[start : start + 200_000])))


def edge(table: pa.Table) -> pa.Table:
    n = len(table)
    fixed = {"tenant": pa.array(["default"] * n), "v": pa.array([1] * n)}
    have = {name: table[name] for name in table.column_names} | fixed
    columns = [have[f.name].cast(f.type) if f.name in have else pa.nulls(n, f.type) for f in EDGE]
    return pa.table(columns, schema=EDGE)


def learn(pages: int, plays: int) -> tuple[Examples, dict[str, float]]:
    """Examples of the day and seconds a stage."""
    rng, took = np.random.default_rng(0), {}
    facts = catalogue(rng)
    with tempfile.TemporaryDirectory() as folder, Workspace.create(Path(folder) / "ws") as workspace:
        fill(workspace, pages, plays, rng)
        print(f"{pages * ROWS * CARDS:,} cards on {pages:,} pages, {plays:,} plays")
        started = time.process_time()
        attribute(workspace, "default", facts, now=NOW + 2 * DAY_MS)
        took["what cards led to"] = time.process_time() - started
        started = time.process_time()
        found = examples(workspace, "default", facts)  # type: ignore[arg-type]
        took["features replayed into examples"] = time.process_time() - started
        started = time.process_time()
        fitted(found)
        took["two heads of the default ranker, and LinUCB"] = time.process_time() - started
        print(f"{sum(took.values()):8.2f}  a day's learning, all of it")
        book = Book(facts)  # type: ignore[arg-type]
        started = time.process_time()
        seq = 0
        while len(table := workspace.log.tail("default", seq, 500_000, columns=READ)):
            book.update(table)
            seq = int(table["seq"].to_numpy()[-1])
        took["features told of the day at once"] = time.process_time() - started
        pool = Candidates(
            rng.integers(ARTISTS + 1, ARTISTS + TRACKS, 700).astype(np.int32), rng.normal(size=700).astype(np.float32),
            (np.arange(700) % 7).astype(np.int16), tuple(dict.fromkeys(s.partition(":")[0] for s in SHELVES)),
        )  # fmt: skip
        started = time.process_time()
        for i in range(300):
            book.values(Query("default", 1 + i, context=Context(now=NOW, device="phone"), hour=8), pool)
        took[f"all {len(book.names)} features of 700 candidates (ms a page)"] = (
            (time.process_time() - started) / 300 * 1e3
        )
    return found, took


def fitted(found: Examples) -> None:
    """What `segue learn` fits, without the report."""
    weight = importance(np.maximum(found.propensity, np.median(found.propensity) / RARE))
    for label in LABELS.values():
        target = np.asarray(getattr(found, label), np.float32)
        RESPONSES["logistic"]().fit(found.features, target, weight, np.random.default_rng(0), found.names)
    POLICIES["lin-ucb"]().learn(lessons(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--plays", type=int, default=1_000_000)
    options = parser.parse_args()
    found, took = learn(options.pages, options.plays)
    print(f"{len(found):,} examples of {found.features.shape[1]} features, {int(found.streamed.sum()):,} streamed")
    for stage, seconds in took.items():
        print(f"{seconds:8.2f}  {stage}")


if __name__ == "__main__":
    main()
