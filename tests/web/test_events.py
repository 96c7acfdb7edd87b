import json

import pytest


def play(i, **more):
    return {"type": "play", "id": f"e{i}", "listener": "ann", "at": 1_700_000_000_000, "item": "segue:track:1",
            "ms_played": 1000} | more  # fmt: skip


def test_one_many_and_lines(client, service):
    answer = client.post("/v1/events", json=play(1))
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": [], "verdicts": ["accepted"]}
    assert client.post("/v1/events", json=[play(2), play(3)]).json()["accepted"] == 2
    lines = "\n".join(json.dumps(play(i)) for i in (3, 4, 5)) + "\n\n"
    answer = client.post("/v1/events", content=lines, headers={"content-type": "application/x-ndjson"}).json()
    assert (answer["accepted"], answer["duplicates"]) == (2, 1)
    assert set(service.seen) == {"e1", "e2", "e3", "e4", "e5"}


def test_a_bad_event_is_named_and_the_rest_goes_in(client, service):
    bad = [
        play(1, ms_played=-1), play(2), {"type": "dance"}, play(3, item="not-a-uri"), 7, play(4, tenant="other"),
        play(5, attrs={"x": "y" * 20_000}), play(6, attrs={"x": "y" * 65_536}), play(7, item="segue:song:1"),
        play(8),
    ]  # fmt: skip
    answer = client.post("/v1/events", json=bad).json()
    assert answer["accepted"] == 2
    assert [r["index"] for r in answer["rejected"]] == [0, 2, 3, 4, 5, 6, 7, 8]
    reasons = [r["reason"] for r in answer["rejected"]]
    assert [r["field"] for r in answer["rejected"]] == [
        "ms_played", "type", "item", "", "tenant", "attrs", "attrs", "item"
    ]  # fmt: skip
    assert answer["verdicts"] == ["accepted" if i in (1, 9) else "refused" for i in range(10)]
    for said, reason in zip(
        ("ms_played", "dance", "not an item uri", "object", "tenant", "attrs", "bytes", "kind 'song'"),
        reasons,
        strict=True,
    ):
        assert said in reason
    assert set(service.seen) == {"e2", "e8"}


def test_a_bad_line_is_named(client):
    body = json.dumps(play(1)) + "\n{broken\n" + json.dumps(play(2))
    answer = client.post("/v1/events", content=body, headers={"content-type": "application/x-ndjson"}).json()
    assert answer["accepted"] == 2
    assert answer["rejected"][0]["index"] == 1


def test_limits(client):
    assert client.post("/v1/events", json=[play(i) for i in range(1001)]).status_code == 413
    assert client.post("/v1/events", json=[play(i) for i in range(1000)]).json()["accepted"] == 1000
    assert client.post("/v1/events", content=b" " * (10 * 1024 * 1024 + 1)).status_code == 413

    async def endless():
        for _ in range(12):
            yield b"[" + b" " * 1024 * 1024

    assert client.post("/v1/events", content=endless()).status_code == 413


@pytest.mark.parametrize("body", [b"", b"  \n ", b"[{", b"[" * 100_000, b"\xff\xfe[", b'["\\ud800"', b'[{"a":1}] x'])
def test_what_is_no_json_is_refused(client, body):
    answer = client.post("/v1/events", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (202, 400)
    assert answer.json().get("accepted", 0) == 0


def test_nested_too_deeply_is_a_bad_event(client):
    deep = "[" * 5000 + "]" * 5000
    body = '[{"type":"save","id":"e","listener":"a","at":1,"item":"segue:track:1","attrs":{"x":' + deep + "}}]"
    answer = client.post("/v1/events", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (202, 400)
    assert answer.json().get("accepted", 0) == 0


def test_media_type(client):
    answer = client.post("/v1/events", content="a=b", headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 415
    assert "application/json" in answer.json()["error"]["message"]


def test_events_of_the_default_tenant_become_the_servers(client, service):
    service.tenant = "household"
    assert client.post("/v1/events", json=[play(1), play(2, tenant="household")]).json()["accepted"] == 2
    assert {e.tenant for e in service.seen.values()} == {"household"}


def test_what_the_store_refuses_is_said(client):
    answer = client.post("/v1/events", json=[play(1, item="segue:genre:1"), play(2)]).json()
    assert answer["verdicts"] == ["refused", "accepted"]
    assert "genre" in answer["rejected"][0]["reason"]


def test_an_event_that_was_played_changes_home(client):
    before = client.get("/v1/home?listener=ann").json()
    uri = before["shelves"][0]["cards"][0]["uri"]
    client.post("/v1/events", json=play(1, item=uri))
    after = client.get("/v1/home?listener=ann").json()
    assert after["shelves"][0]["key"] == "jump-back-in"
    assert after["shelves"][0]["cards"][0]["uri"] == uri
