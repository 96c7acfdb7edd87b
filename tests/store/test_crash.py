"""kill -9 in the middle of appending, sealing and compacting: what was acknowledged is there, once."""

import random
import time
from pathlib import Path

from tests.store.writers import left, plays, started

from segue.store import segments
from segue.store.workspace import Workspace

ROUNDS = 6


def test_killed_at_random_moments(tmp_path: Path):
    Workspace.create(tmp_path).close()
    rng = random.Random(5)
    acknowledged: dict[int, int] = {}
    for _ in range(ROUNDS):
        # Also what may have been written but not acknowledged is said again.
        start = max(acknowledged, default=-1) + 1
        writer, told = started(tmp_path, start)
        with told:
            first = told.recv()
            time.sleep(rng.random() * 0.4)
            writer.kill()
            acknowledged |= dict([first, *left(told)])
        writer.join()
        with Workspace.open(tmp_path) as w:
            found = w.log.read("default", columns=["id", "seq", "listener"])
            ids = found["id"].to_pylist()
            assert len(set(ids)) == len(ids) == w.log.count("default")
            want = {f"{b}-{i}" for b, size in acknowledged.items() for i in range(size)}
            assert want <= set(ids)
            extra = {int(id.split("-")[0]) for id in set(ids) - want}
            assert extra <= {max(acknowledged) + 1}  # a batch is whole or not there at all
            assert w.log.last_seq == len(ids) == max(found["seq"].to_pylist())
            assert not segments.orphans(tmp_path, w.database.connection)
            assert not w.database.orphans()
            assert all(w.catalogue.number("default", f"segue:artist:{b}") for b in acknowledged)
    assert len(acknowledged) >= ROUNDS
    with Workspace.open(tmp_path) as w:
        for b, size in acknowledged.items():
            assert w.log.append(plays(b, size)).accepted == 0
