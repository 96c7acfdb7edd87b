"""When keys were last used: to the minute, without a write per request, for all worker processes together."""

import time
from typing import Any

import pytest

from segue.web import application
from segue.web.application import create_app
from segue.web.auth import Keys, Scope
from segue.web.last_use import MINUTE_MS
from segue.web.service import Backend

NOW = int(time.time() * 1000)


def asked(client: Any, text: str, path: str = "/v1/keys") -> Any:
    return client.get(path, headers={"authorization": f"Bearer {text}"})


def test_a_use_is_seen_at_once_and_on_the_disk_a_minute_later(client, keys):
    admin, key = keys.create((Scope.ADMIN,), "operations")
    _, idle = keys.create((Scope.LISTENER,), listener="L1")
    Keys(keys.path.parent, "elsewhere").create((Scope.READ,))
    for _ in range(3):
        found = asked(client, admin).json()
    assert [k["id"] for k in found] == [idle.id, key.id], "of this tenant alone, the newest first"
    assert [k["used"] > 0 for k in found] == [False, True]
    assert NOW - MINUTE_MS <= found[1]["used"] <= 1000 * time.time()
    assert found[1]["used"] % MINUTE_MS == 0
    assert "sha256" not in str(found)
    assert asked(client, "wrong", "/v1/home?listener=a").status_code == 401
    keys.last_use.write(60)
    assert not keys.last_use._access.path.exists(), "nothing was written for it yet"
    keys.last_use.write()
    again = Keys(keys.path.parent)
    assert again.last_use.all() == {key.id: found[1]["used"]}
    keys.revoke(key.id)
    assert again.last_use.all() == {}


def test_processes_write_each_what_it_saw_and_the_latest_holds(keys):
    one, other = Keys(keys.path.parent), Keys(keys.path.parent)
    one.last_use._seen["a"], other.last_use._seen["a"] = 2 * MINUTE_MS, MINUTE_MS
    other.last_use._seen["b"] = MINUTE_MS
    one.last_use.write()
    other.last_use.write()
    assert Keys(keys.path.parent).last_use.all() == {"a": 2 * MINUTE_MS, "b": MINUTE_MS}


def test_what_cannot_be_written_is_kept_for_the_next_time(keys, monkeypatch):
    def full(_self: object) -> Any:
        raise OSError("no space left on device")

    keys.last_use.note("a")
    with monkeypatch.context() as patched:
        patched.setattr(type(keys.operators), "changing", full)
        with pytest.raises(OSError, match="no space"):
            keys.last_use.write()
    keys.last_use.write()
    assert set(keys.last_use.all()) == {"a"}


def test_protocols_of_others_count_and_an_end_writes(service, keys, monkeypatch, make_client):
    monkeypatch.setattr(application, "NOTED_S", 3600.0)
    own, key = keys.create((Scope.LISTENER,), listener="L0", digest=True)
    client = make_client(create_app(Backend(lambda: service), keys))

    async def whole_life() -> None:
        async with client.app.router.lifespan_context(client.app):
            answer = await client.http.get("/1/user/L0/playing-now", headers={"authorization": f"Token {own}"})
            assert answer.status_code == 200

    client.runner.run(whole_life())
    assert set(Keys(keys.path.parent).last_use.all()) == {key.id}
