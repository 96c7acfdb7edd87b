"""Two tenants behind one door: whoever has the key of one reaches nothing of the other, whatever is asked."""

import asyncio
import base64
import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import argon2
import httpx
import msgspec
import numpy as np
import pytest
from tests.web.fake import FakeService

from segue.app import open_service
from segue.core.events import Item, Play
from segue.fitted import save_model
from segue.models.item_knn import plugin as ItemKNN
from segue.runs.ledger import IMPORT, Ledger
from segue.runs.releases import Manifest, Population, current_release, promote, write_release
from segue.store import snapshot
from segue.store.delivery.intake import Intake
from segue.store.workspace import Workspace
from segue.web import service as service_module
from segue.web.application import EVERYTHING, create_app
from segue.web.auth import Keys, Scope
from segue.web.metrics import Metrics
from segue.web.resource import KEY
from segue.web.service import Backend, Busy
from segue.web.tenants import Tenant, Tenants

NOW = int(time.time() * 1000)
MARK = {"default": "Rock Artist", "theirs": "Zanzibar Artist"}
"""What only one of them has, and what no question of these tests names."""


def populate(folder: Path, scratch: Path) -> None:
    """A second tenant with a catalogue, a release and records of its own; one of its listeners is called L0, too."""
    items = [Item(uri=f"segue:artist:z:a{a}", title=f"Zanzibar Artist {a}") for a in range(4)]
    items += [
        Item(uri=f"segue:track:z:t{t}", title=f"Zanzibar Song {t}", artists=(f"segue:artist:z:a{t % 4}",))
        for t in range(16)
    ]
    rng = np.random.default_rng(0)
    events = [
        Play(id=f"z{u}-{i}", tenant="theirs", listener=f"L{u}" if u == 0 else f"zoe{u}", at=NOW - 60_000 * (i + 1),
             item=f"segue:track:z:t{rng.integers(16)}", ms_played=200_000)
        for u in range(8) for i in range(10)
    ]  # fmt: skip
    with Workspace.open(folder) as workspace:
        workspace.log.append(events, items, "theirs")
        taken = snapshot.take(workspace, "theirs")
        kind, owner, _ = taken.populations()[0]
        save_model(ItemKNN().fit(taken.interactions(kind, owner), np.random.default_rng(0)), scratch / "knn")
    population = Population(kind=kind.label, owner=owner, model="models/knn", recipe="item-knn")
    manifest = Manifest(id="", tenant="theirs", created="", snapshot=taken.id, simulated=False, seed=0,
                        version="test", code="test", populations=(population,))  # fmt: skip
    promote(folder, "theirs", write_release(folder, manifest, {"models/knn": scratch / "knn"}).id)


class Door:
    """The application over both, and keys of each."""

    def __init__(self, folder: Path, new_client: Any, **options: Any) -> None:
        self.folder = folder
        self.keys = {name: Keys(folder, name) for name in MARK}
        self.admin = {name: keys.create((Scope.ADMIN,))[0] for name, keys in self.keys.items()}
        made = {name: keys.create((Scope.LISTENER,), listener="L0", digest=True) for name, keys in self.keys.items()}
        self.own = {name: text for name, (text, _) in made.items()}
        self.client = new_client(
            create_app(self.backend("default"), self.keys["default"], others=self.backend, **options)
        )

    def backend(self, tenant: str) -> Backend:
        folder = self.folder

        def intake() -> Intake:
            return Intake(Workspace.open(folder), tenant)

        def reports() -> Path:
            with Workspace.open(folder) as workspace:
                return workspace.derived("checks", tenant)

        return Backend(lambda: open_service(folder, tenant), reports=reports, open_intake=intake, folder=folder)

    def ask(self, tenant: str, method: str, path: str, **options: Any) -> Any:
        headers = {"authorization": f"Bearer {self.admin[tenant]}"} | options.pop("headers", {})
        return self.client(method, path, headers=headers, **options)

    def close(self) -> None:
        self.client.runner.run(self.client.app.state.tenants.close())
        self.client.close()


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Passwords hashed with little work: what a hash costs is not asked here."""
    few = argon2.PasswordHasher(1, 8, 1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(argon2, "PasswordHasher", lambda: few)
        yield


@pytest.fixture(scope="module")
def released(planted, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tenants") / "ws"
    shutil.copytree(planted, folder)
    populate(folder, tmp_path_factory.mktemp("theirs"))
    return folder


@pytest.fixture(scope="module")
def door(released, tmp_path_factory, new_client):
    folder = tmp_path_factory.mktemp("door") / "ws"
    shutil.copytree(released, folder)
    opened = Door(folder, new_client)
    with Ledger(folder / "runs") as ledger:
        for tenant, mark in MARK.items():
            run = ledger.begin(IMPORT, "", inputs=[f"{mark}.csv"], params={"format": "x", "tenant": tenant}, seed=0,
                               code="")  # fmt: skip
            (folder / "quarantine").mkdir(exist_ok=True)
            (folder / "quarantine" / f"{run}.jsonl").write_text(json.dumps({"line": 1, "reason": mark, "raw": ""}))
            ledger.end(run, "done", 0.1, result={"quarantine": f"{run}.jsonl", "quarantined": 1})
    for tenant, mark in MARK.items():
        wrong = {"type": "play", "listener": mark, "at": 0}
        assert opened.ask(tenant, "POST", "/v1/events", json=wrong).json()["rejected"]
    yield opened
    opened.close()


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


def fillings(door: Door, of: str) -> dict[str, list[str]]:
    """What of a tenant can be named in a path, by the name of the parameter."""
    track, number = ("segue:track:t:a0t3", 1) if of == "default" else ("segue:track:z:t1", 2)
    release = door.ask(of, "GET", "/v1/releases").json()["current"]
    imported = door.ask(of, "GET", "/v1/imports").json()["imports"][0]["id"]
    letter = door.ask(of, "GET", "/v1/dead-letters").json()["letters"][0]["id"]
    return {
        "uri": [track], "id": ["zoe1" if of == "theirs" else "L1", release, str(imported), str(letter)],
        "name": ["latest", "lately"], "finding": ["log:volume"],
        "start": [track], "end": [track], "page": [str(number)],
    }  # fmt: skip


@pytest.mark.parametrize(
    "resource", [r for r in EVERYTHING if r.scheme == KEY and r.scope], ids=lambda r: r.method + r.path
)
def test_a_key_reaches_nothing_of_another_tenant(door, resource):
    """Every resource, with an admin's key of one and the names that the other has."""
    for tenant, other in (("default", "theirs"), ("theirs", "default")):
        named = fillings(door, other)
        before = door.ask(other, "GET", "/v1/releases").text
        for name in named[resource.in_path[0]] if resource.in_path else [""]:
            path = re.sub(r"{\w+}", quote(name, safe=""), resource.path)
            for query in ("", f"?uri={named['uri'][0]}", "?listener=zoe1", f"?seed={named['uri'][0]}", "?q=artist"):
                answer = door.ask(tenant, resource.method, path + query)
                assert answer.status_code < 500 or answer.status_code == 503, (path + query, answer.text)
                assert MARK[other] not in answer.text, (path + query, answer.text[:300])
                assert MARK[other].encode() not in answer.content
        assert door.ask(other, "GET", "/v1/releases").text == before
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


# --- operators ------------------------------------------------------------------------------------------------------

OWN_PAGE = {"origin": "http://localhost:8800", "sec-fetch-site": "same-origin"}


class SignedIn:
    """A browser of an operator: a session, and requests with it."""

    def __init__(self, door: Door, name: str, *tenants: str, everywhere: bool = False) -> None:
        self.door, self.operators = door, door.keys["default"].operators
        self.operators.add(name, "correct horse battery", tenants, everywhere)
        self.session = self.operators.new_session(name)

    def __call__(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> Any:
        cookie = {"cookie": f"segue_session={self.session}"}
        return self.door.client(method, path, headers=OWN_PAGE | cookie | (headers or {}), **options)

    def looks_at(self) -> str:
        return str(self("GET", "/v1/overview").json()["tenant"])

    def choose(self, tenant: str, headers: dict[str, str] | None = None) -> Any:
        return self("POST", "/tenant", headers, data={"tenant": tenant, "next": "/console/keys"})


def shown(page: str) -> tuple[str, list[str]]:
    """Of which tenant a page is, and which it offers."""
    found = re.search(r'data-tenant="([^"]*)"', page)
    assert found is not None
    return found[1], re.findall(r'name="tenant" value="([^"]*)"', page)


def test_an_operator_looks_where_they_chose_and_sees_it_in_the_header(door):
    one = SignedIn(door, "ada", "theirs", "default")
    assert one.looks_at() == "theirs"
    assert shown(one("GET", "/console").text) == ("theirs", ["default", "theirs"])
    chosen = one.choose("default")
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/console/keys")
    assert "set-cookie" not in chosen.headers, "what is looked at is the server's to know"
    assert one.looks_at() == "default"
    assert shown(one("GET", "/").text) == ("default", ["default", "theirs"])
    for name, tenants, everywhere, offered in (
        ("bob", (), False, []), ("zoe", ("theirs",), False, []), ("root", (), True, ["default", "theirs"]),
    ):  # fmt: skip
        page = SignedIn(door, name, *tenants, everywhere=everywhere)("GET", "/console").text
        assert shown(page) == ((tenants or ("default",))[0], offered)


def test_who_may_see_all_is_told_which_there_are(door):
    root = SignedIn(door, "root of all", everywhere=True)
    refused = root.choose("nobody's <b>")
    assert (refused.status_code, "there are: default, theirs" in refused.text) == (404, True)
    assert root.looks_at() == "default"
    assert root.choose("theirs").status_code == 303
    assert root.looks_at() == "theirs"


def test_where_there_is_no_room_for_a_tenant_one_can_still_choose_another(service, tmp_path, make_client):
    keys = Keys(tmp_path)
    client = make_client(create_app(Backend(lambda: service), keys, others=lambda _: Backend(lambda: service), most=0))
    keys.operators.add("ada", "correct horse battery", ["theirs", "default"])
    own = OWN_PAGE | {"cookie": f"segue_session={keys.operators.new_session('ada')}"}
    assert client.get("/v1/listeners", headers=own).status_code == 503
    page = client.get("/console", headers=own)
    assert (page.status_code, shown(page.text)) == (200, ("theirs", ["default", "theirs"]))
    assert client.post("/tenant", data={"tenant": "default"}, headers=own).status_code == 303
    assert client.get("/v1/listeners", headers=own).status_code == 200


def test_nobody_else_chooses_for_an_operator(door):
    """Another site, a page that is out of date, or no session at all."""
    one = SignedIn(door, "eve", "theirs", "default")
    for headers in ({"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert one.choose("default", headers).status_code == 403
    bare = {"cookie": f"segue_session={one.session}"}
    assert door.client.post("/tenant", data={"tenant": "default"}, headers=bare).status_code == 403
    assert one("GET", "/tenant?tenant=default").status_code == 405
    assert one("GET", "/v1/overview?tenant=default").status_code == 400
    assert one("GET", "/v1/overview", {"segue-tenant": "default"}).status_code == 412, "it can refuse, and not choose"
    assert one("GET", "/v1/overview", {"cookie": f"segue_session={one.session}; tenant=default"}).json()["tenant"] == (
        "theirs"
    )
    assert one.looks_at() == "theirs"
    gone = door.client.post("/tenant", data={"tenant": "default"}, headers=OWN_PAGE)
    assert (gone.status_code, gone.headers["location"]) == (303, "/signin")


def test_an_old_page_does_nothing_to_the_tenant_that_is_looked_at_now(door):
    """Two tabs: in one of them another tenant was chosen."""
    one = SignedIn(door, "two tabs", "theirs", "default")
    before = door.ask("default", "GET", "/v1/releases").json()["current"]
    one.choose("default")
    stale = one("POST", "/v1/releases/rollback", {"segue-tenant": "theirs"})
    assert (stale.status_code, "load it anew" in stale.text) == (412, True)
    sent = one("POST", "/v1/events", {"segue-tenant": "theirs"}, json={"type": "save", "listener": "L0"})
    assert sent.status_code == 412
    assert one("GET", "/v1/overview", {"segue-tenant": "default"}).status_code == 200
    assert door.ask("default", "GET", "/v1/releases").json()["current"] == before
    odd = one("GET", "/v1/overview", {"segue-tenant": "%C3%A4%00%0D%0Ax" + "y" * 9_000})
    assert odd.status_code == 412
    assert len(odd.text) < 1_000


def everything_of(one: SignedIn, named: dict[str, list[str]], plain: bool = False) -> list[tuple[str, Any]]:
    """What comes of asking for everything, by the names that a tenant has."""
    queries = ("", "?listener=L0", f"?uri={named['uri'][0]}", "?q=artist", "?tenant=default")
    out = []
    for resource in EVERYTHING:
        if resource.scheme != KEY or not resource.scope:
            continue
        for name in named[resource.in_path[0]] if resource.in_path else [""]:
            path = re.sub(r"{\w+}", quote(name, safe=""), resource.path)
            asked = [path + query for query in queries[: 1 if plain else None]]
            out += [(address, one(resource.method, address)) for address in asked]
    return out


def test_an_operator_of_two_reaches_nothing_of_a_third(door):
    """Also where a right is taken away while somebody is signed in, looking there."""
    named, mark = fillings(door, "default"), MARK["default"]
    before = door.ask("default", "GET", "/v1/releases").text
    one, here = SignedIn(door, "mallory", "theirs", "third"), ""
    for here in ("theirs", "third"):
        assert one.choose(here).status_code == 303
        for tenant in ("default", "", "Default", "default ", "theirs,default", "*", "%"):
            assert one.choose(tenant).status_code == 403, tenant
        assert one.looks_at() == here
        for path, answer in everything_of(one, named, plain=here == "third"):
            assert answer.status_code < 500 or answer.status_code == 503, (path, answer.text)
            assert mark not in answer.text, (path, answer.text[:300])
            assert mark.encode() not in answer.content
    for page in ("/", "/console", "/item/" + named["uri"][0], "/listener/L1"):
        assert "default" not in shown(one("GET", page).text)[1]
    assert door.ask("default", "GET", "/v1/releases").text == before

    one.choose("theirs")
    named = fillings(door, "theirs")
    assert MARK["theirs"] in one("GET", "/v1/items?q=artist").text
    one.operators.revoke("mallory", ["theirs"])
    for path, answer in everything_of(one, named, plain=True):
        assert answer.status_code == 401, path
        assert MARK["theirs"] not in answer.text
    assert shown(one("GET", "/console").text) == ("default", [])
    assert "Sign out" not in one("GET", "/console").text
    one.session = one.operators.new_session("mallory")
    assert one.choose("theirs").status_code == 403
    assert one.looks_at() == "third"
    assert MARK["theirs"] not in one("GET", "/v1/items?q=artist").text


def test_an_older_file_of_operators_has_them_of_the_servers_own_tenant(tmp_path):
    operators = Keys(tmp_path).operators
    operators.add("ada", "correct horse battery")
    with operators.changing() as connection:
        connection.execute("DROP TABLE belongs")
    again = Keys(tmp_path).operators
    assert again.rights()["ada"].tenants == ("default",)


def test_only_the_servers_own_tenant_is_told_of_others_counts(door):
    for tenant in MARK:
        door.ask(tenant, "GET", "/v1/home?listener=L0")
    everything, theirs = (door.ask(name, "GET", "/metrics").text for name in MARK)
    assert 'segue_home_pages_total{made="new",tenant="theirs"}' in everything
    assert 'segue_ready{tenant="theirs"} 1.0' in everything
    assert 'tenant="theirs"' in theirs
    assert 'tenant="default"' not in theirs
    assert "http_requests" not in theirs
    own = door.ask("theirs", "GET", "/v1/metrics").json()
    assert own["ready"]
    assert own["events"]["rejected"] == 1
    assert (own["routes"], own["disk_free_bytes"]) == ([], 0)
    assert own["since"] > NOW - 3_600_000
    assert door.ask("default", "GET", "/v1/metrics").json()["routes"]


def test_requests_are_counted_by_tenant_and_each_sees_its_own(door):
    def seen(tenant: str) -> dict[str, dict[str, int]]:
        told = door.ask(tenant, "GET", "/v1/metrics").json()
        return {one["tenant"]: one["statuses"] for one in told["tenants"]}

    before, theirs = seen("default"), door.keys["theirs"]
    reader, _ = theirs.create((Scope.READ,))
    assert door.client.get("/v1/overview", headers={"authorization": f"Bearer {reader}"}).status_code == 403
    assert door.client.get("/v1/overview", headers={"authorization": "Bearer segue_x_forged"}).status_code == 401
    assert door.client.get("/1/user/L0/listens", headers={"authorization": f"Token {door.own['theirs']}"}).is_success
    after = seen("default")
    grown = {k: after["theirs"].get(k, 0) - before["theirs"].get(k, 0) for k in after["theirs"]}
    assert grown == {k: {"2xx": 1, "4xx": 1}.get(k, 0) for k in grown}, "others' protocols and what is refused, too"
    assert after["default"]["2xx"] == before["default"]["2xx"] + 1, "this very question"
    assert list(seen("theirs")) == ["theirs"]
    unknown, _ = Keys(door.folder, "never opened").create((Scope.INGEST,))
    assert door.client.get("/v1/overview", headers={"authorization": f"Bearer {unknown}"}).status_code == 403
    assert set(seen("default")) >= {"", "default", "theirs"}
    assert "never opened" not in seen("default")


def test_an_operator_of_the_servers_own_is_told_of_all_wherever_they_look(door):
    runs, only = SignedIn(door, "runs it", "theirs", "default"), SignedIn(door, "theirs alone", "theirs")
    assert runs.looks_at() == only.looks_at() == "theirs"
    assert 'tenant="default"' in runs("GET", "/metrics").text
    assert "http_requests" in runs("GET", "/metrics").text
    told, own = runs("GET", "/v1/metrics").json(), only("GET", "/v1/metrics").json()
    assert (told["whole"], bool(told["routes"]), told["disk_free_bytes"] > 0) == (True, True, True)
    assert {"default", "theirs"} <= {one["tenant"] for one in told["tenants"]}
    assert told["events"] == own["events"], "what is of a tenant is of the one that is looked at"
    assert (own["whole"], own["routes"], own["disk_free_bytes"]) == (False, [], 0)
    text = only("GET", "/metrics").text
    assert "http_requests" not in text
    assert set(re.findall('tenant="([^"]*)"', text)) == {"theirs"}
    runs.operators.revoke("runs it", ["default"])
    assert "http_requests" not in runs("GET", "/metrics").text


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


# --- how many are open ----------------------------------------------------------------------------------------------


def asked(metrics: Metrics) -> dict[tuple[str, str], int]:
    """Requests by tenant and status."""
    family = next(f for f in metrics.families(whole=True) if f.name == "segue_tenant_requests")
    return {(s.labels["tenant"], s.labels["status"]): int(s.value) for s in family.samples if s.name.endswith("_total")}


def test_so_many_are_open_and_the_one_asked_longest_ago_makes_room():
    closed: list[str] = []

    class Told(Backend):
        def close(self) -> None:
            closed.append(self.current.tenant if self.current else "")
            super().close()

    metrics = Metrics()

    def made(name: str) -> Tenant:
        service: Any = FakeService()
        service.tenant = name
        return Tenant(name, Told(lambda: service), metrics)

    async def story() -> None:
        tenants = Tenants(made("default"), made, 2, metrics)
        tenants.own.backend.open()
        assert tenants.of("") is tenants.of("default") is tenants.own
        a, b = tenants.of("a"), tenants.of("b")
        assert tenants.of("a") is a
        while b.backend.current is None or a.backend.current is None:
            await asyncio.sleep(0.01)
        metrics.look(b.backend, "b")
        for name, status in (("a", 200), ("b", 200), ("b", 404), ("b", 429), ("never opened", 403)):
            metrics.answered(name, status)
        assert asked(metrics) == {("", "4xx"): 1, ("a", "2xx"): 1, ("b", "2xx"): 1, ("b", "4xx"): 2}
        a.take()
        tenants.of("c")
        assert [t.name for t in tenants.open] == ["default", "a", "c"], "a is being asked"
        while closed != ["b"]:
            await asyncio.sleep(0.01)
        assert b'segue_ready{tenant="b"}' not in metrics.text()
        assert asked(metrics) == {("", "2xx"): 1, ("", "4xx"): 3, ("a", "2xx"): 1}, "b is summed into the rest"
        metrics.answered("b", 200)
        assert asked(metrics)["", "2xx"] == 2, "an answer that was under way when it was let go"
        tenants.of("c").take()
        with pytest.raises(Busy):
            tenants.of("d")
        a.leave()
        tenants.let_go(0.0)
        assert [t.name for t in tenants.open] == ["default", "c"], "nobody asks a any more"
        tenants.let_go()
        assert len(tenants.open) == 2
        await tenants.close()
        assert sorted(closed) == ["a", "b", "c", "default"]

    asyncio.run(story())


SERVE = """
import sys
from pathlib import Path
from segue.web.server import serve
serve(Path(sys.argv[1]), port=0, on_ready=lambda url: print(url, flush=True))
print("ended well", flush=True)
"""


def test_a_real_server_keeps_what_four_tenants_tell_it_though_one_other_may_be_open(tmp_path):
    """Tenants come and go under load, and what was acknowledged is in the log of whose key it was."""
    folder = tmp_path / "ws"
    Workspace.create(folder).close()
    (folder / "segue.toml").write_text("tenants_open = 1\n")
    names = ("default", "a", "b", "c")
    keys = {name: Keys(folder, name).create((Scope.INGEST,))[0] for name in names}
    kept: dict[str, set[str]] = {name: set() for name in names}
    lock = threading.Lock()
    command = [sys.executable, "-c", SERVE, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()

        def send(i: int) -> None:
            name = names[i % 4]
            one = {
                "type": "play",
                "id": f"e{i}",
                "listener": "L0",
                "item": "segue:track:x:1",
                "at": NOW,
                "ms_played": 9,
            }
            for _ in range(60):
                answer = http.post(url + "v1/events", json=one, headers={"authorization": f"Bearer {keys[name]}"})
                if answer.status_code != 503:
                    break
                time.sleep(0.05)
            assert answer.status_code == 202, answer.text
            assert answer.json()["accepted"] == 1
            with lock:
                kept[name].add(f"e{i}")

        try:
            with httpx.Client(timeout=30) as http, ThreadPoolExecutor(4) as pool:
                list(pool.map(send, range(32)))
            process.send_signal(signal.SIGTERM)
            assert "ended well" in process.communicate(timeout=30)[0]
        finally:
            process.kill()
    with Workspace.open(folder) as workspace:
        for name in names:
            assert set(workspace.log.read(name)["id"].to_pylist()) == kept[name]
            assert len(kept[name]) == 8
