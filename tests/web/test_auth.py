import hashlib
import json
import re
import stat

import msgspec
import pytest

from segue.core.errors import InputError, UnknownName, UsageError
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


def test_a_broken_file_never_opens_the_server(client, keys):
    keys.path.write_text("[{")
    with pytest.raises(InputError):
        keys.all()
    assert client.get("/v1/home?listener=a").status_code == 400
    assert client.get("/api/health/live").status_code == 200


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
    ("body", "media"),
    [
        ([SAVE | {"id": "2"}, SAVE | {"id": "3", "listener": "L00002"}], "application/json"),
        ([SAVE | {"id": "2"}, {"listener": "L00002"}], "application/json"),
        ({"specversion": "1.0", "id": "2", "source": "x", "type": "t", "data": {"listener": "L00002"}},
         "application/cloudevents+json"),
    ],
)  # fmt: skip
def test_a_listeners_own_key_tells_of_nobody_else_not_even_in_dead_letters(client, keys, service, body, media):
    text = keys.create((Scope.LISTENER,), listener="L00001")[0]
    headers = {"authorization": f"Bearer {text}", "content-type": media}
    answer = client.post("/v1/events", content=json.dumps(body), headers=headers)
    assert answer.status_code == 403
    assert "own listener" in answer.json()["error"]["message"]
    assert not service.seen, "nothing of the request is written"


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
