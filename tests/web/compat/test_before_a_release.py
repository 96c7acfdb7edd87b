"""Players that were pointed at a workspace with nothing in it: what they tell is taken, and becomes a Home."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

import pytest

from segue.store.workspace import Workspace
from segue.web import service as module
from segue.web.answering import open_intake, open_workspace
from segue.web.application import create_app
from segue.web.auth import Keys, Scope
from segue.web.service import Backend

NOW = int(time.time())
FEED, EPISODE = "https://feeds.example.org/1.xml", "https://cdn.example.org/1.mp3"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    folder = tmp_path / "bare"
    Workspace.create(folder).close()
    return folder


@pytest.fixture
def key(bare: Path) -> str:
    return Keys(bare).create((Scope.READ, Scope.INGEST), "players", "ann")[0]


@pytest.fixture
def client(bare: Path, make_client: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(module, "REOPEN_S", 0.0)
    backend = Backend(
        lambda: open_workspace(bare, None), open_intake=lambda: open_intake(bare, None), folder=bare,
    )  # fmt: skip
    assert "segue train" in backend.open()
    return make_client(create_app(backend, Keys(bare)))


def listen(n: int) -> dict[str, Any]:
    return {
        "listened_at": NOW - 600 * (n + 1),
        "track_metadata": {"artist_name": f"Artist {n % 3}", "track_name": f"Song {n % 10}"},
    }


def test_listens_come_in_and_become_a_home(client, bare, key, release_of, tmp_path):
    token = {"authorization": f"Token {key}"}
    sent = {"listen_type": "import", "payload": [listen(n) for n in range(40)]}
    assert client.post("/1/submit-listens", json=sent, headers=token).json() == {"status": "ok"}
    found = client.get("/1/user/ann/listens", headers=token).json()["payload"]
    assert found["count"] == 25
    assert found["listens"][0]["track_metadata"]["track_name"] == "Song 0"
    assert client.get("/1/user/ann/listen-count", headers=token).json()["payload"]["count"] == 40
    loved = {"score": 1, "recording_msid": found["listens"][0]["recording_msid"]}
    assert client.post("/1/feedback/recording-feedback", json=loved, headers=token).json() == {"status": "ok"}
    assert client.get("/1/feedback/user/ann/get-feedback", headers=token).json()["total_count"] == 1
    again = client.post("/1/submit-listens", json=sent, headers=token)
    assert again.json() == {"status": "ok"}  # and nothing twice
    assert client.get("/1/user/ann/listen-count", headers=token).json()["payload"]["count"] == 40
    bearer = {"authorization": f"Bearer {key}"}
    before = client.get("/v1/home?listener=ann", headers=bearer)
    assert before.status_code == 503
    assert "segue train" in before.json()["error"]["message"]
    release_of(bare, tmp_path / "scratch")
    home = client.get("/v1/home?listener=ann", headers=bearer).json()
    assert {card["title"] for shelf in home["shelves"] for card in shelf["cards"]} >= {"Song 1", "Song 2"}
    assert client.post("/1/submit-listens", json={"listen_type": "single", "payload": [listen(50)]}, headers=token)
    assert client.get("/1/user/ann/listen-count", headers=token).json()["payload"]["count"] == 41


def test_scrobbles_in_lastfms_way(client, key):
    def call(**said: str) -> Any:
        return client.post("/2.0/", data={"format": "json", "api_key": "an app"} | said).json()

    session = call(method="auth.getMobileSession", username="ann", password=key)["session"]["key"]
    sent = {"artist": "Artist", "track": "Song", "timestamp": str(NOW - 300), "sk": session}
    assert call(method="track.scrobble", **sent)["scrobbles"]["@attr"] == {"accepted": 1, "ignored": 0}
    assert call(method="track.love", artist="Artist", track="Song", sk=session) == {}
    found = call(method="user.getRecentTracks", user="ann", sk=session)["recenttracks"]["track"]
    assert [one["name"] for one in found] == ["Song"]
    found = call(method="user.getLovedTracks", user="ann", sk=session)["lovedtracks"]["track"]
    assert [one["name"] for one in found] == ["Song"]


def test_podcast_apps_sync(client, key):
    head = {"authorization": "Basic " + base64.b64encode(f"ann:{key}".encode()).decode()}
    put = client.post("/api/2/subscriptions/ann/phone.json", json={"add": [FEED], "remove": []}, headers=head)
    assert put.status_code == 200
    play = {"podcast": FEED, "episode": EPISODE, "action": "play", "device": "phone", "position": 60,
            "timestamp": "2026-03-01T10:00:00"}  # fmt: skip
    assert client.post("/api/2/episodes/ann.json", json=[play], headers=head).status_code == 200
    found = client.get("/api/2/episodes/ann.json?since=0", headers=head).json()["actions"]
    assert [one["episode"] for one in found] == [EPISODE]
    assert client.get("/api/2/devices/ann.json", headers=head).json()[0]["subscriptions"] == 1
