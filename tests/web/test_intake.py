"""Events over HTTP into a real workspace, which has no release yet: every form, every refusal, dead letters, audit."""

import base64
import gzip
import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.core.errors import NotReady
from segue.store.delivery import Refused
from segue.store.delivery.intake import Intake
from segue.store.privacy import forget_listener
from segue.store.workspace import Workspace
from segue.web.application import create_app
from segue.web.auth import Keys, Scope
from segue.web.service import Backend

NOW = int(time.time() * 1000)
CLOUD, CLOUDS = "application/cloudevents+json", "application/cloudevents-batch+json"


def play(i, **more):
    return {"type": "play", "id": f"e{i}", "listener": "ann", "at": NOW - 1000, "item": "segue:track:1",
            "ms_played": 1000} | more  # fmt: skip


def cloud(i, **more):
    data = {k: v for k, v in play(i).items() if k not in ("id", "type")}
    return {"specversion": "1.0", "id": str(i), "source": "/phones/1", "type": "com.example.play", "data": data} | more


@pytest.fixture
def workspace(tmp_path):
    with Workspace.create(tmp_path / "ws") as workspace:
        yield workspace


@pytest.fixture
def client(workspace, make_client):
    def no_release():
        raise NotReady("no release")

    backend = Backend(no_release, open_intake=lambda: Intake(Workspace.open(workspace.path), "default"))
    return make_client(create_app(backend, Keys(workspace.path)))


def post(client, body, media="application/json", **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(
        "/v1/events",
        content=content,
        headers={"content-type": media, **{k.replace("_", "-"): v for k, v in headers.items()}},
    )


def ids(workspace):
    return sorted(workspace.log.read("default", columns=["id"])["id"].to_pylist())


def test_all_forms_are_taken_before_there_is_a_release(client, workspace):
    assert post(client, play(1)).json()["verdicts"] == ["accepted"]
    assert post(client, [play(1), play(2)]).json()["verdicts"] == ["duplicate", "accepted"]
    assert post(client, {"events": [play(3), play(3)]}).json()["verdicts"] == ["accepted", "duplicate"]
    lines = b"\n".join(json.dumps(play(i)).encode() for i in (4, 5)) + b"\n\n"
    assert post(client, lines, "application/x-ndjson").json()["accepted"] == 2
    packed = gzip.compress(json.dumps([play(6)]).encode()) + gzip.compress(b" ")
    assert post(client, packed, content_encoding="gzip").json()["accepted"] == 1
    assert (
        post(client, b"\xef\xbb\xbf" + json.dumps(play(7)).encode(), 'application/json; charset="UTF-8"').json()[
            "accepted"
        ]
        == 1
    )
    assert ids(workspace) == [f"e{i}" for i in range(1, 8)]


def test_cloudevents_in_all_three_modes_are_one_event(client, workspace):
    assert post(client, cloud(1), CLOUD).json()["verdicts"] == ["accepted"]
    assert post(client, [cloud(1), cloud(1, source="/phones/2"), cloud(2)], CLOUDS).json()["verdicts"] == [
        "duplicate", "accepted", "accepted",
    ]  # fmt: skip
    said = {"ce_specversion": "1.0", "ce_id": "2", "ce_source": "/phones/1", "ce_type": "com.example.play"}
    assert post(client, cloud(2)["data"], **said).json()["verdicts"] == ["duplicate"]
    encoded = base64.b64encode(json.dumps(cloud(3)["data"]).encode()).decode()
    event = {k: v for k, v in cloud(3).items() if k != "data"} | {"data_base64": encoded}
    assert post(client, event, CLOUD).json()["verdicts"] == ["accepted"]
    assert ids(workspace) == ["/phones/1#1", "/phones/1#2", "/phones/1#3", "/phones/2#1"]


def test_what_a_cloudevent_says_around_its_data_counts_where_the_data_is_silent(client, workspace):
    bare = cloud(1, data={"ms_played": 7}, time="2026-01-02T03:04:05.678+01:00", subject="segue:track:9", listener="bo")
    assert post(client, bare, CLOUD).json()["verdicts"] == ["accepted"]
    row = workspace.log.read("default").to_pylist()[0]
    assert row["at"] == 1_767_319_445_678
    assert workspace.catalogue.listener_id(row["listener"]) == "bo"
    assert workspace.catalogue.uri(row["item"]) == "segue:track:9"


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"specversion": "0.3"}, "specversion"), ({"source": ""}, "source"), ({"id": 7}, "id"), ({"data": [1]}, "data"),
        ({"data": None, "data_base64": "%%"}, "data_base64"), ({"datacontenttype": "text/xml"}, "datacontenttype"),
        ({"type": "com.example.dance"}, "type"),
        ({"data": {"listener": "a", "item": "segue:track:1", "ms_played": 1}, "time": "yesterday"}, "time"),
    ],
)  # fmt: skip
def test_a_broken_cloudevent_is_named(client, broken, field):
    answer = post(client, [cloud(1, **broken), cloud(2)], CLOUDS).json()
    assert answer["verdicts"] == ["refused", "accepted"]
    assert answer["rejected"][0]["field"] == field


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (play(1, at="now"), "at"), (play(1, v=300), "v"), (play(1, attrs=[]), "attrs"),
        (play(1, context="segue:playlist:a:b:c"), "context"), (play(1, context="segue:playlist:"), "context"),
        (play(1, at=NOW + 2 * 3_600_000), "at"), (play(1, at=NOW - 3_651 * 86_400_000), "at"), ("x", ""), (None, ""),
        ({k: v for k, v in play(1).items() if k != "listener"}, "listener"),
    ],
)  # fmt: skip
def test_one_bad_row_names_its_field_and_poisons_nothing(client, workspace, row, field):
    for body, media in (
        (json.dumps([play(7), row, play(8)]).encode(), "application/json"),
        (b"\n".join(json.dumps(r).encode() for r in (play(7), row, play(8))), "application/x-ndjson"),
    ):
        answer = post(client, body, media)
        assert answer.status_code == 202
        assert answer.json()["verdicts"][1] == "refused"
        assert answer.json()["rejected"][0]["field"] == field
    assert ids(workspace) == ["e7", "e8"]
    letters = client.get("/v1/dead-letters").json()
    assert letters["kept"] == 1
    assert letters["letters"][0]["times"] == 2
    assert json.loads(letters["letters"][0]["raw"]) == row


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000, b'{"a":' * 50_000, b"[NaN]", b'[{"type":"play"},]', b"\xff\xfe[\x00", b'{"events": 7}',
        b'{"events": [], "client": 7}', b'{"events": [], "first": -1}',
    ],
)  # fmt: skip
def test_a_body_that_is_no_json_is_refused_as_a_whole(client, body):
    answer = post(client, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_numbers_out_of_all_measure_and_names_given_twice(client, workspace):
    huge = json.dumps(play(1)).replace("1000}", "1" + "0" * 400 + "}")
    twice = json.dumps(play(2))[:-1] + ',"id":"again"}'
    nan = json.dumps(play(3)).replace("1000}", "NaN}")
    answer = post(client, f"{huge}\n{twice}\n{nan}".encode(), "application/x-ndjson").json()
    assert answer["verdicts"] == ["refused", "accepted", "refused"]
    assert ids(workspace) == ["again"]


def test_a_bomb_is_not_unpacked(client):
    bomb = gzip.compress(b"[" + b" " * (64 << 20) + b"]")
    assert len(bomb) < 100_000
    answer = post(client, bomb, content_encoding="gzip")
    assert answer.status_code == 413
    assert post(client, gzip.compress(b"[]")[:-3], content_encoding="gzip").status_code == 400
    assert post(client, b"no gzip", content_encoding="gzip").status_code == 400
    assert post(client, b"[]", content_encoding="br").status_code == 415
    assert post(client, b"[]", "application/json; charset=utf-16").status_code == 415
    assert post(client, b"[]", "text/plain").status_code == 415
    assert post(client, json.dumps([1] * 1001).encode()).status_code == 413


def test_a_clock_that_is_wrong_is_corrected(client, workspace):
    ahead = 5 * 3_600_000
    body = {"events": [play(1, at=NOW + ahead)], "sent_at": NOW + ahead + 1000}
    assert post(client, body).json()["verdicts"] == ["accepted"]
    assert post(client, [play(2, at=NOW + ahead)], segue_sent_at=str(NOW + ahead)).json()["accepted"] == 1
    at = workspace.log.read("default", columns=["at"])["at"].to_pylist()
    assert all(abs(a - NOW) < 3_600_000 for a in at)
    assert post(client, [], segue_first="x").status_code == 400


def test_a_late_event_is_put_in_its_place(client, workspace):
    post(client, [play(1), play(2, at=NOW - 86_400_000)])
    table = workspace.log.read("default", columns=["id", "at"])
    assert table["id"].to_pylist() == ["e2", "e1"]


def test_dead_letters_are_mended_and_replayed(client, workspace):
    post(client, [play(1, ms_played=-1), play(2, item="nothing"), cloud(1, data={})])
    letters = client.get("/v1/dead-letters").json()["letters"]
    assert [x["field"] for x in letters] == ["type", "item", "ms_played"]
    number = letters[-1]["id"]
    assert client.post(f"/v1/dead-letters/{number}/replay").json()["field"] == "ms_played"
    assert client.post(f"/v1/dead-letters/{number}/replay", json=play(1)).json()["status"] == "accepted"
    assert client.get(f"/v1/dead-letters/{number}").status_code == 404
    other = letters[1]["id"]
    assert client("DELETE", f"/v1/dead-letters/{other}").json() == {"dropped": 1}
    assert client("DELETE", f"/v1/dead-letters/{other}").status_code == 404
    assert ids(workspace) == ["e1"]


def test_dead_letters_are_bounded_and_forgotten_with_their_listener(client, workspace):
    intake = Intake(workspace, "default")
    intake.dead._most = 5
    post(client, [play(i, ms_played=-1) for i in range(5)])
    post(client, [play(9, ms_played=-1, listener="somebody-särskild")], **{})
    intake.dead.put([Refused(0, "r", "", b'"another"')])
    assert intake.dead.counts() == (5, 2)
    forget_listener(workspace, "default", "somebody-särskild")
    assert intake.dead.counts()[0] == 4
    assert "rskild" not in (workspace.path / "store.sqlite").read_bytes().decode("latin-1")


def test_rows_of_somebody_else_leave_nothing_of_them_behind(client, workspace):
    """Not among the dead letters, either, which could be replayed; numbers that came are no gap all the same."""
    keys = Keys(workspace.path)
    mine, admin = keys.create((Scope.LISTENER,), listener="ann")[0], keys.create((Scope.ADMIN,))[0]
    bob = "bob-whose-name-is-nowhere"
    rows = [play(1), play(2, listener=bob), play(3), 7, {"listener": bob, "words": "x"}, play(4)]
    for media, body in (
        ("application/json", json.dumps(rows).encode()),
        ("application/x-ndjson", b"\n".join(json.dumps(r).encode() for r in rows)),
    ):
        sender = {"segue_client": "phone", "segue_first": "1", "segue_produced": "6"}
        answer = post(client, body, media, authorization=f"Bearer {mine}", **sender).json()
        assert [r["index"] for r in answer["rejected"]] == [1, 3, 4]
        assert [i for i, v in enumerate(answer["verdicts"]) if v == "refused"] == [1, 3, 4]
    assert ids(workspace) == ["e1", "e3", "e4"]
    headers = {"authorization": f"Bearer {admin}"}
    (hour,) = client.get("/v1/audit", headers=headers).json()["hours"]
    assert (hour["produced"], hour["delivered"], hour["gaps"], hour["refused"]) == (6, 6, [], 6)
    letters = client.get("/v1/dead-letters", headers=headers).json()["letters"]
    assert sorted((x["raw"], x["times"]) for x in letters) == [("7", 2), ('{"listener":"ann"}', 4)]
    (theirs,) = [x["id"] for x in letters if x["raw"] != "7"]
    assert client.post(f"/v1/dead-letters/{theirs}/replay", headers=headers).json()["status"] == "refused"
    assert bob.encode() not in b"".join(p.read_bytes() for p in workspace.path.rglob("*") if p.is_file())
    forget_listener(workspace, "default", "ann")
    assert [x["raw"] for x in client.get("/v1/dead-letters", headers=headers).json()["letters"]] == ["7"]


@pytest.mark.parametrize(
    ("header", "name"),
    [("phone", "phone"), ("kitchen%20%C3%A9%20player", "kitchen é player"), ("100%", "100%"), ("a+b%2Bc", "a+b+c"),
     ("%E2%99%AB" * 200, "♫" * 200)],
)  # fmt: skip
def test_a_client_is_named_in_a_header_in_any_letters(client, workspace, header, name):
    assert post(client, [play(1, listener=name)], segue_client=header).status_code == 202
    (hour,) = client.get("/v1/audit", params={"client": name}).json()["hours"]
    assert hour["client"] == name
    forget_listener(workspace, "default", name)
    assert client.get("/v1/audit").json()["hours"] == []


@pytest.mark.parametrize("header", ["%FF", "%ED%A0%80", "a%00b", "%E2%99%AB" * 201, "x" * 201])
def test_a_client_that_is_no_name_is_refused(client, workspace, header):
    answer = post(client, [play(1)], segue_client=header)
    assert answer.status_code == 400
    assert "header" in answer.json()["error"]["message"]
    assert ids(workspace) == []


def test_the_audit_names_what_never_came(client):
    hour = NOW // 3_600_000 * 3_600_000

    def send(first, n, **more):
        rows = [play(f"{first}-{i}") for i in range(n)]
        return post(client, {"events": rows, "client": "phone", "first": first, **more}).status_code

    assert send(1, 3) == send(6, 2) == 202
    assert post(client, [play("x"), 7], segue_client="phone", segue_first="9", segue_produced="12").status_code == 202
    (found,) = client.get("/v1/audit").json()["hours"]
    assert (found["client"], found["produced"], found["delivered"], found["refused"]) == ("phone", 12, 7, 1)
    assert found["hour"] in (hour, hour - 3_600_000)
    assert found["gaps"] == [{"first": 4, "last": 5}, {"first": 8, "last": 8}, {"first": 11, "last": 12}]
    send(4, 2), send(8, 1), send(11, 2)
    (found,) = client.get("/v1/audit?client=phone").json()["hours"]
    assert (found["delivered"], found["gaps"]) == (12, [])
    assert client.get("/v1/audit?client=other").json()["hours"] == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "id", "listener", "at", "item", "attrs", "v", "events", "data"]) | st.text(max_size=4),
        inner, max_size=8),
    max_leaves=20,
)  # fmt: skip
NEAR = st.fixed_dictionaries(
    {"type": st.sampled_from(["play", "skip", "rating", "counted", "tag"]), "id": st.text(max_size=3) | JSON,
     "listener": st.text(max_size=3), "at": st.integers(0, NOW) | JSON},
    optional={"item": st.sampled_from(["segue:track:1", "segue:track:a:b", "x"]) | st.text(max_size=9), "attrs": JSON,
              "ms_played": st.integers(-1, 1 << 33), "v": st.integers(-3, 300), "value": st.floats() | JSON,
              "count": st.floats(), "words": st.text(),
              "context": st.sampled_from(["segue:playlist:%ff", "segue:playlist:a:b:c"])},
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NEAR | JSON, max_size=5), st.sampled_from(["application/json", "application/x-ndjson", CLOUDS]))
def test_every_row_gets_one_verdict_whatever_it_is(client, rows, media):
    lines = [json.dumps(row).encode() for row in rows]
    body = b"\n".join(lines) if media.endswith("ndjson") else b"[" + b",".join(lines) + b"]"
    answer = post(client, body, media)
    assert answer.status_code in (202, 400), answer.text
    if answer.status_code == 202:
        said = answer.json()
        assert len(said["verdicts"]) == len(rows)
        assert len(said["rejected"]) == said["verdicts"].count("refused")
