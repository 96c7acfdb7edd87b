"""kill -9 in the middle of appending, sealing and compacting: what was acknowledged is there, once."""

import random
import subprocess
import sys
import time
from pathlib import Path

from segue.store import segments
from segue.store.workspace import Workspace

ROUNDS = 6
WRITER = """
import sys
from pathlib import Path
from segue.core.events import Item, Play
from segue.store.workspace import Workspace

with Workspace.open(Path(sys.argv[1])) as w:
    b = start = int(sys.argv[2])
    while True:
        size = 5200 if b % 5 == 4 else 30
        w.log.append(
            [Play(id=f"{b}-{i}", listener=f"u{b}", at=b * 10_000_000_000 % 4_000_000_000_000 + i,
                  item=f"segue:track:{b}-{i % 3}", ms_played=1) for i in range(size)],
            [Item(uri=f"segue:artist:{b}", title=f"Somebody {b}")],
        )
        print(b, size, flush=True)
        if b % 3 == 2:
            w.log.seal()
        if b % 7 == 6:
            w.log.compact()
        b += 1
"""


def test_killed_at_random_moments(tmp_path: Path):
    Workspace.create(tmp_path).close()
    rng = random.Random(5)
    acknowledged: dict[int, int] = {}
    for _ in range(ROUNDS):
        # Also what may have been written but not acknowledged is said again.
        start = max(acknowledged, default=-1) + 1
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(start)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        with writer.stdout:
            first = writer.stdout.readline()
            time.sleep(rng.random() * 0.4)
            writer.kill()
            said = [first, *writer.stdout]
        writer.wait()
        for line in said:
            if line.endswith("\n"):
                b, size = map(int, line.split())
                acknowledged[b] = size
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
            assert all(w.catalogue.number("default", f"segue:artist:{b}") for b in acknowledged)
    assert len(acknowledged) >= ROUNDS
