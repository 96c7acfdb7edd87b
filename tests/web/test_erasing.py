"""A listener is exported and erased over HTTP: no trace in any byte of the workspace, and a receipt that stands."""

import gzip
import json
import shutil
import time
import zipfile
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segue.app import open_service
from segue.core.events import Play, Search, Tag, Tune
from segue.importers.interactions import Interactions
from segue.jobs.ingest import ingest
from segue.store.receipts import Receipt, erase, verify
from segue.store.snapshot import take
from segue.store.workspace import Workspace
from segue.surfaces.playlists import Edit
from segue.web.application import create_app
from segue.web.auth import Keys, Scope
from segue.web.service import Backend

WHO, OTHER = "quite-a-särskild-listener", "L0"
NOW = 1_790_000_000_000


def decoded(path: Path) -> str:
    """What a reader of its form would see; empty where it has none."""
    if path.suffix == ".parquet":
        return str(pq.read_table(path, partitioning=None).to_pydict())
    if path.suffix in (".arrow", ".feather"):
        with pa.memory_map(str(path)) as source:
            for opened in (pa.ipc.open_file, pa.ipc.open_stream):
                try:
                    return str(opened(source).read_all().to_pydict())
                except pa.ArrowInvalid:
                    source.seek(0)
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
    return ""


def holders(folder: Path, *words: str) -> list[str]:
    """Every file with one of the words in its bytes, its name, or what it holds once decoded."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        raw, text = path.read_bytes(), decoded(path)
        for word in words:
            forms = (word.encode(), json.dumps(word)[1:-1].encode(), word.encode("utf-16-le"))
            if any(form in raw for form in forms) or word in text or word in path.name:
                found.append(path.relative_to(folder).as_posix())
    return found


@pytest.fixture
def folder(planted, tmp_path):
    copy = tmp_path / "ws"
    shutil.copytree(planted, copy)
    with Workspace.open(copy) as workspace:
        workspace.log.append([
            Play(id=f"{WHO}/{i}", listener=WHO, at=NOW + i, item=f"segue:track:t:a0t{i % 8}", ms_played=60_000,
                 device=f"phone of {WHO}") for i in range(6_000)
        ])  # fmt: skip
        edit = Edit.new(WHO, "songs for nobody else", NOW)
        edit.add(["segue:track:t:a0t1"])
        workspace.log.append([*edit.events, Tag(id="tag", listener=WHO, at=NOW, item="segue:track:t:a0t1", words="x"),
                              Tune(id="tune", listener=WHO, at=NOW, subject=f"genre:{WHO} pop", value=-1)],
                             edit.items)  # fmt: skip
        take(workspace, "default")
        workspace.log.append([Search(id="s", listener=WHO, at=NOW, words=f"songs of {WHO}")])
    return copy


@pytest.fixture
def keys(folder):
    return Keys(folder, "default")


@pytest.fixture
def service(folder):
    with open_service(folder) as opened:
        yield opened


@pytest.fixture
def client(service, keys, make_client):
    return make_client(create_app(Backend(lambda: service), keys))


def test_erased_from_every_file_with_a_receipt(client, keys, folder, service):
    own = {"authorization": f"Bearer {keys.create((Scope.LISTENER,), listener=WHO)[0]}"}
    admin = {"authorization": f"Bearer {keys.create((Scope.ADMIN,))[0]}"}
    bad = [{"type": "play", "listener": WHO, "id": "bad", "at": 1}, {"listener": WHO}]
    sent = client.post("/v1/events", json={"events": bad, "client": f"{WHO}'s phone", "first": 1}, headers=own)
    assert sent.json()["rejected"], "dead letters, and a client of the audit"
    shown = client.get("/v1/home", params={"listener": WHO, "impressions": "true"}, headers=own)
    assert shown.json().get("known", True)
    export = client.post(f"/v1/listeners/{WHO}/export", headers=own)
    assert export.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(BytesIO(export.content)) as archive:
        assert json.loads(archive.read("profile.json"))["events"] == 6_005
    before = {name.split("/")[0].split("-")[0] for name in holders(folder, WHO)}
    assert before >= {"store.sqlite", "events", "snapshots", "keys.json"}
    done = client("DELETE", f"/v1/listeners/{WHO}", headers=own)
    assert done.status_code == 200, done.text
    receipt = done.json()
    assert holders(folder, WHO, "songs for nobody else") == []
    removed = {s["store"]: s["removed"] for s in receipt["stores"]}
    assert removed["event log"] >= 6_005, "what was shown a moment ago included"
    assert removed["keys"] == 1
    assert removed["dead letters"] >= 1
    assert removed["playlists"] == 1
    assert WHO not in done.text
    assert abs(receipt["at"] - time.time() * 1000) < 60_000
    assert client.get("/v1/listeners/x/history", headers=own).status_code == 401, "the key is gone"
    assert client.get("/v1/home", params={"listener": WHO}, headers=admin).json()["known"] is False
    assert client.get("/v1/home", params={"listener": OTHER}, headers=admin).json().get("known", True)
    for about in ("history", "taste"):  # as of somebody who was never heard of
        gone, never = (client.get(f"/v1/listeners/{who}/{about}", headers=admin) for who in (WHO, "never-heard-of"))
        assert (gone.status_code, gone.text.replace(WHO, "never-heard-of")) == (200, never.text)
        heard = client.get(f"/v1/listeners/{OTHER}/{about}", headers=admin).text
        assert heard.replace(OTHER, "never-heard-of") != never.text
    assert holders(folder, WHO) == []
    for changed, same in ((receipt, True), (receipt | {"at": 1}, False), (receipt | {"signature": "0" * 64}, False)):
        said = client.post("/v1/receipts/verify", json=changed, params={"listener": WHO}, headers=admin).json()
        assert said == {"valid": same, "same_listener": True}
    other = client.post("/v1/receipts/verify", json=receipt, params={"listener": OTHER}, headers=admin).json()
    assert other == {"valid": True, "same_listener": False}
    odd = client.post("/v1/receipts/verify", json=receipt | {"listener": "ä"}, params={"listener": WHO}, headers=admin)
    assert odd.json() == {"valid": False, "same_listener": False}
    kept = msgspec.json.decode(done.content, type=Receipt)
    assert verify(folder, kept, WHO).valid
    (folder / "elsewhere").mkdir()
    assert not verify(folder / "elsewhere", kept, WHO).valid, "another workspace did not sign it"
    assert client("DELETE", f"/v1/listeners/{WHO}", headers=admin).status_code == 404


@pytest.mark.parametrize("listener", ["energetic", "item-knn", "2"])
def test_a_listener_may_be_called_as_what_a_release_is_made_of(folder, listener):
    with Workspace.open(folder) as workspace:
        workspace.log.append([Play(id="x", listener=listener, at=NOW, item="segue:track:t:a0t0", ms_played=60_000)])
        before = {p.relative_to(folder) for p in (folder / "releases").rglob("*") if p.is_file()}
        done = erase(workspace, "default", listener)
        assert {p.relative_to(folder) for p in (folder / "releases").rglob("*") if p.is_file()} == before
        assert not [name for name in done.left if Path(name).name not in ("manifest.json", "segue.toml")]
    with open_service(folder) as opened:
        assert opened.home(OTHER).known
        assert not opened.home(listener).known


def test_refused_rows_of_an_import_go_and_those_of_others_are_still_told(folder, keys, make_client):
    rows = ["user,item,time,count", "bobby,2,notatime,1", "anna,2,notatime,1", '"o""neil, b",2,notatime,1',
            "bobby,3,2020-01-01,nothing", "bobby,3,2020-01-01,2"]  # fmt: skip
    (folder.parent / "pl.csv").write_text("\n".join(rows) + "\n")
    with Workspace.open(folder) as workspace:
        importer = Interactions(listener="user", item="item", time="time", weight="count")
        report = ingest(workspace, "interactions", importer, folder.parent / "pl.csv", "default")
    assert (report.events, report.quarantined) == (1, 4)
    admin = {"authorization": f"Bearer {keys.create((Scope.ADMIN,))[0]}"}
    with open_service(folder) as service:
        client = make_client(create_app(Backend(lambda: service, folder=folder), keys))

        def told():
            (made,) = client.get("/v1/imports", headers=admin).json()["imports"]
            found = client.get(f"/v1/imports/{made['id']}/quarantine", headers=admin)
            assert found.status_code == 200
            assert found.json()["quarantined"] == made["quarantined"] == 4, "so many were refused, whoever is gone"
            return [row["raw"] for row in found.json()["rows"]]

        assert len(told()) == 4
        for listener, events, refused, left in (
            ("bobby", 1, 2, [rows[2], rows[3]]), ('o"neil, b', 0, 1, [rows[2]]), ("anna", 0, 1, []),
        ):  # fmt: skip
            done = client("DELETE", f"/v1/listeners/{quote(listener)}", headers=admin)
            assert done.status_code == 200, done.text
            removed = {s["store"]: s["removed"] for s in done.json()["stores"]}
            assert (removed["event log"], removed["quarantine"]) == (events, refused)
            assert done.json()["left"] == []
            assert verify(folder, msgspec.json.decode(done.content, type=Receipt), listener).same_listener
            assert told() == left
            assert holders(folder / "quarantine", listener) == []
        assert not list((folder / "quarantine").rglob("*.jsonl"))


def test_who_may(client, keys):
    heads = {
        name: {"authorization": f"Bearer {keys.create(scopes, listener=listener)[0]}"}
        for name, scopes, listener in (
            ("reader", (Scope.READ, Scope.INGEST), ""), ("stranger", (Scope.LISTENER,), "L1"),
            ("reads its own", (Scope.READ,), OTHER),
        )
    }  # fmt: skip
    for headers in heads.values():
        assert client.post(f"/v1/listeners/{OTHER}/export", headers=headers).status_code == 403
        assert client("DELETE", f"/v1/listeners/{OTHER}", headers=headers).status_code == 403
    assert client("DELETE", f"/v1/listeners/{OTHER}").status_code == 401


def test_erased_before_there_is_a_release(tmp_path, make_client):
    from segue.core.errors import NotReady
    from segue.store.delivery.intake import Intake

    def no_release():
        raise NotReady("no release")

    with Workspace.create(tmp_path) as workspace:
        workspace.log.append([Search(id="s", listener=WHO, at=NOW, words="y")])
    opened = Workspace.open(tmp_path)
    client = make_client(create_app(Backend(no_release, open_intake=lambda: Intake(opened, "default"))))
    assert client("DELETE", f"/v1/listeners/{WHO}").json()["stores"][0] == {"store": "event log", "removed": 1}
    assert holders(tmp_path, WHO) == []
    assert client("DELETE", f"/v1/listeners/{WHO}").status_code == 404


def test_a_server_notices_what_another_process_forgot(service, folder):
    with Workspace.open(folder) as elsewhere:
        erase(elsewhere, "default", OTHER)
    assert service.reload()
    assert not service.home(OTHER).known
    assert OTHER not in [one.id for one in service.listeners()]
    assert not service.reload()


def test_what_changes_while_it_is_read_is_read_once_more(service, folder, monkeypatch):
    """A second listener is forgotten while the release is opened without the first."""
    before = service._open

    def opening():
        opened = before()
        monkeypatch.undo()
        erase(elsewhere, "default", "L2")
        return opened

    with Workspace.open(folder) as elsewhere:
        erase(elsewhere, "default", "L1")
        monkeypatch.setattr(service, "_open", opening)
        assert not service.reload()
        assert service.reload()
    assert {"L1", "L2"}.isdisjoint(one.id for one in service.listeners(limit=200))
