"""gPodder: by its own client, and at the edges of the protocol."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from segue.core.events import Follow, Item, Play
from segue.surfaces.library import Library
from segue.web.auth import Scope

FEED, EPISODE = "https://feeds.example.org/1.xml", "https://cdn.example.org/1.mp3"


def basic(name: str, key: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{key}".encode()).decode()}


def play(**said: Any) -> dict[str, Any]:
    return {"podcast": FEED, "episode": EPISODE, "action": "play", "device": "phone",
            "timestamp": "2026-03-01T10:00:00"} | said  # fmt: skip


def test_its_own_client(serving_at, run_client, own_key):
    with serving_at() as server:
        out = run_client("with_mygpoclient", server.url, "L0", own_key)
    feeds = [f"https://feeds.example.org/{n}.xml" for n in range(3)]
    assert out["wrong"] == "refused"
    assert out["named"] is True
    assert out["rewritten"] == [["  http://a.example/feed ", "http://a.example/feed"], ["ftp://b.example/x", ""]]
    assert out["since"] == [[], feeds[:1]]
    assert out["all"] == [["http://a.example/feed", *feeds[1:]], []]
    assert out["list"] == ["http://a.example/feed", *feeds[1:]]
    assert out["put"] is True
    assert out["devices"] == [["phone", "My Phone", "mobile", 3], ["tablet", "tablet", "other", 3]]
    episode = "https://cdn.example.org/1.mp3?a=b&c=%20é"
    assert out["actions"] == [
        [feeds[1], episode, "play", "phone", "2026-03-01T10:00:00", 10, 1210, 1212],
        [feeds[2], "https://cdn.example.org/2.mp3", "play", "tablet", "2026-03-01T11:00:00", 0, 12, 3600],
    ]
    assert [out["later"], out["of one"], out["of a feed"]] == [0, 1, 1]
    assert own_key not in "\n".join(server.log)
    with server.workspace() as workspace:
        library = Library(workspace, "default")
        heard = library.rows("L0", (Play,), since=1_772_000_000_000, until=1_773_000_000_000,
                             columns=("ms_played", "reason_end", "device", "item"))  # fmt: skip
        assert [(r["ms_played"], r["reason_end"], r["device"]) for r in heard] == [
            (1_200_000, "trackdone", "phone"), (12_000, "endplay", "tablet"),
        ]  # fmt: skip
        facts = library.numbered([r["item"] for r in heard])
        assert [f.duration_ms for f in facts] == [1_212_000, 3_600_000]
        assert facts[0].album is not None
        assert facts[0].album.uri == "segue:show:feed:https%3A//feeds.example.org/1.xml"
        assert len(library.rows("L0", (Follow,), columns=("id",))) == 4 + 3


def test_an_episode_is_recognized_when_its_feed_is_imported(client, service, own_key):
    client.post("/api/2/episodes/L0.json", json=[play(position=60)], headers=basic("L0", own_key))
    service.append([], [Item(uri="segue:episode:rss:x", title="One", same_as=(f"enclosure:{EPISODE}",))])
    assert service.library.listens("L0", until=1_772_400_000_000, since=1_772_300_000_000)[0].facts.title == "One"


def test_a_cookie_stands_for_name_and_key(client, keys, own_key):
    assert client.get("/api/2/devices/L0.json").status_code == 401
    answer = client.post("/api/2/auth/L0/login.json", headers=basic("L0", own_key))
    assert answer.status_code == 200
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert own_key.lower() not in said
    assert client.get("/api/2/devices/L0.json").status_code == 200, "the client keeps the cookie"
    assert client.get("/api/2/devices/L1.json").status_code == 401
    keys.revoke(own_key.split("_")[1])
    keys.create((Scope.READ,))
    assert client.get("/api/2/devices/L0.json").status_code == 401


def test_who_may(client, keys, own_key):
    reader = keys.create((Scope.READ,), "", "L0")[0]
    path = "/api/2/episodes/L0.json"
    asked = client.get(path)
    assert asked.status_code == 401
    assert asked.headers["www-authenticate"] == 'Basic realm="Segue"'
    assert client.get(path, headers=basic("L0", "x")).status_code == 401
    assert client.get(path, headers=basic("L1", own_key)).status_code == 401
    assert client.get(path, headers={"authorization": "Basic ???"}).status_code == 401
    assert client.get(path, headers=basic("L0", reader)).status_code == 200
    assert client.post(path, json=[], headers=basic("L0", reader)).status_code == 403


WRONG: list[Any] = [
    None, {}, "x", [1], [{}], [play(action="listen")], [play(position="10")], [play(position=10**9)],
    [play(timestamp="yesterday")], [play(timestamp=5)], [play(timestamp="9999-12-31T23:59:59")], [play()] * 5_001,
    [play(position=True)],
]  # fmt: skip


@pytest.mark.parametrize("body", WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_refused_whole(client, service, own_key, body):
    before = service.workspace.log.last_seq
    answer = client.post("/api/2/episodes/L0.json", json=body, headers=basic("L0", own_key))
    assert answer.status_code == 400
    assert service.workspace.log.last_seq == before


def test_odd_addresses_are_passed_over_or_kept_apart(client, service, own_key):
    long = "https://x.example/" + "a" * 1_500
    odd = ["javascript:alert(1)", "http://", "http://[::1", "file:///etc/passwd", "", "http://a b/", "x" * 3_000]
    actions = [play(episode=url) for url in odd] + [play(episode=long + "1"), play(episode=long + "2")]
    answer = client.post("/api/2/episodes/L0.json", json={"actions": actions}, headers=basic("L0", own_key))
    assert answer.status_code == 200
    assert {old for old, new in answer.json()["update_urls"] if not new} >= {url[:2_000] for url in odd if url}
    found = client.get("/api/2/episodes/L0.json", headers=basic("L0", own_key)).json()["actions"]
    assert [a["episode"] for a in found] == [long + "1", long + "2"]
    heard = service.library.listens("L0", since=1_772_000_000_000, until=1_773_000_000_000)
    assert len({one.facts.uri for one in heard}) == 2


def test_new_takes_an_episode_back_and_aggregated_is_the_last_word(client, own_key):
    actions = [play(position=60), play(action="new", timestamp="2026-03-02T10:00:00")]
    client.post("/api/2/episodes/L0.json", json=actions, headers=basic("L0", own_key))
    found = client.get("/api/2/episodes/L0.json?aggregated=true", headers=basic("L0", own_key)).json()["actions"]
    assert [a["action"] for a in found] == ["new"]


def test_subscriptions_that_are_wrong(client, own_key):
    path, me = "/api/2/subscriptions/L0/phone.json", basic("L0", own_key)
    bodies: list[Any] = [[], {"add": "x"}, {"add": [FEED], "remove": [FEED]}, {"add": [FEED] * 5_001}, 3]
    for body in bodies:
        assert client.post(path, json=body, headers=me).status_code == 400, body
    assert client.post(path, json={"add": [1, None, {}]}, headers=me).json()["update_urls"] != []
    assert client.get(path + "?since=x", headers=me).status_code == 400
    assert client("PUT", "/subscriptions/L0/phone.json", json={}, headers=me).status_code == 400
    assert client.post("/api/2/devices/L0/phone.json", json={"type": "toaster"}, headers=me).status_code == 400


def test_what_a_server_without_a_workspace_remembers_goes_with_its_listener(client, keys, own_key):
    """Where nothing is shared, it is in memory."""
    erasing = {"authorization": f"Bearer {keys.create((Scope.LISTENER,), listener='L0')[0]}"}
    other = keys.create((Scope.READ, Scope.INGEST), "", "L1")[0]
    playing = {"listen_type": "playing_now", "payload": [{"track_metadata": {"artist_name": "A", "track_name": "T"}}]}
    for who, key in (("L0", own_key), ("L1", other)):
        named = {"caption": f"Phone of {who}", "type": "mobile"}
        assert client.post(f"/api/2/devices/{who}/d.json", json=named, headers=basic(who, key)).status_code == 200
        token = {"authorization": f"Token {key}"}
        assert client.post("/1/submit-listens", json=playing, headers=token).status_code == 200
    own = client.app.state.tenants.own
    token = client.post("/2.0/", data={"format": "json", "api_key": "x", "method": "auth.getToken"}).json()["token"]
    assert client.post("/api/auth", data={"token": token, "user": "L0", "key": own_key}).status_code == 200
    assert set(own.devices.of("L0")) == {"d"}
    assert client("DELETE", "/v1/listeners/L0", headers=erasing).status_code == 200
    assert (own.devices.of("L0"), own.playing.of("L0")) == ({}, [])
    assert [who for who, _ in own.playing.of()] == ["L1"]
    assert own.devices.of("L1")["d"].caption == "Phone of L1"
    said = {"format": "json", "api_key": "x", "method": "auth.getSession", "token": token}
    assert client.post("/2.0/", data=said).json()["error"] == 15
