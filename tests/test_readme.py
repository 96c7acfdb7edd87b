"""The commands that README and the docs show are run as they stand, with small stand-ins for the files they name."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def shown(page: str) -> list[str]:
    """Lines of the shell blocks of a page."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), flags=re.S)
    return [line.split("  #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


def segue(line: str, home: Path) -> list[str]:
    """A shown line as a command here: `./run segue x` and `segue x` alike, `~` inside the test's folder."""
    words = [str(home) + w[1:] if w.startswith("~") else w for w in shlex.split(line, comments=True)]
    rest = words[2:] if words[:2] == ["./run", "segue"] else words[1:]
    return [sys.executable, "-m", "segue.cli", *rest]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "Downloads").mkdir()
    rows = [
        {"ts": f"2024-01-{1 + n % 28:02}T10:{n % 60:02}:00Z", "ms_played": 200_000, "reason_end": "trackdone",
         "master_metadata_track_name": f"Song {n % 30}", "master_metadata_album_artist_name": f"Artist {n % 7}",
         "master_metadata_album_album_name": "Album", "spotify_track_uri": f"spotify:track:{n % 30:022}"}
        for n in range(150)
    ]  # fmt: skip
    export = folder / "Spotify Extended Streaming History"
    export.mkdir()
    (export / "Streaming_History_Audio_2024_0.json").write_text(json.dumps(rows))
    for name in ("Downloads/my_spotify_data.zip", "my_spotify_data.zip"):
        subprocess.run([sys.executable, "-m", "zipfile", "-c", str(folder / name), str(export)], check=True, cwd=folder)
    lines = [f"u{u},t{t},2024-01-{1 + t % 28:02}T10:00:00Z" for u in range(20) for t in range(u % 2, 24, 2)]
    (folder / "plays.csv").write_text("user,track,played_at\n" + "\n".join(lines) + "\n")
    return folder


def environment(home: Path) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("SEGUE_")} | {"HOME": str(home)}


def run(line: str, home: Path) -> str:
    """What it said."""
    done = subprocess.run(
        segue(line, home), cwd=home, env=environment(home), capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def serves(line: str, home: Path, path: str) -> bytes:
    """Start what the line says on a free port, ask for a page, stop it."""
    command = [*segue(line, home), "--port", "0"]
    with subprocess.Popen(command, cwd=home, env=environment(home), stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            found = None
            for text in server.stderr:
                if found := re.search(r"http://\S+?:\d+", text):
                    break
            assert found, "the server said no address"
            with urllib.request.urlopen(found.group(0) + path, timeout=20) as answer:
                return bytes(answer.read())
        finally:
            server.send_signal(signal.SIGINT)
            time.sleep(0.1)
            server.communicate(timeout=20)


@pytest.mark.timeout(300)
def test_the_readme(home: Path) -> None:
    lines = shown("README.md")
    assert [line for line in lines if line.startswith("./run")][:2] == [
        line for line in lines if line.startswith(("./run demo", "./run test"))
    ]
    for line in lines:
        if line.startswith(("./run demo", "./run test")):
            continue  # the demo has a test of its own, and this is ./run test
        if line.endswith("serve"):
            assert b"<html" in serves(line, home, "/")
        else:
            run(line, home)


@pytest.mark.timeout(300)
def test_the_demo_from_nothing_and_again(home: Path) -> None:
    line = "segue --workspace demo demo --no-serve --listeners 12 --tracks 120"
    first, again = run(line, home), run(line, home)
    assert "(0 new)" not in first
    assert "(0 new)" in again
    assert re.findall("release r-[0-9a-f]+", first)[-1:] == re.findall("release r-[0-9a-f]+", again)[-1:] != []
