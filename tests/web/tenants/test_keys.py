"""Whoever has the key of one tenant reaches nothing of the other, whatever is asked."""

import asyncio
import base64
import hashlib
import re
import shutil
import time
from urllib.parse import quote

import msgspec
import pytest
from tests.web.tenants.door import MARK, NOW, Door, fillings

from segue.runs.releases import current_release, promote, write_release
from segue.web import service as service_module
from segue.web.application import EVERYTHING, create_app
from segue.web.auth import Keys, Scope
from segue.web.resource import KEY
from segue.web.service import Backend


@pytest.mark.parametrize("tenant", MARK)
def test_each_key_opens_its_own_tenant(door, tenant):
    other = next(name for name in MARK if name != tenant)
    for path in ("/v1/home?listener=L0", "/v1/listeners/L0/history", "/v1/items?q=artist", "/v1/imports"):
        text = door.ask(tenant, "GET", path).text
        assert MARK[tenant] in text, path
        assert MARK[other] not in text, path
    assert door.ask(tenant, "GET", "/v1/home?listener=L0").json()["tenant"] == tenant
    assert door.ask(tenant, "GET", "/v1/overview").json()["tenant"] == tenant
    assert door.ask(tenant, "GET", "/v1/releases").json()["tenant"] == tenant
    people = {one["id"] for one in door.ask(tenant, "GET", "/v1/listeners").json()}
    assert ("zoe1" in people) == (tenant == "theirs")
    health = door.ask(tenant, "GET", "/api/health").json()
    assert health["status"] == "ready"
    assert health["release"] == door.ask(tenant, "GET", "/v1/releases").json()["current"]


def test_the_answer_says_whether_it_is_simulated_where_the_page_cannot(door):
    assert door.ask("theirs", "GET", "/v1/home?listener=L0").headers["segue-simulated"] == "false"
    assert "segue-simulated" not in door.ask("default", "GET", "/v1/home?listener=L0").headers


def test_a_release_of_any_open_tenant_is_taken_up(door, monkeypatch):
    def taken_up(release: str) -> bool:
        promote(door.folder, "theirs", release)
        until = time.monotonic() + 20
        while door.ask("theirs", "GET", "/v1/releases").json()["serving"] != release and time.monotonic() < until:
            door.client.runner.run(asyncio.sleep(0.1))  # what follows releases runs meanwhile
        return bool(door.ask("theirs", "GET", "/v1/home?listener=L0").json()["release"] == release)

    monkeypatch.setattr(service_module, "REOPEN_S", 0.05)
    first = current_release(door.folder, "theirs")
    other = write_release(door.folder, msgspec.structs.replace(first.manifest, seed=7), first.fitted)
    own = door.ask("default", "GET", "/v1/home?listener=L0").json()["release"]
    assert taken_up(other.id)
    assert door.ask("default", "GET", "/v1/home?listener=L0").json()["release"] == own
    assert taken_up(first.id)


def standing(door, tenant: str) -> dict[str, object]:
    """The releases of a tenant, and which is current; the process takes that up a moment later."""
    return {k: v for k, v in door.ask(tenant, "GET", "/v1/releases").json().items() if k != "serving"}


@pytest.mark.parametrize(
    "resource", [r for r in EVERYTHING if r.scheme == KEY and r.scope], ids=lambda r: r.method + r.path
)
def test_a_key_reaches_nothing_of_another_tenant(door, resource):
    """Every resource, with an admin's key of one and the names that the other has."""
    for tenant, other in (("default", "theirs"), ("theirs", "default")):
        named = fillings(door, other)
        before = standing(door, other)
        for name in named[resource.in_path[0]] if resource.in_path else [""]:
            path = re.sub(r"{\w+}", quote(name, safe=""), resource.path)
            for query in ("", f"?uri={named['uri'][0]}", "?listener=zoe1", f"?seed={named['uri'][0]}", "?q=artist"):
                answer = door.ask(tenant, resource.method, path + query)
                assert answer.status_code < 500 or answer.status_code == 503, (path + query, answer.text)
                assert MARK[other] not in answer.text, (path + query, answer.text[:300])
                assert MARK[other].encode() not in answer.content
        assert standing(door, other) == before
    for tenant, mark in MARK.items():
        assert mark in door.ask(tenant, "GET", "/v1/dead-letters").text
        assert (
            mark
            in door.ask(tenant, "GET", "/v1/listeners/L2/history" if tenant == "default" else "/v1/items?q=art").text
        )


def heard(door: Door, tenant: str, title: str) -> bool:
    found = door.client.get("/1/user/L0/listens", headers={"authorization": f"Token {door.own[tenant]}"})
    return title in found.text


@pytest.mark.parametrize("tenant", MARK)
def test_protocols_of_others_write_and_read_where_the_token_is_of(door, tenant):
    """L0 is a listener of both."""
    own, other = door.own[tenant], next(name for name in MARK if name != tenant)
    token, title = {"authorization": f"Token {own}"}, f"Told by {tenant}"
    listen = {"listened_at": NOW // 1000, "track_metadata": {"artist_name": "Someone", "track_name": f"{title} LB"}}
    said = door.client.post("/1/submit-listens", json={"listen_type": "single", "payload": [listen]}, headers=token)
    assert said.status_code == 200, said.text
    playing = {"listen_type": "playing_now", "payload": [{"track_metadata": listen["track_metadata"]}]}
    assert door.client.post("/1/submit-listens", json=playing, headers=token).status_code == 200
    call = {"format": "json", "api_key": "x"}
    session = door.client.post(
        "/2.0/", data=call | {"method": "auth.getMobileSession", "username": "L0", "password": own}
    ).json()["session"]["key"]
    scrobble = {"artist": "Someone", "track": f"{title} LF", "timestamp": str(NOW // 1000 - 300), "sk": session}
    assert "scrobbles" in door.client.post("/2.0/", data=call | scrobble | {"method": "track.scrobble"}).json()
    basic = {"authorization": "Basic " + base64.b64encode(f"L0:{own}".encode()).decode()}
    feed = {"add": [f"https://feeds.example/{tenant}"], "remove": []}
    assert door.client.post("/api/2/subscriptions/L0/phone.json", json=feed, headers=basic).status_code == 200
    for form in ("LB", "LF"):
        assert heard(door, tenant, f"{title} {form}")
        assert not heard(door, other, f"{title} {form}")
    theirs = {"authorization": f"Token {door.own[other]}"}
    assert title not in door.client.get("/1/user/L0/playing-now", headers=theirs).text
    feeds = {
        name: door.client.get("/subscriptions/L0/phone.json", headers={
            "authorization": "Basic " + base64.b64encode(f"L0:{door.own[name]}".encode()).decode()
        }).text for name in MARK
    }  # fmt: skip
    assert f"feeds.example/{tenant}" in feeds[tenant]
    assert f"feeds.example/{tenant}" not in feeds[other]
    proof = hashlib.md5(f"{own}salt".encode()).hexdigest()
    asked = f"/rest/search3?f=json&u=L0&t={proof}&s=salt&query=artist"
    found = door.client.get(asked).text
    assert MARK[tenant] in found
    assert MARK[other] not in found


def test_erasing_is_of_one_tenant(released, tmp_path, new_client):
    folder = tmp_path / "ws"
    shutil.copytree(released, folder)
    door = Door(folder, new_client)
    try:
        receipt = door.ask("theirs", "DELETE", "/v1/listeners/L0")
        assert receipt.status_code == 200, receipt.text
        assert receipt.json()["tenant"] == "theirs"
        for tenant, valid in (("theirs", True), ("default", False)):
            said = door.ask(tenant, "POST", "/v1/receipts/verify?listener=L0", content=receipt.content).json()
            assert said["valid"] is valid, "a receipt is nobody else's business"
        still = door.client.get("/v1/listeners/L0/history", headers={"authorization": f"Bearer {door.own['default']}"})
        assert "Rock" in still.text
        gone = door.client.get("/v1/listeners/L0/history", headers={"authorization": f"Bearer {door.own['theirs']}"})
        assert gone.status_code == 401
    finally:
        door.close()


def test_a_key_of_a_tenant_is_unknown_where_one_alone_is_served(service, tmp_path, make_client):
    client = make_client(create_app(Backend(lambda: service), Keys(tmp_path)))
    theirs, _ = Keys(tmp_path, "theirs").create((Scope.READ,))
    assert client.get("/v1/home?listener=a", headers={"authorization": f"Bearer {theirs}"}).status_code == 401
