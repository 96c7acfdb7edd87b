"""OpenSubsonic: by a client of its own, and at the edges of the protocol."""

from __future__ import annotations

import hashlib
import time
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from segue.core.errors import WorkspaceError
from segue.core.events import Play, Skip
from segue.surfaces.library import Library
from segue.web.auth import Scope
from segue.web.compat._fields import Fields
from segue.web.compat._subsonic_telling import Asked, report_playback
from segue.web.playing import TELLING_S

ROCK = "segue:track:t:a0t3"
NS = "{http://subsonic.org/restapi}"


@pytest.fixture
def call(client, own_key) -> Any:
    def ask(method: str, *pairs: tuple[str, str], **params: str) -> dict[str, Any]:
        query = [("f", "json"), ("apiKey", own_key), ("c", "tests"), *pairs, *params.items()]
        answer = client.get(f"/rest/{method}", params=query)
        assert answer.status_code == 200
        said: dict[str, Any] = answer.json()["subsonic-response"]
        return said

    return ask


def test_a_client_of_its_own(serving_at, run_client, own_key):
    with serving_at() as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        out = run_client("with_opensonic", host, port, "L0", own_key)
    assert out["pings"] == {"enc": True, "key": True, "get": True, "plain names": True}
    assert out["wrong"] == "CredentialError"
    assert out["wrong key"] != "fine"
    assert out["extensions"]
    assert out["licence"]
    assert out["token"] == "L0"
    assert len(out["artists"]) == 12
    assert ["Rock Artist 0", 2] in out["artists"]
    assert out["albums"] == 2
    assert len(out["songs"]) == 4
    assert all(row[1:] == ["Rock Artist 0", True, 200] for row in out["songs"])
    assert out["found"] == ["Song 3 of 0", "Song 3 of 0"]
    assert out["none"] == "DataNotFoundError"
    for name in ("similar", "similar 1", "top"):
        assert out[name], name
        assert all(artist.startswith("Rock") for artist in out[name]), name
    assert [s for _, s in out["sonic"]] == sorted((s for _, s in out["sonic"]), reverse=True)
    assert all(artist.startswith("Rock") and 0 <= s <= 1 for artist, s in out["sonic"])
    assert out["path"] == 6
    assert out["now"] == [[out["songs"][0][0], "L0", "playing"]]
    assert out["starred"] == [0, [out["starred"][1][0]], ["Rock Artist 0"]]
    assert out["list"] == ["Mine <&> \u202eyours", 3, "L0"]
    assert out["changed"] == ["Renamed", "of note", True]
    assert out["anew"] == ["Song 3 of 0"]
    assert out["deleted"] == [0, "DataNotFoundError"]
    assert own_key not in "\n".join(server.log)
    with server.workspace() as workspace:
        library = Library(workspace, "default")
        heard = [one for one in library.listens("L0", n=5) if one.device == "subsonic:tests"]
        assert sorted((one.facts.title, one.ms_played) for one in heard) == sorted(
            [("Song 3 of 0", 0), (out["songs"][1][0], 199_000)]
        )
        skips = library.rows("L0", (Skip,), columns=("ms_played", "item"))
        assert 9_000 <= skips[-1]["ms_played"] < 20_000
        assert [(o.facts.title, o.value) for o in library.ratings("L0")] == [
            (out["songs"][0][0], -1.0), ("Song 3 of 0", 1.0),
        ]  # fmt: skip


def test_xml_is_well_formed_and_escaped(client, service, own_key):
    name = '<b>"&\x00\x0b\ud7ff]]>'
    made = client.get("/rest/createPlaylist.view", params={"u": "L0", "p": own_key, "name": name, "songId": ROCK})
    assert made.headers["content-type"].startswith("text/xml")
    root = ET.fromstring(made.content)
    assert root.tag == f"{NS}subsonic-response"
    assert root.attrib["status"] == "ok"
    playlist = root.find(f"{NS}playlist")
    assert playlist is not None
    assert playlist.attrib["name"] == '<b>"&\ud7ff]]>'
    assert [e.attrib["id"] for e in playlist.findall(f"{NS}entry")] == [ROCK]
    assert [e.attrib["isDir"] for e in playlist.findall(f"{NS}entry")] == ["false"]
    extensions = ET.fromstring(client.get("/rest/getOpenSubsonicExtensions").content)
    versions = [e.findtext(f"{NS}versions") for e in extensions.findall(f"{NS}openSubsonicExtensions")]
    assert set(versions) == {"1"}


def test_who_calls(client, keys, own_key, call):
    other, program = keys.create((Scope.READ,), "", "L1")[0], keys.create((Scope.READ, Scope.INGEST))[0]

    def code(**params: str) -> int:
        answer = client.get("/rest/ping", params={"f": "json"} | params).json()["subsonic-response"]
        return int(answer.get("error", {"code": -1})["code"])

    def proof(text: str, salt: str = "salt") -> dict[str, str]:
        return {"t": hashlib.md5((text + salt).encode()).hexdigest(), "s": salt}

    assert code() == 10
    assert code(u="L0") == 10
    assert code(u="L0", p=own_key) == code(u="L0", p="enc:" + own_key.encode().hex()) == -1
    assert code(u="L0", **proof(own_key)) == -1
    assert code(u="L0", **proof(own_key)) == code(u="L0", t=proof(own_key)["t"].upper(), s="salt") == -1
    assert code(u="L0", **proof("wrong")) == code(u="L0", p="wrong") == code(u="L0", p="enc:zz") == 40
    assert code(u="L1", p=own_key) == code(u="L0", p=other) == 40
    assert code(u="L1", **proof(other)) == 41, "a key that is kept as a hash"
    assert code(u="L1", p=other) == -1
    assert code(u="L5", p=program) == -1, "a program speaks for all"
    assert code(apiKey=program) == 44, "and is nobody itself"
    assert code(apiKey=own_key) == -1
    assert code(apiKey=own_key, u="L0") == 43
    assert code(apiKey="x" * 10_000) == 44
    assert code(u="L0\x00", p=program) == 40
    told = client.get("/rest/star", params={"f": "json", "u": "L1", "p": other, "id": ROCK}).json()
    assert told["subsonic-response"]["error"]["code"] == 50
    keys.revoke(own_key.split("_")[1])
    assert code(u="L0", **proof(own_key)) == 41


def test_while_the_interface_is_open_a_name_is_enough(client, service):
    asked = {"f": "json", "u": "somebody new", "p": "whatever", "id": ROCK}
    assert client.get("/rest/scrobble", params=asked).json()["subsonic-response"]["status"] == "ok"
    assert service.library.listen_count("somebody new") == 1


def test_scrobbles_are_dated_and_counted_once(call, service):
    before = service.library.listen_count("L0")
    pairs = (("id", ROCK), ("id", "segue:track:t:a0t1"), ("time", "1700000000000"), ("time", "1700000100000"))
    assert call("scrobble", *pairs)["status"] == "ok"
    assert call("scrobble", *pairs)["status"] == "ok"
    assert service.library.listen_count("L0") == before + 2
    for wrong in ((), (("id", "nonsense"),), (("id", ROCK), ("time", "x")), (("id", ROCK), ("time", "9" * 30)),
                  (("id", ROCK), ("time", "1"), ("time", "2")), (("id", "segue:track:t:none"),)):  # fmt: skip
        assert call("scrobble", *wrong)["status"] == "failed", wrong
    assert service.library.listen_count("L0") == before + 2


@pytest.mark.parametrize(
    ("reports", "events"),
    [
        ([(ROCK, 0, "starting", False), (ROCK, 12_000, "stopped", False)], [(Skip, 12_000)]),
        ([(ROCK, 0, "starting", False), (ROCK, 101_000, "stopped", False)], [(Play, 101_000)]),
        ([(ROCK, 0, "starting", True), (ROCK, 101_000, "stopped", True)], []),
        ([(ROCK, 0, "starting", True), (ROCK, 12_000, "stopped", True)], [(Skip, 12_000)]),
        ([(ROCK, 12_000, "stopped", False)], [(Skip, 12_000)]),
        ([(ROCK, 12_000, "stopped", False)] * 2, [(Skip, 12_000)]),
        ([(ROCK, 5_000, "paused", False), ("segue:track:t:a0t1", 0, "starting", False)], [(Skip, 5_000)]),
        ([(ROCK, 0, "starting", False), (ROCK, 60_000, "paused", False), (ROCK, 61_000, "playing", False)], []),
    ],
)
def test_where_a_player_stops_tells_plays_from_skips(call, service, monkeypatch, reports, events):
    monkeypatch.setattr("segue.web.compat._subsonic_telling.time.time", lambda: 1_790_000_500.0)
    seen = service.workspace.log.last_seq
    for item, position, state, ignored in reports:
        said = {"mediaId": item, "mediaType": "song", "positionMs": str(position), "state": state}
        assert call("reportPlayback", **said, ignoreScrobble=str(ignored).lower())["status"] == "ok"
    rows = service.library.rows("L0", (Play, Skip), columns=("event", "ms_played", "seq"))
    assert [(r["event"], r["ms_played"]) for r in rows if r["seq"] > seen] == events


def test_what_the_client_scrobbled_itself_is_no_second_play(call, service):
    before = service.library.listen_count("L0")
    report = {"mediaId": ROCK, "mediaType": "song"}
    call("reportPlayback", **report, positionMs="0", state="starting")
    call("scrobble", id=ROCK)
    call("reportPlayback", **report, positionMs="199000", state="stopped")
    assert service.library.listen_count("L0") == before + 1


def test_a_scrobble_that_is_still_on_its_way_is_no_second_play(call, client, service, monkeypatch):
    """Another process may be told of the end while this one still writes; where it cannot, the end counts."""
    report = {"mediaId": ROCK, "positionMs": "199000", "state": "stopped"}
    stopped = Fields([*report.items(), ("c", "tests")])
    playing, append, meanwhile = client.app.state.tenants.own.playing, service.append, list[Any]()

    def slow(events: Any, items: Any = ()) -> Any:
        meanwhile.append(report_playback(service, Asked("L0", stopped, playing)).events)
        if len(meanwhile) == 2:
            raise WorkspaceError("the disk is full")
        return append(events, items)

    call("reportPlayback", **report | {"positionMs": "0", "state": "starting"})
    monkeypatch.setattr(service, "append", slow)
    assert call("scrobble", id=ROCK)["status"] == "ok"
    call("reportPlayback", **report | {"positionMs": "0", "state": "stopped"})
    call("reportPlayback", **report | {"positionMs": "0", "state": "starting"})
    assert call("scrobble", id=ROCK)["status"] == "failed"
    assert meanwhile == [[], []]
    later = int(1000 * (time.time() + TELLING_S + 1))
    (play,) = report_playback(service, Asked("L0", stopped, playing, later)).events
    assert isinstance(play, Play)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("noSuchThing", {}), ("getSong", {}), ("getSong", {"id": "segue:artist:t:a0"}),
        ("getSong", {"id": "x" * 9_000}), ("getPlaylist", {"id": "segue:playlist:own:x"}),
        ("getAlbum", {"id": ROCK}), ("setRating", {"id": ROCK, "rating": "6"}), ("setRating", {"id": ROCK}),
        ("reportPlayback", {"mediaId": ROCK, "state": "dancing"}), ("createPlaylist", {}), ("star", {}),
        ("createPlaylist", {"name": "x", "songId": "segue:track:t:none"}),
        ("updatePlaylist", {"playlistId": "segue:playlist:own:x"}), ("deletePlaylist", {"id": ROCK}),
        ("getSimilarSongs2", {"id": ROCK, "count": "many"}), ("getUser", {"username": "L1"}), ("../v1/home", {}),
        ("findSonicPath", {"startSongId": ROCK}), ("stream", {"id": ROCK}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_its_form(client, own_key, method, params):
    answer = client.get("/rest/" + method, params={"f": "json", "apiKey": own_key} | params)
    if method.startswith(".."):
        assert answer.status_code in (400, 401, 403, 404)
        return
    said = answer.json()["subsonic-response"]
    assert said["status"] == "failed"
    assert said["error"]["message"]


def test_playlists_of_others_are_not_there(client, keys, call):
    mine = call("createPlaylist", name="mine", songId=ROCK)["playlist"]["id"]
    other = keys.create((Scope.READ, Scope.INGEST), "", "L1")[0]
    for method, name in (("getPlaylist", "id"), ("deletePlaylist", "id"), ("updatePlaylist", "playlistId")):
        answer = client.get(f"/rest/{method}", params={"f": "json", "apiKey": other, name: mine})
        assert answer.json()["subsonic-response"]["error"]["code"] == 70
    assert call("getPlaylist", id=mine)["playlist"]["songCount"] == 1


def test_forms_have_limits(client, own_key):
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/rest/ping", content=b"f=json&u=L0&p=" + own_key.encode(), headers=form).status_code == 200
    large = client.post("/rest/ping", content=b"a" * (2 << 20), headers=form)
    assert "1048576 bytes" in large.text
    many = client.post("/rest/ping", content=b"&a=1" * 6_000, headers=form)
    assert "5000 fields" in many.text
