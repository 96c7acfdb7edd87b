"""The protocols over a real service, in process and as a server that real clients call."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from segue.app import Service, open_service
from segue.store.workspace import Workspace
from segue.web.application import create_app
from segue.web.auth import Keys, Scope
from segue.web.service import Backend

ROOT = Path(__file__).parents[3]
CLIENTS = Path(__file__).with_name("clients")
REQUIRES = ("liblistenbrainz==0.7.0", "pylast==7.2.0", "py-opensonic==10.4.1", "mygpoclient==1.10")
"""Clients as their users install them; none of them is a part of Segue's own environment."""
SERVE = """
import sys
from pathlib import Path
from segue.web.server import serve
serve(Path(sys.argv[1]), port=0, on_ready=lambda url: print(url, flush=True))
"""


@pytest.fixture
def folder(planted: Path, tmp_path: Path) -> Path:
    """A copy of the planted workspace, to write to."""
    copy = tmp_path / "ws"
    shutil.copytree(planted, copy)
    (copy / "segue.toml").write_text("explore = false\n")
    return copy


@pytest.fixture
def service(folder: Path) -> Iterator[Service]:
    with open_service(folder) as opened:
        yield opened


@pytest.fixture
def keys(folder: Path) -> Keys:
    return Keys(folder)


@pytest.fixture
def client(service: Service, keys: Keys, make_client: Any) -> Any:
    backend = Backend(lambda: service)
    assert backend.open() == ""
    return make_client(create_app(backend, keys))


@pytest.fixture
def own_key(keys: Keys) -> str:
    """A key of L0's own."""
    return keys.create((Scope.READ, Scope.INGEST), "players", "L0", digest=True)[0]


@dataclass
class Server:
    """A server in a process of its own."""

    url: str
    folder: Path
    log: list[str] = field(default_factory=list)

    def workspace(self) -> Workspace:
        return Workspace.open(self.folder)


@pytest.fixture
def serving_at(folder: Path) -> Callable[[], Any]:
    @contextmanager
    def start() -> Iterator[Server]:
        command = [sys.executable, "-c", SERVE, str(folder)]
        environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        ) as running:  # fmt: skip
            assert running.stdout is not None
            line = running.stdout.readline()
            assert line, running.stderr.read() if running.stderr else ""
            server = Server(line.strip().rstrip("/"), folder)
            try:
                yield server
            finally:
                running.terminate()
                server.log += running.communicate(timeout=20)[1].splitlines()

    return start


@pytest.fixture(scope="session")
def clients() -> Path:
    """A folder with all clients and what they need, made when it is first asked for and kept in `.venv-clients`."""
    folder = ROOT / ".venv-clients" / blake2b(repr((REQUIRES, sys.version_info)).encode(), digest_size=6).hexdigest()
    folder.parent.mkdir(exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be at it
        if not (folder / "ready").exists():
            fill = [
                sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), "--no-compile", "--upgrade",
                "--retries", "1", "--timeout", "15", "--disable-pip-version-check", *REQUIRES,
            ]  # fmt: skip
            done = subprocess.run(fill, capture_output=True, text=True, check=False)
            if done.returncode:
                last = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
                pytest.skip(f"{', '.join(REQUIRES)} could not be installed: {last}")
            (folder / "ready").touch()
    return folder


@pytest.fixture
def run_client(clients: Path) -> Callable[..., Any]:
    """Runs `clients/SCRIPT.py` with the packages of the clients and none of Segue's: what it prints as JSON."""

    def run(script: str, *arguments: str) -> Any:
        environment = {
            "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/tmp"), "PYTHONUTF8": "1",
            "PYTHONPATH": str(clients),
        }  # fmt: skip
        command = [sys.executable, "-S", str(CLIENTS / f"{script}.py"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=90)
        assert done.returncode == 0, done.stderr[-3_000:]
        return json.loads(done.stdout)

    return run
