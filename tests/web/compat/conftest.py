"""The protocols over a real service, in process and as a server that real clients call."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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
REQUIRES = {
    "liblistenbrainz": "liblistenbrainz==0.7.0",
    "pylast": "pylast==7.2.0",
    "py-opensonic": "py-opensonic==10.4.1",
    "mygpoclient": "mygpoclient==1.10",
}
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
def client_python() -> Callable[[str], Path]:
    """The Python of a client's environment, made when it is first asked for and kept in `.venv-clients`."""

    def made(name: str) -> Path:
        folder = ROOT / ".venv-clients" / REQUIRES[name].replace("==", "-")
        python = folder / "bin" / "python"
        if (folder / "ready").exists():
            return python
        fresh = folder.with_name(f".{folder.name}-{os.getpid()}")
        shutil.rmtree(fresh, ignore_errors=True)
        make = [sys.executable, "-m", "venv", "--without-pip", str(fresh)]
        fill = [
            sys.executable, "-m", "pip", "--python", str(fresh / "bin" / "python"), "install", "-q", "--retries", "1",
            "--timeout", "15", "--disable-pip-version-check", REQUIRES[name],
        ]  # fmt: skip
        for command in (make, fill):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                shutil.rmtree(fresh, ignore_errors=True)
                last = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
                pytest.skip(f"{REQUIRES[name]} could not be installed: {last}")
        (fresh / "ready").touch()
        try:
            fresh.rename(folder)
        except OSError:  # another worker was quicker
            shutil.rmtree(fresh, ignore_errors=True)
        return python

    return made


@pytest.fixture
def run_client(client_python: Callable[[str], Path]) -> Callable[..., Any]:
    """Runs `clients/SCRIPT.py` with a client's own Python: what it prints as JSON."""

    def run(name: str, script: str, *arguments: str) -> Any:
        python = client_python(name)
        environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/tmp"), "PYTHONUTF8": "1"}
        done = subprocess.run(
            [str(python), str(CLIENTS / f"{script}.py"), *arguments], capture_output=True, text=True, check=False,
            env=environment, timeout=90,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3_000:]
        return json.loads(done.stdout)

    return run
