"""Last.fm: by a client of its own, and at the edges of the protocol."""

from __future__ import annotations

import hashlib
import time
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from segue.core.events import Item, Play
from segue.importers.lastfm_csv import LastfmCsv
from segue.surfaces.library import Library
from segue.web.auth import Scope

NOW = int(time.time())


def signed(secret: str, **params: str) -> dict[str, str]:
    text = "".join(f"{k}{params[k]}" for k in sorted(params) if k not in ("format", "callback")) + secret
    return params | {"api_sig": hashlib.md5(text.encode()).hexdigest()}


@pytest.fixture
def call(client) -> Any:
    def ask(**params: str) -> tuple[int, Any]:
        answer = client.post("/2.0/", data={"format": "json", "api_key": "an app"} | params)
        return answer.status_code, answer.json()

    return ask


@pytest.fixture
def session(call, own_key) -> str:
    _, found = call(method="auth.getMobileSession", username="L0", password=own_key)
    key: str = found["session"]["key"]
    return key


def test_a_client_of_its_own(serving_at, run_client, own_key):
    api_key = own_key.split("_")[1]
    with serving_at() as server:
        out = run_client("with_pylast", server.url, api_key, own_key, "L0", own_key)
    assert out["wrong password"] == "4"
    assert out["wrong session"] == "9"
    assert out["forged"] == "13"
    assert out["recent"][0] == ["Rock Artist 0", "Song 2 of 0", out["recent"][0][2], -500]
    assert out["recent"][1] == ["Nöbody & Co <x>", "Song é 59", "Été", -5_460]
    assert out["playing"] == ["Rock Artist 0", "Song 1 of 0"]
    assert out["loved"] == [["Rock Artist 0", "Song 5 of 0"]]
    assert out["not yet"] == "14"
    assert out["no consent"] == 403
    assert out["page"] == ["token", "user", "key"]
    assert out["consent"] == 200
    assert out["name"] == "L0"
    assert own_key not in "\n".join(server.log)
    with server.workspace() as workspace:
        titles = [
            one.facts.title for one in Library(workspace, "default").listens("L0", since=1000 * (NOW - 9_999), n=99)
        ]
    assert titles[:2] == ["Auth", "Song 2 of 0"]
    assert len(titles) == 62, "the same twice is one, what is too old is none"


def test_scrobbles_are_answered_one_by_one(call, session, service):
    before = service.library.listen_count("L0")
    row = {"artist[0]": "A", "track[0]": "T", "timestamp[0]": str(NOW), "artist[2]": "B", "track[2]": "",
           "timestamp[2]": str(NOW), "artist[3]": "C", "track[3]": "U", "timestamp[3]": str(NOW + 10**6)}  # fmt: skip
    status, said = call(method="track.scrobble", sk=session, **row)
    assert status == 200
    assert said["scrobbles"]["@attr"] == {"accepted": 1, "ignored": 2}
    assert [s["ignoredMessage"]["code"] for s in said["scrobbles"]["scrobble"]] == ["0", "2", "4"]
    assert service.library.listen_count("L0") == before + 1
    _, one = call(method="TRACK.SCROBBLE", sk=session, artist="A", track="T", timestamp=str(NOW))
    assert one["scrobbles"]["scrobble"]["artist"]["#text"] == "A"
    assert service.library.listen_count("L0") == before + 1


def test_an_import_of_the_same_scrobbles_adds_nothing(call, session, service, tmp_path):
    call(method="track.scrobble", sk=session, artist="A", track="T", timestamp="1700000000", album="L")
    export = tmp_path / "s.csv"
    export.write_text("uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n1700000000,x,A,,L,,T,\n")
    records = list(LastfmCsv("L0").read(export))
    items = [r for r in records if isinstance(r, Item)]
    assert service.append([r for r in records if isinstance(r, Play)], items).duplicates == 1


def test_signatures_of_our_own_keys_are_checked(client, own_key, session):
    api_key = own_key.split("_")[1]
    said = {"method": "track.love", "sk": session, "artist": "A", "track": "é", "api_key": api_key, "format": "json"}
    assert client.post("/2.0/", data=signed(own_key, **said)).status_code == 200
    for wrong in (said, said | {"api_sig": "x"}, signed(own_key, **said) | {"track": "other"}, signed("no", **said)):
        answer = client.post("/2.0/", data=wrong)
        assert (answer.status_code, answer.json()["error"]) == (403, 13)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, 3), ({"method": "no.such"}, 3), ({"method": "track.scrobble"}, 9),
        ({"method": "track.love", "sk": "x.y"}, 9), ({"method": "user.getRecentTracks", "user": "L0"}, 9),
        ({"method": "track.love", "sk": "é" * 5_000}, 9), ({"method": "auth.getSession", "token": "x"}, 15),
        ({"method": "auth.getMobileSession", "username": "L0", "password": "x"}, 4),
        ({"method": "auth.getMobileSession", "username": "L0", "authToken": "x"}, 4),
        ({"method": "auth.getMobileSession", "password": "x"}, 6),
        ({"method": "track.scrobble", "sk": "own"}, 6), ({"method": "track.love", "sk": "own", "artist": "A"}, 6),
        ({"method": "user.getRecentTracks", "sk": "own", "user": "L1"}, 4),
        ({"method": "user.getRecentTracks", "sk": "own", "limit": "x"}, 6),
        ({"method": "track.scrobble", "sk": "own"} | {f"artist[{i}]": "A" for i in range(51)}, 6),
        ({"method": "track.scrobble", "sk": "own", "artist[999]": "A", "track[999]": "T"}, 6),
        ({"method": "track.updateNowPlaying", "sk": "own", "artist": "A"}, 6),
        ({"method": "auth.getToken", "api_key": ""}, 10),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_code(client, session, params, code):
    said = {"api_key": "an app"} | params
    said |= {"sk": session} if params.get("sk") == "own" else {}
    answer = client.post("/2.0/", data=said | {"format": "json"})
    assert answer.json()["error"] == code
    root = ET.fromstring(client.post("/2.0/", data=said).content)
    assert root.attrib["status"] == "failed"
    error = root.find("error")
    assert error is not None
    assert error.attrib["code"] == str(code)


def test_a_session_ends_with_its_key_and_cannot_be_made_up(call, keys, own_key, session):
    love = {"method": "track.love", "artist": "A", "track": "T"}
    assert call(**love, sk=session)[0] == 200
    body, _, mac = session.partition(".")
    other = "1" if mac.endswith("0") else "0"
    for forged in (body, f"{body}.{mac[:-1]}{other}", f"x{session}", f".{mac}", session + "0"):
        assert call(**love, sk=forged)[1]["error"] == 9
    reader = keys.create((Scope.READ,), "", "L0")[0]
    _, found = call(method="auth.getMobileSession", username="L0", password=reader)
    assert call(**love, sk=found["session"]["key"])[1]["error"] == 4
    keys.revoke(own_key.split("_")[1])
    assert call(**love, sk=session)[1]["error"] == 9


def test_an_open_interface_closes_with_the_first_key(call, client, keys):
    _, found = call(method="auth.getMobileSession", username="anyone", password="x")
    session = found["session"]["key"]
    love = {"method": "track.love", "artist": "A", "track": "T", "sk": session}
    assert call(**love)[0] == 200
    status, said = call(method="user.getRecentTracks", user="anyone")
    assert (status, said["recenttracks"]["@attr"]["user"]) == (200, "anyone")
    keys.create((Scope.READ,))
    assert call(**love)[1]["error"] == 9


def test_the_page_of_consent_escapes_and_tokens_are_good_once(client, own_key, call):
    text = client.get("/api/auth", params={"token": '"><script>alert(1)</script>'}).text
    assert '"><script' not in text
    assert "&quot;&gt;<script" in text, "inside the attribute"
    token = call(method="auth.getToken")[1]["token"]
    form = {"token": token, "user": "L0<script>", "key": own_key}
    assert "<script" not in client.post("/api/auth", data=form).text
    assert client.post("/api/auth", data=form | {"user": "L0"}).status_code == 200
    assert call(method="auth.getSession", token=token)[1]["session"]["name"] == "L0"
    assert call(method="auth.getSession", token=token)[1]["error"] == 15
    other = client.post("/api/auth", data=form, headers={"origin": "http://evil.example"})
    assert other.status_code == 403
