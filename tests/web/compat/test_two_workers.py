"""Two real worker processes on one port: whatever a player tells the one, the other knows."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from tests.web.test_workers import children, started

from segue.store.workspace import PASSING, Workspace

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Crew:
    """A server with two workers, of which one is made to answer: the other is stopped meanwhile."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self._port = int(url.rsplit(":", 1)[1].strip("/"))
        self._pids = children(process.pid)
        assert len(self._pids) == 2

    @contextmanager
    def only(self, worker: int) -> Iterator[None]:
        other = self._pids[1 - worker]
        os.kill(other, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(other, signal.SIGCONT)

    def ask(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """On a connection of its own: either process may take it."""
        alone = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            alone.request(method, path, body or None, headers or {})
            answer = alone.getresponse()
            return answer.status, answer.read()
        finally:
            alone.close()

    def of(self, worker: int, method: str, path: str, **said: Any) -> Any:
        """What a worker says, which is to be JSON."""
        with self.only(worker):
            status, body = self.ask(method, path, **said)
        assert status == 200, body
        return json.loads(body or b"null")

    def lastfm(self, worker: int, **said: str) -> Any:
        text = urlencode({"format": "json", "api_key": "an app"} | said)
        with self.only(worker):
            return json.loads(self.ask("POST", "/2.0/", text, FORM)[1])

    def subsonic(self, worker: int, method: str, listener: str, **said: str) -> Any:
        query = urlencode({"f": "json", "u": listener, "p": "x", "c": "tests"} | said)
        answer = self.of(worker, "GET", f"/rest/{method}?{query}")["subsonic-response"]
        assert answer["status"] == "ok", answer
        return answer

    def plays_now(self, worker: int, listener: str, title: str) -> None:
        track = {"track_metadata": {"artist_name": "Artist", "track_name": title}}
        body = json.dumps({"listen_type": "playing_now", "payload": [track]})
        self.of(worker, "POST", "/1/submit-listens", body=body, headers={"authorization": f"Token {listener}"})

    def playing(self, worker: int, listener: str) -> list[str]:
        path, head = f"/1/user/{quote(listener)}/playing-now", {"authorization": f"Token {listener}"}
        listens = self.of(worker, "GET", path, headers=head)["payload"]["listens"]
        return [one["track_metadata"]["track_name"] for one in listens]

    def devices(self, worker: int, listener: str) -> list[str]:
        known = self.of(worker, "GET", f"/api/2/devices/{quote(listener)}.json", headers=basic(listener))
        return [one["caption"] for one in known]


def basic(listener: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{listener}:x".encode()).decode()}


@pytest.fixture(scope="module")
def served(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shared") / "ws"
    shutil.copytree(planted, folder)
    return folder


@pytest.fixture(scope="module")
def crew(served: Path) -> Iterator[Crew]:
    process, url = started(served, 2)
    with process:
        try:
            yield Crew(process, url)
        finally:
            process.terminate()


def plays(folder: Path, listener: str) -> int:
    with Workspace.open(folder) as workspace:
        number = workspace.catalogue.listener_number("default", listener)
        table = workspace.log.read("default")
        own = table.filter(table["listener"].to_numpy() == (number or -1))
        return len(own)


def test_a_token_of_one_is_consented_to_and_taken_at_the_other(crew: Crew) -> None:
    for i in range(12):
        first = i % 2
        token = crew.lastfm(first, method="auth.getToken")["token"]
        assert crew.lastfm(1 - first, method="auth.getSession", token=token)["error"] == 14
        with crew.only(1 - first):
            status, page = crew.ask("POST", "/api/auth", urlencode({"token": token, "user": "L0", "key": "x"}), FORM)
        assert status == 200, page
        found = crew.lastfm((first, 1 - first)[i // 2 % 2], method="auth.getSession", token=token)
        assert found["session"]["name"] == "L0"
        assert [crew.lastfm(w, method="auth.getSession", token=token)["error"] for w in (0, 1)] == [15, 15]
        with crew.only(first):
            said = {"method": "track.updateNowPlaying", "sk": found["session"]["key"], "artist": "A", "track": f"T{i}"}
            crew.ask("POST", "/2.0/", urlencode({"format": "json", "api_key": "an app"} | said), FORM)
        recent = crew.lastfm(1 - first, method="user.getRecentTracks", sk=found["session"]["key"])
        assert recent["recenttracks"]["track"][0]["name"] == f"T{i}"


@pytest.mark.parametrize("workers", [(0, 1, 0), (0, 1, 1), (1, 0, 1), (0, 0, 1)])
def test_a_song_that_is_told_in_three_ways_is_one_play(crew: Crew, served: Path, workers: tuple[int, int, int]) -> None:
    starting, scrobbling, stopping = workers
    listener = f"hears {workers}"
    for i in range(20):
        song = f"segue:track:t:a{i % 12}t{i % 8}"
        crew.subsonic(starting, "reportPlayback", listener, mediaId=song, positionMs="0", state="starting")
        crew.subsonic(scrobbling, "scrobble", listener, id=song)
        (now,) = crew.subsonic(stopping, "getNowPlaying", listener)["nowPlaying"]["entry"]
        assert now["id"] == song
        crew.subsonic(stopping, "reportPlayback", listener, mediaId=song, positionMs="199000", state="stopped")
        assert crew.subsonic(starting, "getNowPlaying", listener)["nowPlaying"].get("entry", []) == []
    assert plays(served, listener) == 20


def test_by_whichever_process_takes_a_connection(crew: Crew, served: Path) -> None:
    """As clients come: nobody chooses who answers."""

    def told(method: str, **said: str) -> None:
        query = urlencode({"f": "json", "u": "hears anywhere", "p": "x", "c": "tests"} | said)
        status, body = crew.ask("GET", f"/rest/{method}?{query}")
        assert status == 200
        assert json.loads(body)["subsonic-response"]["status"] == "ok", body

    for i in range(20):
        song = f"segue:track:t:a{i % 12}t{i % 8}"
        told("reportPlayback", mediaId=song, positionMs="0", state="starting")
        told("scrobble", id=song)
        told("reportPlayback", mediaId=song, positionMs="199000", state="stopped")
    assert plays(served, "hears anywhere") == 20


def test_what_plays_now_is_the_same_at_both(crew: Crew) -> None:
    for i in range(20):
        crew.plays_now(i % 2, "L1", f"Song {i}")
        assert [crew.playing(worker, "L1") for worker in (0, 1)] == [[f"Song {i}"]] * 2


def test_who_is_erased_plays_nothing_and_has_no_device_at_either(crew: Crew, served: Path) -> None:
    who, other = "somebody who leaves", "somebody who stays"
    for worker, listener in ((0, who), (1, other)):
        crew.plays_now(worker, listener, f"Song of {listener}")
        body = json.dumps({"caption": f"Phone of {listener}", "type": "mobile"})
        with crew.only(worker):
            path = f"/api/2/devices/{quote(listener)}/phone.json"
            assert crew.ask("POST", path, body, basic(listener))[0] == 200
        crew.subsonic(worker, "scrobble", listener, id="segue:track:t:a0t1")
    for worker in (0, 1):
        assert crew.devices(worker, who) == [f"Phone of {who}"]
        assert crew.playing(worker, who) == [f"Song of {who}"]
    token = crew.lastfm(0, method="auth.getToken")["token"]
    with crew.only(1):
        assert crew.ask("POST", "/api/auth", urlencode({"token": token, "user": who, "key": "x"}), FORM)[0] == 200
    crew.of(0, "DELETE", f"/v1/listeners/{quote(who)}")
    files = [p for p in (served / PASSING).rglob("*") if p.is_file()]
    assert files
    session = base64.urlsafe_b64encode(json.dumps([who, ""], separators=(",", ":")).encode())
    assert not [p for p in files if who.encode() in p.read_bytes() or session in p.read_bytes()]
    for i in range(12):
        assert (crew.devices(i % 2, who), crew.playing(i % 2, who)) == ([], [])
        assert crew.devices(i % 2, other) == [f"Phone of {other}"]
        assert crew.playing(i % 2, other) == [f"Song of {other}"]
    assert [crew.lastfm(worker, method="auth.getSession", token=token)["error"] for worker in (0, 1)] == [15, 15]


def test_a_worker_that_is_new_knows_what_the_one_before_was_told(crew: Crew) -> None:
    crew.plays_now(0, "L2", "A long song")
    gone, stays = crew._pids
    os.kill(gone, signal.SIGKILL)
    watcher = int(Path(f"/proc/{stays}/stat").read_text().rsplit(")", 1)[1].split()[1])
    until = time.monotonic() + 60
    while len(pids := [p for p in children(watcher) if p != gone]) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    crew._pids = [next(p for p in pids if p != stays), stays]
    assert crew.playing(0, "L2") == ["A long song"]
