"""Several processes that answer on one socket, and the one that watches over them.

Each opens the workspace by itself: the arrays of a release are mapped, so that all share one copy of them, and the log
is a database that takes one writer at a time, so that an event that reaches two of them is still kept once.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import msgspec

from segue.core.errors import SegueError
from segue.web.answering import BACKLOG, GRACE_S, Plan, answer

SOON_S = 10.0  # a worker that ends sooner after its start did not start well
TRIES = 3  # such ends in a row before all of it ends
LOOK_S = 0.2


class Failed(SegueError):
    """Workers end as soon as they are started."""


def supervise(plan: Plan, sock: socket.socket, workers: int, on_ready: Callable[[], None]) -> None:
    """Keep so many processes answering until told to stop; one that dies is replaced.

    Failed where they die as soon as they start.
    """
    sock.listen(BACKLOG)
    with tempfile.TemporaryDirectory(prefix="segue-metrics-") as metrics:
        crew = _Crew(plan, sock, metrics)
        before = {s: signal.signal(s, crew.stop) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            for _ in range(workers):
                if not crew.stopping:
                    crew.start()
            crew.watch(on_ready)
        finally:
            crew.end()
            for number, handler in before.items():
                signal.signal(number, handler)


class _Crew:
    def __init__(self, plan: Plan, sock: socket.socket, metrics: str) -> None:
        self._plan, self._sock, self._metrics = plan, sock, metrics
        self._running: dict[subprocess.Popen[bytes], float] = {}  # → when it started
        self._ready, self._say = os.pipe()
        self.stopping, self._short = False, 0

    def start(self) -> None:
        told = self._sock.fileno(), self._say, os.getpid()
        command = [sys.executable, "-m", "segue.web.workers", *map(str, told)]
        process = subprocess.Popen(  # noqa: S603  # our own module
            [*command, msgspec.json.encode(self._plan).decode()],
            pass_fds=(self._sock.fileno(), self._say),
            env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": self._metrics},
            start_new_session=True,  # Ctrl-C reaches the watcher alone, who then ends them in order
        )
        self._running[process] = time.monotonic()
        if self.stopping:  # it was told while this one began
            process.send_signal(signal.SIGTERM)

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        again, self.stopping = self.stopping, True
        for process in list(self._running):
            process.send_signal(signal.SIGKILL if again else signal.SIGTERM)

    def watch(self, on_ready: Callable[[], None]) -> None:
        """Until all have ended because they were told to."""
        waited = len(self._running)
        while self._running:
            if waited and select.select([self._ready], [], [], LOOK_S)[0]:
                waited -= len(os.read(self._ready, waited))
                if waited <= 0 and not self.stopping:
                    waited = 0
                    on_ready()
            elif not waited:
                time.sleep(LOOK_S)
            for process, started in list(self._running.items()):
                if process.poll() is not None:
                    del self._running[process]
                    self._gone(process, time.monotonic() - started)

    def _gone(self, process: subprocess.Popen[bytes], lived_s: float) -> None:
        for counts in Path(self._metrics).glob(f"gauge_live*_{process.pid}.db"):
            counts.unlink(missing_ok=True)
        if self.stopping:
            return
        self._short = self._short + 1 if lived_s < SOON_S else 0
        if self._short >= TRIES:
            raise Failed(f"worker processes end as soon as they start (exit status {process.returncode})")
        self.start()

    def end(self) -> None:
        """None of them is left when this returns."""
        for process in self._running:
            process.terminate()
        until = time.monotonic() + GRACE_S + self._plan.drain_s + 5
        for process in self._running:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
        os.close(self._ready)
        os.close(self._say)


def main(sock: str, say: str, watcher: str, plan: str) -> None:
    """A worker process; it ends with whoever watches over it."""

    def ready() -> None:
        os.write(int(say), b".")

    answer(msgspec.json.decode(plan, type=Plan), socket.socket(fileno=int(sock)), ready, int(watcher))


if __name__ == "__main__":
    main(*sys.argv[1:])
