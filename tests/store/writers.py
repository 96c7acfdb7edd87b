"""What other processes do to a log, until they are killed. They are forked from one that has everything imported, and
begin at once."""

from __future__ import annotations

import multiprocessing
import warnings
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from segue.core.events import Item, Play
from segue.store import seen_runs
from segue.store.workspace import Workspace

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


def started(folder: Path, start: int) -> tuple[BaseProcess, Connection]:
    """A process that writes for ever, and where it says (batch, events) of what is acknowledged."""
    told, tells = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_write_on, args=(folder, start, tells))
    process.start()
    tells.close()
    return process, told


def left(told: Connection) -> list[tuple[int, int]]:
    """What it said before it was killed; what it was saying then it had not said."""
    said: list[tuple[int, int]] = []
    try:
        while True:
            said.append(told.recv())
    except (EOFError, OSError):
        return said


def plays(b: int, size: int) -> list[Play]:
    """The events of a batch."""
    return [Play(id=f"{b}-{i}", listener=f"u{b}", at=b * 10_000_000_000 % 4_000_000_000_000 + i,
                 item=f"segue:track:{b}-{i % 3}", ms_played=1) for i in range(size)]  # fmt: skip


def _write_on(folder: Path, start: int, tells: Connection) -> None:
    seen_runs.SEVERAL = 2  # dedupe keys are merged often
    with Workspace.open(folder) as workspace:
        b = start
        while True:
            size = 5200 if b % 5 == 4 else 30
            workspace.log.append(plays(b, size), [Item(uri=f"segue:artist:{b}", title=f"Somebody {b}")])
            tells.send((b, size))
            if b % 3 == 2:
                workspace.log.seal()
            if b % 7 == 6:
                workspace.log.compact()
            b += 1


def append_batches(folder: Path, name: str) -> None:
    """Twenty batches of its own, each with five events that everybody has."""
    warnings.simplefilter("error")
    with Workspace.open(folder) as workspace:
        for b in range(20):
            size = 6000 if b == 10 else 20
            mine = [Play(id=f"{name}-{b}-{i}", listener=f"u{i % 5}", at=b * 100_000 + i,
                         item=f"segue:track:{i % 7}", ms_played=1) for i in range(size)]  # fmt: skip
            both = [Play(id=f"both-{b}-{i}", listener="u", at=b * 100_000 + i, item="segue:track:1", ms_played=1)
                    for i in range(5)]  # fmt: skip
            workspace.log.append(mine + both)
            if b % 7 == 6:
                workspace.log.seal()
                workspace.log.compact()
