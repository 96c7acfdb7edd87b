import hashlib
import json
import re
import stat
import subprocess
import sys
import threading
import time

import msgspec
import pytest

from segue.core.errors import UnknownName, UsageError, WorkspaceError
from segue.store.secret import put_private
from segue.web import auth
from segue.web.application import EVERYTHING, create_app
from segue.web.auth import Keys, Scope, bearer, caller_of, parse_scopes
from segue.web.rate import Rate
from segue.web.resource import KEY
from segue.web.service import Backend


def test_a_key_is_shown_once_and_kept_as_a_hash(keys):
    text, key = keys.create((Scope.READ,), "phone")
    assert text.startswith("segue_")
    assert text not in keys.path.read_text()
    assert text.rsplit("_", 1)[-1] not in keys.path.read_text()
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600
    assert Keys(keys.path.parent).find(text) == key
    assert keys.find(text + "x") is None
    assert keys.find("") is None
    assert keys.find("\ud800") is None


def test_scopes(keys):
    assert parse_scopes("read, ingest") == parse_scopes("read,write") == (Scope.READ, Scope.INGEST)
    with pytest.raises(UnknownName, match="admin"):
        parse_scopes("root")
    with pytest.raises(UsageError):
        parse_scopes(" , ")
    _, admin = keys.create((Scope.ADMIN,))
    assert admin.allows(Scope.INGEST)
    _, reader = keys.create((Scope.READ,))
    assert not reader.allows(Scope.INGEST)


def test_revoking(keys):
    text, key = keys.create((Scope.READ,))
    with pytest.raises(UnknownName, match=key.id):
        keys.revoke("nope")
    keys.revoke(key.id)
    assert keys.find(text) is None
    assert keys.all() == ()


@pytest.mark.parametrize(
    "content", [b"[{", b"", b"\xff\xfe\x00", b'[{"id": "\xff"}]', b"[" * 100_000, b'[{"id": "a"}]']
)
def test_a_broken_file_never_opens_the_server(client, keys, content):
    """And is nobody's fault who asks: 503, so that what could not be sent is sent again."""
    text, _ = keys.create((Scope.ADMIN,))
    keys.path.write_bytes(content)
    with pytest.raises(WorkspaceError, match=r"keys\.json"):
        keys.all()
    with pytest.raises(WorkspaceError):
        keys.create((Scope.READ,))
    for headers in ({}, {"authorization": f"Bearer {text}"}):
        assert client.get("/v1/home?listener=a", headers=headers).status_code == 503
        answer = client.post("/v1/events", json=SAVE, headers=headers)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert str(keys.path.parent) not in answer.text
    assert client.get("/api/health/live").status_code == 200


@pytest.fixture
def slow_writes(monkeypatch):
    """Whoever changes keys without a lock meets others who do."""

    def slow(path, body):
        time.sleep(0.005)
        put_private(path, body)

    monkeypatch.setattr(auth, "put_private", slow)


def at_once(calls):
    """Each on a thread of its own."""
    ready = threading.Barrier(len(calls))

    def run(call):
        ready.wait()
        call()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("shared", [True, False])
def test_changes_of_threads_that_come_at_once_all_stay(keys, slow_writes, shared):
    def mine():
        return keys if shared else Keys(keys.path.parent)

    at_once([lambda i=i: mine().create((Scope.LISTENER,), listener=f"L{i}") for i in range(8)])
    assert {k.listener for k in keys.all()} == {f"L{i}" for i in range(8)}
    kept, _ = keys.create((Scope.READ,))
    at_once([lambda i=i: mine().revoke_of(f"L{i}", "default") for i in range(8)])
    assert [k.scopes for k in keys.all()] == [(Scope.READ,)]
    one = keys.find(kept)
    assert one is not None
    at_once([lambda: mine().revoke(one.id), lambda: mine().create((Scope.INGEST,))])
    assert [k.scopes for k in keys.all()] == [(Scope.INGEST,)]


CHANGE = """
import sys, time
from pathlib import Path
from segue.web import auth
name, write = sys.argv[2], auth.put_private
def slow(path, body):
    time.sleep(0.005)
    write(path, body)
auth.put_private = slow
keys = auth.Keys(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for i in range(10):
    keys.create((auth.Scope.READ,), f"{name}{i}")
    assert keys.revoke_of(f"{name}{i}", "default") == 1
"""


def test_changes_of_processes_that_come_at_once_all_stay(keys):
    for name in "ab":
        for i in range(10):
            keys.create((Scope.LISTENER,), listener=f"{name}{i}")
    command = [sys.executable, "-c", CHANGE, str(keys.path.parent)]
    running = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for name in "ab"
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in running:
        one.communicate(timeout=60)
        assert one.returncode == 0
    assert sorted(k.label for k in keys.all()) == sorted(f"{name}{i}" for name in "ab" for i in range(10))


def test_where_another_process_does_not_let_go_a_change_gives_up(keys, monkeypatch):
    monkeypatch.setattr(auth, "LONGEST_S", 0.05)
    with auth._held(keys.path.with_name(auth.LOCK)), pytest.raises(WorkspaceError, match="another process"):
        keys.create((Scope.READ,))
    keys.create((Scope.READ,))
    assert len(keys.all()) == 1


def test_where_a_file_system_has_no_locks_threads_take_turns(keys, slow_writes, monkeypatch):
    def without(*_):
        raise OSError(95, "not supported")

    monkeypatch.setattr("fcntl.flock", without)
    at_once([lambda: keys.create((Scope.READ,)) for _ in range(4)])
    assert len(keys.all()) == 4


def test_the_first_key_closes_the_interface_at_once(client, keys):
    assert client.get("/v1/home?listener=a").status_code == 200
    reader, _ = keys.create((Scope.READ,))
    writer, key = keys.create((Scope.INGEST,))
    closed = client.get("/v1/home?listener=a")
    assert closed.status_code == 401
    assert closed.headers["www-authenticate"] == "Bearer"
    assert client.get("/metrics").status_code == 401
    for path in ("/", "/docs", "/openapi.json", "/static/home.js", "/api/health/ready"):
        assert client.get(path).status_code == 200

    def using(text):
        return {"authorization": f"Bearer {text}"}

    assert client.get("/v1/home?listener=a", headers=using("segue_x_y")).status_code == 401
    assert client.get("/v1/home?listener=a", headers=using(reader)).status_code == 200
    event = {"type": "save", "id": "1", "listener": "a", "at": 1_700_000_000_000, "item": "segue:track:1"}
    refused = client.post("/v1/events", json=event, headers=using(reader))
    assert refused.status_code == 403
    assert "ingest" in refused.json()["error"]["message"]
    assert client.post("/v1/events", json=event, headers=using(writer)).json()["accepted"] == 1
    keys.revoke(key.id)
    assert client.post("/v1/events", json=event, headers=using(writer)).status_code == 401


def test_files_of_keys_from_before_scopes_were_renamed(keys):
    texts = ("segue_a_old", "segue_b_own")
    rows = [
        {"id": t[6], "sha256": hashlib.sha256(t.encode()).hexdigest(), "scopes": scopes, "listener": listener}
        for t, scopes, listener in zip(texts, (["read", "write"], ["admin"]), ("", "L1"))
    ]
    keys.path.write_text(json.dumps(rows))
    old, own = (caller_of(keys, text) for text in texts)
    assert old is not None
    assert own is not None
    assert old.scopes == (Scope.READ, Scope.INGEST)
    assert old.tenant == ""
    assert own.allows(Scope.READ)
    assert own.allows(Scope.INGEST)
    assert not own.allows(Scope.ADMIN), "nobody's own key runs the server"
    keys.create((Scope.ADMIN,))
    assert '"ingest"' in keys.path.read_text()
    assert '"write"' not in keys.path.read_text()


def test_a_key_opens_its_tenant_alone(keys):
    ours, theirs = Keys(keys.path.parent, "ours"), Keys(keys.path.parent, "theirs")
    text, key = ours.create((Scope.READ,))
    digest, _ = ours.create((Scope.READ,), listener="L1", digest=True)
    assert key.tenant == "ours"
    who = caller_of(ours, text)
    assert who is not None
    assert who.tenant == "ours"
    assert caller_of(theirs, text) == who, "wherever it is shown"
    assert caller_of(theirs, "") is None, "a key of another tenant closes this one, too"
    assert [k.tenant for k, _ in theirs.texts("L1")] == ["ours"]
    assert theirs.text(digest.split("_")[1]) == digest
    assert theirs.revoke_of("L1", "theirs") == 0
    assert theirs.revoke_of("L1", "ours") == 1
    assert [k.id for k in ours.all()] == [key.id]


def test_scopes_and_listeners_go_together(keys):
    with pytest.raises(UsageError, match="--listener"):
        keys.create((Scope.LISTENER,))
    with pytest.raises(UsageError, match="admin"):
        keys.create((Scope.ADMIN,), listener="L1")


SAVE = {"type": "save", "id": "1", "listener": "L00001", "at": 1_700_000_000_000, "item": "segue:track:1"}


def test_a_listeners_own_key_is_for_that_listener_on_every_resource(client, keys):
    """Whatever names a listener takes the own one alone, and what is about all of them takes no such key."""
    text = {"authorization": "Bearer " + keys.create((Scope.LISTENER,), listener="L00001")[0]}
    reader = {"authorization": "Bearer " + keys.create((Scope.READ,), listener="L00001")[0]}
    values = {"uri": "segue:track:fake:0", "from": "segue:track:fake:0", "to": "segue:track:fake:25", "q": "a",
              "words": "jazz", "name": "recommended", "at": "1"}  # fmt: skip
    for resource in (r for r in EVERYTHING if r.scheme == KEY and r.scope and r.method == "GET"):
        fields = {f.encode_name for f in msgspec.structs.fields(resource.params)}
        asked = {f: values[f] for f in fields if f in values and not (f == "at" and "listener" in fields)}

        def ask(who, asked=asked, resource=resource):
            named = asked | ({resource.whose: who} if resource.whose else {})
            path = re.sub(r"{(\w+)}", lambda m: str(named.pop(m[1], "x")), resource.path)
            return client.get(path, params=named, headers=text).status_code

        mine, others = ask("L00001"), ask("L00002")
        if resource.whose is None:
            assert mine == others == 403, resource.path
        elif resource.whose:
            assert (mine not in (401, 403), others) == (True, 403), resource.path
        else:
            assert mine not in (401, 403), resource.path
    assert client.post("/v1/events", json=SAVE, headers=text).status_code == 202
    assert client.post("/v1/events", json=SAVE, headers=reader).status_code == 403


@pytest.mark.parametrize(
    ("body", "media", "verdicts"),
    [
        ([SAVE | {"id": "3", "listener": "L00002"}, SAVE | {"id": "2"}], "application/json", ["refused", "accepted"]),
        ([SAVE | {"id": "2"}, {"listener": "L00002"}], "application/json", ["accepted", "refused"]),
        ({"specversion": "1.0", "id": "2", "source": "x", "type": "t", "data": {"listener": "L00002"}},
         "application/cloudevents+json", ["refused"]),
    ],
)  # fmt: skip
def test_a_listeners_own_key_tells_of_nobody_else(client, keys, service, body, media, verdicts):
    text = keys.create((Scope.LISTENER,), listener="L00001")[0]
    headers = {"authorization": f"Bearer {text}", "content-type": media}
    answer = client.post("/v1/events", content=json.dumps(body), headers=headers)
    assert answer.status_code == 202
    assert answer.json()["verdicts"] == verdicts
    assert answer.json()["rejected"] == [
        {"index": verdicts.index("refused"), "reason": "this key may only send events of 'L00001'", "field": "listener"}
    ]
    assert {e.listener for e in service.seen.values()} == ({"L00001"} if "accepted" in verdicts else set())


def test_a_key_may_ask_so_often(client, keys):
    client.app.state.key_rate = Rate(3, 1_000_000)
    one, other = ({"authorization": f"Bearer {keys.create((Scope.READ,))[0]}"} for _ in range(2))
    assert [client.get("/v1/listeners", headers=one).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    late = client.get("/v1/listeners", headers=one)
    assert late.headers["retry-after"] == "10"
    assert client.get("/v1/listeners", headers=other).status_code == 200


def test_without_its_last_key_an_open_address_stays_shut(keys, make_client, service):
    shut = Keys(keys.path.parent, closed=True)
    client = make_client(create_app(Backend(lambda: service), shut, hosts=None))
    text, key = shut.create((Scope.ADMIN,))
    assert client.get("/v1/listeners", headers={"authorization": f"Bearer {text}"}).status_code == 200
    shut.revoke(key.id)
    assert caller_of(shut, "") is None
    assert client.get("/v1/listeners").status_code == 401


def test_bearer():
    assert bearer("Bearer abc") == "abc"
    assert bearer("bearer  abc ") == "abc"
    assert bearer("Basic abc") == ""
    assert bearer("") == ""


def test_no_workspace(tmp_path):
    with pytest.raises(UsageError, match="workspace"):
        Keys(tmp_path / "none").create((Scope.READ,))
    assert list(tmp_path.iterdir()) == []
