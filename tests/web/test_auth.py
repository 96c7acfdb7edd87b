import stat

import pytest

from segue.core.errors import InputError, UnknownName, UsageError
from segue.web.auth import Keys, Scope, bearer, parse_scopes


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
    assert parse_scopes("read, write") == (Scope.READ, Scope.WRITE)
    with pytest.raises(UnknownName, match="admin"):
        parse_scopes("root")
    with pytest.raises(UsageError):
        parse_scopes(" , ")
    _, admin = keys.create((Scope.ADMIN,))
    assert admin.allows(Scope.WRITE)
    _, reader = keys.create((Scope.READ,))
    assert not reader.allows(Scope.WRITE)


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
    writer, key = keys.create((Scope.WRITE,))
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
    assert "write" in refused.json()["error"]["message"]
    assert client.post("/v1/events", json=event, headers=using(writer)).json()["accepted"] == 1
    keys.revoke(key.id)
    assert client.post("/v1/events", json=event, headers=using(writer)).status_code == 401


def test_bearer():
    assert bearer("Bearer abc") == "abc"
    assert bearer("bearer  abc ") == "abc"
    assert bearer("Basic abc") == ""
    assert bearer("") == ""


def test_no_workspace(tmp_path):
    with pytest.raises(UsageError, match="workspace"):
        Keys(tmp_path / "none").create((Scope.READ,))
    assert list(tmp_path.iterdir()) == []
