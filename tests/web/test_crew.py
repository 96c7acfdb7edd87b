"""The watcher of worker processes is told to stop while they begin."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from segue.web import workers
from segue.web.answering import Plan


@pytest.mark.parametrize("when", ["before it is known", "once it is known"])
def test_told_to_stop_while_the_first_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    begun: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def begin(_command: list[str], **more: Any) -> subprocess.Popen[bytes]:
        more.pop("pass_fds")
        begun.append(popen([sys.executable, "-c", "import time; time.sleep(60)"], **more))
        if when == "before it is known":
            os.kill(os.getpid(), signal.SIGTERM)
        return begun[-1]

    class Crew(workers._Crew):
        def start(self) -> None:
            super().start()
            if when == "once it is known":
                os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(workers, "_Crew", Crew)
    monkeypatch.setattr("segue.web.workers.subprocess.Popen", begin)
    with socket.create_server(("127.0.0.1", 0)) as sock:
        workers.supervise(Plan(workspace=str(tmp_path), host="127.0.0.1"), sock, 3, pytest.fail)
    (only,) = begun
    assert only.returncode == -signal.SIGTERM
