"""The whole interface against its own description, by schemathesis with all of its checks.

    python benchmarks/interface.py [--seconds 600] [--seed 1] [--workspace DIR]

A server in a process of its own, with a key: what schemathesis sends carries an admin's. Without --workspace one is
made of the simulated world and trained. It ends with 1 where anything was found.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from segue.web.auth import Keys, Scope

CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 400, 401, 403, 404, 409, 414, 429]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 422, 428, 429]

[[operations]]
include-name = "POST /v1/events"
checks.negative_data_rejection.enabled = false

[[operations]]
include-name-regex = "^GET /v1/listeners/.id./(history|taste)$"
checks.use_after_free.enabled = false
"""
"""A request that its schema allows may be refused, by a documented 400: that a time zone exists, that a radio has
seeds, that a call is signed, no schema of a parameter says. Events are answered row by row: a bad one is refused within
a 202. Of a listener who was erased the history is empty, as it is of anybody who was never heard of: no listener is
not there."""
START = """
import sys
from pathlib import Path
from segue.web.server import serve
serve(Path(sys.argv[1]), port=0, access_log=False, on_ready=lambda url: print(url, flush=True))
"""


def made(folder: Path) -> Path:
    """A small released workspace."""
    command = [sys.executable, "-m", "segue.cli", "demo", "--no-serve", "--listeners", "100"]
    environment = os.environ | {"SEGUE_WORKSPACE": str(folder), "SEGUE_RECIPES": '["item-knn", "popular"]'}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workspace", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.workspace or made(Path(temporary) / "ws")
        key, kept = Keys(folder).create((Scope.ADMIN,), "schemathesis")
        log = (Path(temporary) / "log").open("w+")
        server = subprocess.Popen(
            [sys.executable, "-c", START, str(folder)], stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip().rstrip("/")
            command = [
                str(Path(sys.executable).with_name("schemathesis")), "run",
                f"{url}/openapi.json", "--request-timeout", "60",
                "--header", f"Authorization: Bearer {key}", "--max-time", str(given.seconds), "--seed", str(given.seed),
                "--continue-on-failure", "--no-color", "--warnings", "off",
            ]  # fmt: skip
            (Path(temporary) / "schemathesis.toml").write_text(CONFIG)
            done = subprocess.run(command, text=True, capture_output=True, cwd=temporary)
            sys.stdout.write(re.sub(re.escape(key), "KEY", done.stdout))
            alive = server.poll() is None
        finally:
            server.terminate()
            server.wait(20)
            Keys(folder).revoke(kept.id)
        log.seek(0)
        broken = [line for line in log if '"event": "failed"' in line]
    for line in broken:
        print(json.loads(line)["route"], json.loads(line)["exception"][-600:])
    print("the server is still there" if alive else "THE SERVER IS GONE")
    sys.exit(done.returncode or not alive)


if __name__ == "__main__":
    main()
