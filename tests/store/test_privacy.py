import json
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from segue.core.errors import UnknownName
from segue.core.events import EVENT_TYPES, AnyEvent, Play, PlaylistAdd, Rating, Search, Tag, parse_event
from segue.core.types import Kind
from segue.store.privacy import export_listener, forget_listener
from segue.store.snapshot import open_snapshot, take
from segue.store.workspace import QUARANTINE, Workspace

T = "default"
NOW = 1_600_000_000_000
WHO = "quite-a-särskild-listener"


def events(listener: str, n: int, start: int = 0) -> list[AnyEvent]:
    return [
        Play(
            id=f"{listener}/{i}", listener=listener, at=NOW + i, item=f"segue:track:{i % 7}", ms_played=60_000,
            attrs={"friend": listener}, device=f"phone of {listener}",
        )
        for i in range(start, start + n)
    ]  # fmt: skip


def holders(folder: Path, word: str) -> list[str]:
    """Every file with the word in its bytes, or in a value of its columns."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            hit = word.encode() in raw or json.dumps(word)[1:-1].encode() in raw
            if path.suffix == ".parquet":
                hit = hit or any(word in str(row) for row in pq.read_table(path, partitioning=None).to_pylist())
            if hit:
                found.append(path.relative_to(folder).as_posix())
    return found


def test_export_is_what_came_in(workspace: Workspace, tmp_path: Path):
    said: list[AnyEvent] = [
        *events(WHO, 3),
        Rating(id="r", listener=WHO, at=NOW + 5, item="segue:track:x:7", value=0.5),
        Search(id="s", listener=WHO, at=NOW + 6, words="rain"),
        PlaylistAdd(id="p", listener=WHO, at=NOW + 7, item="segue:track:1", context="segue:playlist:mine"),
    ]
    workspace.log.append([*said, *events("other", 4)])
    workspace.log.seal()
    assert export_listener(workspace, T, WHO, tmp_path / "out.zip") == 6
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        profile = json.loads(archive.read("profile.json"))
        back = [parse_event(line) for line in archive.read("events.jsonl").splitlines()]
    assert back == said
    times = {"first_at": NOW, "last_at": NOW + 7}
    assert profile == {"tenant": T, "listener": WHO, "events": 6, **times, "players": [], "devices": []}
    with pytest.raises(UnknownName):
        export_listener(workspace, T, "nobody", tmp_path / "out.zip")


def test_exported_are_events_of_all_types_in_order_of_time(workspace: Workspace, tmp_path: Path):
    """The same as all of the log would give, less what is of others; late ones and sealed ones, too."""
    said: list[Any] = []
    for i, kind in enumerate(EVENT_TYPES):
        given: dict[str, Any] = {
            "item": "segue:track:1",
            "words": "rain",
            "subject": "genre:pop",
            "value": 1.0,
            "count": 2.0,
        }
        given |= {"ms_played": 60_000, "ordered": True, "context": "segue:playlist:mine", "propensity": 0.5}
        given |= {"page": "p", "shelf": "s", "row": 1, "position": 2, "policy": "greedy"}
        fields = {name: value for name, value in given.items() if name in kind.__struct_fields__}
        said += [kind(id=f"{who}{i}", listener=who, at=NOW - i % 3, **fields) for who in (WHO, "other")]
    workspace.log.append(said[::2] + events("other", 3_000))
    workspace.log.append(events(WHO, 3_000, 5_000))
    workspace.log.seal()
    workspace.log.append(said[1::2] + events(WHO, 9))
    number = workspace.catalogue.listener_number(T, WHO)
    table = workspace.log.read(T)
    expected = table.filter(pc.equal(table["listener"], number))["id"].to_pylist()
    assert export_listener(workspace, T, WHO, tmp_path / "out.zip") == len(expected)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        told = [json.loads(row) for row in archive.read("events.jsonl").splitlines()]
    assert [event["id"] for event in told] == expected
    assert len({event["type"] for event in told}) == len(EVENT_TYPES)
    assert {event["listener"] for event in told} == {WHO}


def test_forgotten_in_every_byte(workspace: Workspace):
    workspace.log.append([*events(WHO, 6_000), *events("other", 3_000)])  # sealed at once
    workspace.log.append([*events(WHO, 10, 6_000), *events("other", 10, 3_000)])
    workspace.log.seal()
    workspace.log.append([*events(WHO, 10, 6_010), Tag(id="t", listener=WHO, at=NOW, item="segue:track:1", words="x")])
    workspace.log.append([Search(id="s", tenant="elsewhere", listener="third", at=NOW, words="y")])
    needed, spare, elsewhere = take(workspace, T), take(workspace, T, simulated=True), take(workspace, "elsewhere")
    release = workspace.path / "releases" / "r1"
    release.mkdir(parents=True)
    (release / "manifest.json").write_text(json.dumps({"snapshot": needed.id}))
    (release / "pages.jsonl").write_text(json.dumps({"listener": WHO}) + "\n")
    (spare.folder.parent / ".draft-left").mkdir()  # by a crash, as is the next
    (spare.folder.parent / ".draft-left" / "id.arrow").write_text(WHO)
    (sealed,) = workspace.path.glob("events/1/*/1-*.parquet")
    sealed.with_name("1-left.parquet").write_bytes(sealed.read_bytes())
    (workspace.path / "state.json").write_text(f'{{"last": "{WHO}"}}')
    before = holders(workspace.path, WHO)
    assert {name.split("/")[0].split("-")[0] for name in before} >= {"events", "snapshots", "releases"}
    number = workspace.catalogue.listener_number(T, WHO)
    done = forget_listener(workspace, T, WHO)
    assert holders(workspace.path, WHO) == []
    assert done.events == 6_021
    assert set(done.snapshots) == {needed.id, spare.id}
    assert done.deleted == ("releases/r1/pages.jsonl", "state.json")
    assert done.retrain == ("releases/r1",)
    assert workspace.log.count(T) == len(workspace.log.read(T)) == 3_010
    assert workspace.catalogue.listener_number(T, WHO) is None
    assert workspace.catalogue.listener_number(T, "other") is not None
    again = open_snapshot(workspace.path / "snapshots" / needed.id)  # the release serves on
    assert again.id == needed.id
    assert again.listeners.number(WHO) is None
    assert len(again.interactions(Kind.TRACK).rows) == 3_010
    assert not spare.folder.exists()
    assert elsewhere.folder.exists()
    assert number is not None
    with pytest.raises(UnknownName):
        forget_listener(workspace, T, WHO)


def test_may_come_back_as_somebody_new(workspace: Workspace):
    workspace.log.append([*events(WHO, 5), *events("other", 5)])
    first = workspace.catalogue.listener_number(T, WHO)
    with Workspace.open(workspace.path) as elsewhere:  # another process forgets
        forget_listener(elsewhere, T, WHO)
    receipt = workspace.log.append(events(WHO, 5))
    assert (receipt.accepted, receipt.duplicates) == (5, 0)
    second = workspace.catalogue.listener_number(T, WHO)
    assert second not in (None, first)
    assert set(workspace.log.read(T)["listener"].to_pylist()) == {
        second,
        workspace.catalogue.listener_number(T, "other"),
    }
    assert workspace.log.append(events("other", 5)).accepted == 0


def test_a_short_id_takes_no_others_files(workspace: Workspace):
    workspace.log.append([*events("2", 5), *events("22", 5)])
    (workspace.path / "releases").mkdir()
    for name, text in (
        ("scores", '{"k": 2, "ndcg": "2"}'),
        ("of22", '{"listener": "22"}'),
        ("of2", '{"listener": "2"}'),
    ):
        (workspace.path / "releases" / f"{name}.json").write_text(text)
    assert forget_listener(workspace, T, "2").deleted == ("releases/of2.json",)
    assert workspace.log.count(T) == 5


def test_what_serving_needs_stays_and_is_told(workspace: Workspace):
    workspace.log.append(events("playlist-archive", 2))
    (workspace.path / "releases").mkdir()
    (workspace.path / "releases" / "manifest.json").write_text('{"format": "playlist-archive"}')
    done = forget_listener(workspace, T, "playlist-archive")
    assert (done.deleted, done.left) == ((), ("releases/manifest.json",))


def test_what_is_another_tenants_stays_whatever_a_listener_is_called(workspace: Workspace):
    """Two tenants have a listener of the same name; and a name may be one that files of the workspace need."""
    name = "r-0123456789ab"
    workspace.log.append(events(name, 2))
    workspace.log.append([msgspec.structs.replace(e, tenant="other") for e in events(name, 2)])
    said = f'{{"listener": "{name}"}}'
    own, theirs = (workspace.derived(QUARANTINE, tenant) for tenant in (T, "other"))
    release = workspace.path / "releases" / "r-1"
    for folder in (own, theirs, release):
        folder.mkdir(parents=True)
        (folder / "rows.jsonl").write_text(said)
    (release / "manifest.json").write_text('{"tenant": "other"}')
    (workspace.path / "releases" / "current-01234567.json").write_text(f'{{"current": "{name}"}}')
    done = forget_listener(workspace, T, name)
    assert done.deleted == ((own / "rows.jsonl").relative_to(workspace.path).as_posix(),)
    assert done.left == ("releases/current-01234567.json",)
    assert workspace.log.count("other") == 2
    assert (theirs / "rows.jsonl").read_text() == (release / "rows.jsonl").read_text() == said


def test_what_was_fitted_stays_whatever_a_listener_is_called(workspace: Workspace):
    """A word of the catalogue, or the name of a recipe, is no trace; what names items may be one."""
    workspace.log.append(events("energetic", 2))
    step = "runs/moods-0123456789abcdef"
    stay = (
        "releases/r-1/moods/moods.json", "releases/r-1/models/track-listener/names.json",
        "releases/r-1/models/track-listener/item-knn/model.json", "releases/r-1/space/words/words.json",
        "releases/r-1/crossing/show/model.json", "releases/r-1/taught/heads/stream/network.onnx",
        f"{step}/moods.json", "runs/.draft-1-x/moods.json",
    )  # fmt: skip
    go = ("releases/r-1/taught/report.json", "runs/teach-0123456789abcdef/report.json", "releases/r-1/notes.txt")
    for name in (*stay, *go):
        (workspace.path / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace.path / name).write_text('{"names": ["energetic"]}')
    done = forget_listener(workspace, T, "energetic")
    assert sorted(done.deleted) == sorted(go)
    assert done.left == ()
    assert all((workspace.path / name).is_file() for name in stay)


def test_refused_rows_of_a_listener_go_with_a_short_id_and_of_nobody_else(workspace: Workspace):
    workspace.log.append([*events("anna", 2), Search(id="s", tenant="other", listener="bobby", at=NOW, words="y")])
    rows = [
        json.dumps({"line": i, "reason": "no time", "raw": f"{who},2,,1"}) for i, who in enumerate(("bobby", "anna"))
    ]
    own, theirs, before = workspace.derived(QUARANTINE, T), workspace.derived(QUARANTINE, "other"), Path(QUARANTINE)
    for folder in (own, theirs, workspace.path / before):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "rows.jsonl").write_text("\n".join(rows) + "\n")
    (own / "bobbys.jsonl").write_text(rows[0] + "\n")
    done = forget_listener(workspace, T, "bobby")
    assert (done.events, done.refused, done.left) == (0, 3, ())
    assert done.deleted == ((own / "bobbys.jsonl").relative_to(workspace.path).as_posix(),)
    for folder in (own, workspace.path / before):
        assert (folder / "rows.jsonl").read_text() == rows[1] + "\n"
    assert (theirs / "rows.jsonl").read_text() == "\n".join(rows) + "\n"
    for nobody in ("bobby", ""):
        with pytest.raises(UnknownName):
            forget_listener(workspace, T, nobody)
