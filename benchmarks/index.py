"""Building and asking the index of nearest neighbours: python benchmarks/index.py [--points 60000] [--seeds 3]

Clustered points (40 genres, an artist for every ten tracks, fewer of the dimensions used much), and the space of the
playlist archive where the data is there. Everything in one thread. Prints one JSON object a space: seconds to build,
microseconds a query (of the wall clock, and of processor time, which other work on the machine does not disturb),
recall@10 against all products, without a filter and with masks that leave a half, a tenth and a hundredth.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from segue.core.types import F32, Bools
from segue.fitted.space import Space
from segue.importers import IMPORTERS
from segue.index import Index, exact
from segue.jobs.ingest import ingest
from segue.jobs.space import DIMENSIONS, make_space
from segue.store import snapshot
from segue.store.workspace import Workspace

N, QUERIES, TRACK = 10, 500, 1
ARCHIVE = Path(os.environ.get("SEGUE_DATA", "../shared/data")) / "playlist-archive"


def clustered(n: int, seed: int) -> F32:
    """(n, DIMENSIONS) tracks around artists around genres."""
    rng = np.random.default_rng(seed)
    genres, artists = rng.standard_normal((40, DIMENSIONS)), n // 10
    middle = genres[rng.integers(0, 40, artists)] + 0.9 * rng.standard_normal((artists, DIMENSIONS))
    points = middle[rng.integers(0, artists, n)] + 0.8 * rng.standard_normal((n, DIMENSIONS))
    points *= (1 + np.arange(DIMENSIONS)) ** -0.35
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True), np.float32)


def archive() -> F32:
    """The tracks of the space that is learned from the playlist archive."""
    with tempfile.TemporaryDirectory() as folder, Workspace.create(Path(folder) / "ws") as workspace:
        ingest(workspace, "playlist-archive", IMPORTERS["playlist-archive"](), ARCHIVE, "default")
        taken = snapshot.take(workspace, "default")
        made = make_space(Path(folder) / "ws" / "runs", taken, 0, lambda _: None)
        assert made is not None
        space = Space.load(made)
        return np.array(space.vectors[space.kind == TRACK])


def asked(
    ask: Callable[[F32, Bools | None], F32], points: F32, vectors: F32, allowed: Bools | None
) -> dict[str, float]:
    """Times of queries one by one, and the share of the true nearest that they find."""
    last = [exact(vectors, point, N, allowed)[1][-1] for point in points]
    for point in points[:20]:  # what was last read was read in order
        ask(point, allowed)
    wall, cpu, hits = [], [], 0
    for point, worst in zip(points, last, strict=True):
        start, used = time.perf_counter(), time.thread_time()
        near = ask(point, allowed)
        cpu.append(time.thread_time() - used)
        wall.append(time.perf_counter() - start)
        hits += int((near >= worst - 1e-6).sum())
    us = {f"p{p}_us": float(np.percentile(wall, p) * 1e6) for p in (50, 99)}
    return us | {f"cpu_p{p}_us": float(np.percentile(cpu, p) * 1e6) for p in (50, 99)} | {
        "cpu_mean_us": float(np.mean(cpu) * 1e6), "recall": hits / (N * len(points)),
    }  # fmt: skip


def measure(name: str, vectors: F32) -> Iterator[dict[str, object]]:
    rng = np.random.default_rng(1)
    labels = np.full(len(vectors), TRACK, np.uint8)
    start, used = time.perf_counter(), time.process_time()
    index = Index.build(vectors, labels)
    built = {"build_s": time.perf_counter() - start, "build_cpu_s": time.process_time() - used}
    points = vectors[rng.integers(0, len(vectors), QUERIES)] + 0.02 * rng.standard_normal((QUERIES, vectors.shape[1]))
    points = np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True), np.float32)
    yield {"space": name, "points": len(vectors), "dimensions": vectors.shape[1], **built}
    for share in (1.0, 0.5, 0.1, 0.01):
        allowed = None if share == 1 else rng.random(len(vectors)) < share
        for how, ask in (
            ("index", lambda p, a: index.nearest(p, N, TRACK, a)[1]),
            ("exact", lambda p, a: exact(vectors, p, N, a)[1]),
        ):
            some = points if how == "index" else points[:100]
            yield {"space": name, "how": how, "allowed": share, **asked(ask, some, vectors, allowed)}


def crossover(vectors: F32) -> Iterator[dict[str, object]]:
    """All products against a graph, by how many points there are."""
    from segue.index import Graph

    for n in (1_000, 2_000, 4_000, 8_000, 16_000):
        part = vectors[np.random.default_rng(n).permutation(len(vectors))[:n]]
        graph = Graph.build(part, np.arange(n, dtype=np.int32))
        points = part[:200]
        by_graph = asked(lambda p, _: part[graph.nearest(p, N)] @ p, points, part, None)  # noqa: B023
        by_all = asked(lambda p, _: exact(part, p, N)[1], points, part, None)  # noqa: B023
        yield {"points": n, "graph_cpu_us": by_graph["cpu_mean_us"], "exact_cpu_us": by_all["cpu_mean_us"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", type=int, default=60_000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--crossover", action="store_true", help="from how many points on a graph is faster")
    args = parser.parse_args()
    spaces = [("clustered", clustered(args.points, seed)) for seed in range(args.seeds)]
    if ARCHIVE.is_dir() and not args.crossover:
        spaces.append(("playlist-archive", archive()))
    for name, vectors in spaces:
        for row in crossover(vectors) if args.crossover else measure(name, vectors):
            short = {k: round(v, 4 if v < 2 else 1) if isinstance(v, float) else v for k, v in row.items()}
            json.dump(short, sys.stdout)
            print(flush=True)


if __name__ == "__main__":
    main()
