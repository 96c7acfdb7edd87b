"""ListenBrainz: by its own client, and at the edges of the protocol."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from segue.cli import main
from segue.core.events import Item, Play
from segue.importers.listenbrainz import Listenbrainz
from segue.web.auth import Scope

NOW = int(time.time())
SONG = {"artist_name": "Rock Artist 0", "track_name": "Song 1 of 0"}


def token(text: str) -> dict[str, str]:
    return {"authorization": f"Token {text}"}


def submission(kind: str = "single", *listens: dict) -> str:
    return json.dumps({"listen_type": kind, "payload": list(listens) or [listen()]})


def listen(at: int = NOW - 100, **said: Any) -> dict:
    return {"listened_at": at, "track_metadata": SONG | said}


def test_its_own_client(serving_at, run_client, own_key):
    with serving_at() as server:
        out = run_client("with_liblistenbrainz", server.url, own_key)
    assert out["nonsense"] == "refused"
    assert out["single"] == out["import"] == out["feedback"] == {"status": "ok"}
    assert out["playing"] == ["Song 1 of 0", "Rock Artist 0"]
    listens = out["listens"]
    assert [row[2] for row in listens] == [-600, *range(-4_961, -5_001, -1)]
    assert listens[0][:2] == ["Song 3 of 0", "Rock Artist 0"], "recognized in the catalogue"
    assert listens[-1][0] == "Unheard 0"
    assert listens[-1][3] == "8f3471b5-7e6a-48da-86a9-c1c07a0f4700"
    assert out["before"] == 10
    assert out["loved"] == [["8f3471b5-7e6a-48da-86a9-c1c07a0f4700", 1, "Unheard 0"]]
    assert out["hated"] == ["8f3471b5-7e6a-48da-86a9-c1c07a0f4701"]
    assert len(out["recommended"]) == 5
    assert all(name.startswith("Rock") for name in out["recommended"])
    assert 0 < out["left"][0] < 300
    assert out["other"][0] == 403
    assert out["timeless"][0] == 400
    assert "listened_at" in out["timeless"][1]
    said = "\n".join(server.log)
    assert "/1/submit-listens" in said
    assert own_key not in said
    with server.workspace() as workspace:
        from segue.surfaces.library import Library

        assert Library(workspace, "default").listen_count("L0") == out["count"]


def test_sent_twice_is_heard_once_also_by_an_import_of_the_export(client, service, own_key, tmp_path):
    before = service.library.listen_count("L0")
    for _ in range(2):
        assert client.post("/1/submit-listens", content=submission(), headers=token(own_key)).status_code == 200
    assert service.library.listen_count("L0") == before + 1
    export = tmp_path / "1.jsonl"
    export.write_text(json.dumps(listen()) + "\n")
    records = [r for r in Listenbrainz("L0").read(export) if isinstance(r, Play)]
    assert service.append(records).accepted == 0


def test_home_knows_at_once_what_was_scrobbled_by_name(client, service, own_key):
    body = submission("single", listen(track_name="SONG 2 OF 10", artist_name="rock artist 10"))
    assert client.post("/1/submit-listens", content=body, headers=token(own_key)).status_code == 200
    assert service.history("L0")[0].title == "Song 2 of 10"


def test_what_another_process_wrote_by_name_is_recognized_too(service):
    from segue.importers.listenbrainz import Listens
    from segue.store.workspace import Workspace

    found = list(Listens("L0")(listen(track_name="song 2 of 10", artist_name="ROCK ARTIST 10")))
    with Workspace.open(service.workspace.path) as other:
        items = [r for r in found if isinstance(r, Item)]
        other.log.append([r for r in found if isinstance(r, Play)], items)
    assert service.history("L0")[0].title == "Song 2 of 10"


def test_an_unknown_song_waits_for_the_catalogue(client, service, own_key):
    body = submission("single", listen(track_name="Later", artist_name="Comer"))
    client.post("/1/submit-listens", content=body, headers=token(own_key))
    heard = service.library.listens("L0", n=1)[0].facts
    assert heard.uri == "segue:track:named:comer — later"
    artist = Item(uri="segue:artist:lib:c", title="The Comer")
    service.append([], [artist, Item(uri="segue:track:lib:l", title="LATER", artists=(artist.uri,), duration_ms=7)])
    heard = service.library.listens("L0", n=1)[0].facts
    assert heard.duration_ms == 7
    assert service.workspace.catalogue.number("default", "segue:track:lib:l") == heard.number


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "listen_type"),
        ('{"listen_type": "single"}', "payload"),
        ('{"listen_type": "single", "payload": []}', "payload"),
        ('{"listen_type": "often", "payload": [{}]}', "listen_type"),
        (submission("single", listen(), listen()), "one listen"),
        (submission("import", *[listen()] * 1_001), "1000 listens"),
        (submission("single", listen(track_name="")), "track_name"),
        (submission("single", listen(artist_name=["x"])), "artist_name"),
        (submission("single", listen(track_name="\x00\x01")), "track_name"),
        (submission("single", listen(comment="x" * 11_000)), "10240 bytes"),
        (submission("single", listen(NOW + 1_000_000)), "listened_at"),
        (submission("single", listen(1_000)), "listened_at"),
        (submission("single", {"listened_at": True, "track_metadata": SONG}), "listened_at"),
        (submission("single", {"listened_at": str(NOW), "track_metadata": SONG}), "listened_at"),
        (submission("playing_now", listen()), "listened_at"),
        (submission("single", listen(additional_info=[])), "additional_info"),
        (submission("single", listen(additional_info={"tags": ["x"] * 51})), "tags"),
        ('{"listen_type": "single", "payload": [{"listened_at": 1e999, "track_metadata": {}}]}', "JSON"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_taken(client, service, own_key, body, why):
    before = service.workspace.log.last_seq
    answer = client.post("/1/submit-listens", content=body, headers=token(own_key))
    assert answer.status_code == 400
    assert answer.json()["code"] == 400
    assert why.lower() in answer.json()["error"].lower()
    assert service.workspace.log.last_seq == before


def test_odd_but_right_listens_are_taken(client, service, own_key):
    odd: dict[str, Any] = {
        "release_name": 7, "additional_info": {
            "duration_ms": "long", "recording_mbid": "no", "artist_mbids": 5, "isrc": [], "spotify_id": {}, "tags": [],
        },
    }  # fmt: skip
    name = "<script>alert(1)</script>" + "'; DROP TABLE items; --" + "\u202e\U0001f600"
    body = submission("single", listen(track_name=name, **odd))
    assert client.post("/1/submit-listens", content=body, headers=token(own_key)).status_code == 200
    assert service.library.listens("L0", n=1)[0].facts.title == name


def test_bodies_and_tokens_have_limits(client, own_key):
    large = b" " * (10_240_001)
    assert client.post("/1/submit-listens", content=large, headers=token(own_key)).status_code == 413
    for headers in (
        {},
        token("x"),
        token(""),
        {"authorization": b"Token " + b"\xe9" * 5_000},
        {"authorization": "Basic TDA6eA=="},
    ):
        answer = client.post("/1/submit-listens", content=submission(), headers=headers)
        assert answer.status_code == 401, headers
        assert answer.json()["code"] == 401


def test_keys_open_what_they_are_for(client, keys, own_key):
    reader = keys.create((Scope.READ,), "", "L0")[0]
    program = keys.create((Scope.READ, Scope.INGEST))[0]
    post = client.post("/1/submit-listens", content=submission(), headers=token(reader))
    assert post.status_code == 403
    assert client.post("/1/submit-listens", content=submission(), headers=token(program)).status_code == 401
    assert client.get("/1/user/L0/listens", headers=token(program)).status_code == 200
    assert client.get("/1/user/L1/listens", headers=token(own_key)).status_code == 403
    assert client.get("/1/user/L0/listens").status_code == 401
    assert client.get("/1/validate-token").status_code == 400
    assert client.get("/1/validate-token", headers=token(program)).json()["valid"] is False
    valid = client.get("/1/validate-token", params={"token": own_key}).json()
    assert (valid["valid"], valid["user_name"]) == (True, "L0")
    assert client.get("/v1/home?listener=L1", headers={"authorization": f"Bearer {own_key}"}).status_code == 403


def test_while_the_interface_is_open_the_token_is_the_name(client, service):
    post = client.post("/1/submit-listens", content=submission(), headers=token("new one"))
    assert post.status_code == 200
    assert service.library.listen_count("new one") == 1
    assert client.get("/1/user/new one/listen-count").json() == {"payload": {"count": 1}}
    assert client.get("/1/user/stranger/listens").status_code == 404
    assert client.post("/1/submit-listens", content=submission(), headers=token("x" * 600)).status_code == 400


def test_playlists_are_made_for_a_listener(client, own_key):
    found = client.get("/1/user/L0/playlists/createdfor", headers=token(own_key)).json()
    assert found["playlist_count"] == 2
    heads = [p["playlist"] for p in found["playlists"]]
    assert [h["title"] for h in heads] == ["Recommended for L0", "Like what L0 heard lately"]
    for head in heads:
        mbid = head["identifier"].rpartition("/")[2]
        whole = client.get(f"/1/playlist/{mbid}", headers=token(own_key)).json()["playlist"]
        assert whole["title"] == head["title"]
        assert len(whole["track"]) > 10
        assert whole["track"][0]["creator"].startswith("Rock")
        assert whole["track"][0]["identifier"][0].startswith("segue:track:")
        assert client.get(f"/1/playlist/{mbid[:-1]}{'0' if mbid[-1] != '0' else '1'}").status_code in (401, 404)
    for bad in ("x", "00000000-0000-0000-0000-000000000000", "f" * 32, "../../etc"):
        assert client.get(f"/1/playlist/{bad}", headers=token(own_key)).status_code == 404


def test_a_list_of_another_is_not_there(client, keys, own_key):
    found = client.get("/1/user/L0/playlists/createdfor", headers=token(own_key)).json()
    mbid = found["playlists"][0]["playlist"]["identifier"].rpartition("/")[2]
    other = keys.create((Scope.READ,), "", "L1")[0]
    assert client.get(f"/1/playlist/{mbid}", headers=token(other)).status_code == 404


def test_feedback_by_names_and_by_ids(client, service, own_key):
    client.post("/1/submit-listens", content=submission(), headers=token(own_key))
    heard = client.get("/1/user/L0/listens?count=1", headers=token(own_key)).json()["payload"]["listens"][0]
    loved = {"recording_msid": heard["recording_msid"], "score": 1}
    assert client.post("/1/feedback/recording-feedback", json=loved, headers=token(own_key)).status_code == 200
    rated = service.library.ratings("L0")
    assert [(o.facts.title, o.value) for o in rated] == [("Song 1 of 0", 1.0)]
    wrong: list[Any] = [
        {},
        {"score": 1},
        {"score": 5, "recording_msid": "x"},
        {"score": True},
        [],
        "x",
        {"recording_mbid": 3},
    ]
    for bad in wrong:
        answer = client.post("/1/feedback/recording-feedback", json=bad, headers=token(own_key))
        assert answer.status_code == 400, bad


def test_too_many_requests_are_refused_until_the_window_ends(client, own_key):
    client.app.state.rate.limit, client.app.state.rate.window_s = 3, 3_600
    answers = [client.get("/1/validate-token", headers=token(own_key)) for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    assert [a.headers["x-ratelimit-remaining"] for a in answers[:3]] == ["2", "1", "0"]
    assert int(answers[3].headers["x-ratelimit-reset-in"]) > 0
    assert answers[3].json()["code"] == 429


def test_parameters_that_are_wrong_or_unknown(client, own_key):
    get = lambda path: client.get(path, headers=token(own_key)).status_code  # noqa: E731
    assert get("/1/user/L0/listens?count=x") == 400
    assert get("/1/user/L0/listens?min_ts=5&max_ts=4") == 400
    assert get("/1/user/L0/listens?count=0&whatever=1&count=2") == 200
    assert get("/1/feedback/user/L0/get-feedback?score=1&metadata=True") == 200
    assert get("/1/feedback/user/L0/get-feedback?score=2") == 400


def test_forgetting_a_listener_takes_their_keys_and_leaves_the_others(folder, keys, own_key, monkeypatch):
    program = keys.create((Scope.READ, Scope.INGEST))[0]
    monkeypatch.setenv("SEGUE_WORKSPACE", str(folder))
    with pytest.raises(SystemExit) as done:
        main(["forget", "L0", "--yes"])
    assert done.value.code == 0
    assert keys.find(own_key) is None
    assert keys.find(program) is not None, "the interface does not open by itself"
