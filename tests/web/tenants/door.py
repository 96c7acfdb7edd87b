"""Two tenants of one workspace behind one door, keys of each, and browsers of operators."""

import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from segue.app import open_service
from segue.core.events import Item, Play
from segue.fitted import save_model
from segue.models.item_knn import plugin as ItemKNN
from segue.runs.releases import Manifest, Population, promote, write_release
from segue.store import snapshot
from segue.store.delivery.intake import Intake
from segue.store.workspace import Workspace
from segue.web.application import EVERYTHING, create_app
from segue.web.auth import Keys, Scope
from segue.web.resource import KEY
from segue.web.service import Backend

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
