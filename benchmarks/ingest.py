"""How fast events go into the log, against the limit of just writing and syncing the same columns to one Parquet file.

python benchmarks/ingest.py [EVENTS]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from segue.core.events import Play
from segue.store.schema import EDGE
from segue.store.workspace import Workspace


def table(events: int, seed: int = 0) -> pa.Table:
    """(E,) plays of 20,000 listeners and 60,000 tracks, text dictionary-encoded as an importer would give it."""
    rng = np.random.default_rng(seed)
    columns = {
        "id": pa.array([f"event-{seed}-{n}" for n in range(events)]),
        "type": _coded(["play"], np.zeros(events, np.int32)),
        "tenant": _coded(["default"], np.zeros(events, np.int32)),
        "listener": _coded([f"listener-{u}" for u in range(20_000)], rng.integers(0, 20_000, events)),
        "item": _coded([f"segue:track:bench:{t}" for t in range(60_000)], rng.integers(0, 60_000, events)),
        "at": pa.array(1_700_000_000_000 + rng.integers(0, 60 * 86_400_000, events)),
        "v": pa.array(np.ones(events, np.uint8)),
        "ms_played": pa.array(rng.integers(30_000, 300_000, events), pa.int32()),
    }
    arrays = [columns[f.name] if f.name in columns else pa.nulls(events, f.type) for f in EDGE]
    return pa.table(arrays, names=EDGE.names)


def _coded(words: list[str], codes: np.ndarray) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(words))


def main(events: int) -> None:
    whole = table(events)
    with tempfile.TemporaryDirectory() as scratch:
        started = time.perf_counter()
        with (Path(scratch) / "limit.parquet").open("wb") as f:
            pq.write_table(whole, f, compression="zstd")
            f.flush()
            os.fsync(f.fileno())
        limit = time.perf_counter() - started
        with Workspace.create(Path(scratch) / "ws") as workspace:
            started, used = time.perf_counter(), time.process_time()
            receipt = workspace.log.append_table(whole)
            took, cpu = time.perf_counter() - started, time.process_time() - used
            assert receipt.accepted == events
            started = time.perf_counter()
            again = workspace.log.append_table(whole)
            twice = time.perf_counter() - started
            assert (again.accepted, again.duplicates) == (0, events)
            started = time.perf_counter()
            read = workspace.log.read("default", columns=("listener", "item", "at"))
            reading = time.perf_counter() - started
            assert read.num_rows == events
            small = []
            for n in range(50):
                batch = [
                    Play(id=f"s{n}-{i}", listener="me", item="segue:track:bench:1", at=1_700_000_000_000, ms_played=1)
                    for i in range(100)
                ]
                started = time.perf_counter()
                workspace.log.append(batch)
                small.append(time.perf_counter() - started)
    print(f"one Parquet file, synced:  {limit:6.2f} s  {events / limit:>10,.0f} events/s")
    print(
        f"append, new events:        {took:6.2f} s  {events / took:>10,.0f} events/s  {took / limit:5.2f} x the limit"
    )
    print(f"  processor time           {cpu:6.2f} s")
    print(f"append, all known:         {twice:6.2f} s  {events / twice:>10,.0f} events/s  {twice / limit:5.2f} x")
    print(f"read three columns back:   {reading:6.2f} s  {events / reading:>10,.0f} events/s  {reading / limit:5.2f} x")
    print(f"append of 100 events:      {1000 * float(np.median(small)):6.2f} ms median, synced")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
