import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.writers import PROCESSES, append_batches

from segue.core.errors import InputError
from segue.core.events import (
    AnyEvent,
    Click,
    Counted,
    Impression,
    Play,
    PlaylistAdd,
    Rating,
    Save,
    Search,
    Skip,
    event_id,
)  # fmt: skip
from segue.store import segments
from segue.store.edge import to_table
from segue.store.log import DIRECT
from segue.store.schema import EDGE, STORED
from segue.store.workspace import Workspace

T = "default"


def play(id: str, at: int = 0, listener: str = "u", item: str = "segue:track:1", tenant: str = T) -> Play:
    return Play(id=id, listener=listener, at=at, item=item, ms_played=1_000, tenant=tenant)


def many(n: int, start: int = 0, month: int = 0) -> list[AnyEvent]:
    return [play(f"e{i}", 1_600_000_000_000 + month * 31 * 86_400_000 + i) for i in range(start, start + n)]


def ids(table: pa.Table) -> list[str]:
    return list(table["id"].to_pylist())


def test_events_since_a_time_are_counted_in_sealed_files_and_out_of_them(workspace: Workspace):
    workspace.log.append(many(20))
    workspace.log.seal()
    workspace.log.append(many(5, start=20))
    workspace.log.append([play("other", 1_600_000_000_007, tenant="another")])
    first = 1_600_000_000_000
    counts = [workspace.log.count(T, since) for since in (first, first + 7, first + 20, first + 24, first + 25)]
    assert counts == [25, 18, 5, 1, 0]
    assert workspace.log.count(T) == 25


def test_every_field_comes_back(workspace: Workspace):
    events: list[AnyEvent] = [
        Play(
            id="a", listener="u", at=1, item="segue:track:x", ms_played=7, reason_start="clickrow", shuffle=True,
            context="segue:playlist:p", country="IS", attrs={"bpm": 120}, v=2,
        ),
        Rating(id="b", listener="u", at=2, item="segue:track:x", value=-0.5),
        Counted(id="c", listener="v", at=3, item="segue:artist:y", count=41, ordered=True),
        Impression(
            id="d", listener="u", at=4, item="segue:track:x", page="p1", shelf="s", row=1, position=2, policy="best",
            release="r", propensity=0.25,
        ),
        Search(id="e", listener="u", at=5, words="rain"),
        Click(id="f", listener="u", at=6, item="segue:track:x", position=3),
    ]  # fmt: skip
    workspace.log.append(events)
    before = workspace.log.read(T)
    assert before.schema.equals(STORED)
    assert workspace.log.seal() == 6
    after = workspace.log.read(T)
    assert after.equals(before)
    rows = after.to_pylist()
    assert rows[0] | {"listener": 0, "item": 0, "playlist": 0} == {
        **dict.fromkeys(STORED.names), "seq": 1, "id": "a", "type": 1, "tenant": 1, "listener": 0, "item": 0,
        "playlist": 0, "at": 1, "v": 2, "ms_played": 7, "reason_start": "clickrow", "context": "segue:playlist:p",
        "country": "IS", "attrs": '{"bpm":120}', "shuffle": True, "offline": False,
    }  # fmt: skip
    assert workspace.catalogue.uri(rows[0]["playlist"]) == "segue:playlist:p"
    assert (rows[1]["value"], rows[2]["value"], rows[2]["ordered"]) == (-0.5, 41, True)
    assert rows[2]["listener"] == workspace.catalogue.listener_number(T, "v")
    assert (rows[3]["row"], rows[3]["position"], rows[3]["propensity"]) == (1, 2, 0.25)
    assert (rows[4]["item"], rows[4]["words"]) == (0, "rain")


def test_twice_is_once_in_a_batch_in_front_and_sealed(workspace: Workspace):
    receipt = workspace.log.append([play("a", 1), play("b", 2), play("a", 9)])
    assert (receipt.accepted, receipt.duplicates, receipt.last_seq) == (2, 1, 2)
    again = workspace.log.append([play("b", 3), play("c", 3)])
    assert (again.accepted, again.duplicates, again.items_new, again.last_seq) == (1, 1, 0, 3)
    workspace.log.seal()
    sealed = workspace.log.append([play("a"), play("b"), play("c"), play("d", 4, listener="never seen before")])
    assert (sealed.accepted, sealed.duplicates) == (1, 3)
    assert ids(workspace.log.read(T)) == ["a", "b", "c", "d"]
    assert workspace.log.read(T)["at"].to_pylist() == [1, 2, 3, 4]  # what was first said stays


@pytest.mark.parametrize("known", [0, 1, DIRECT // 2, DIRECT])
def test_a_large_batch_is_sealed_at_once_and_once(workspace: Workspace, known: int):
    workspace.log.append(many(known)[: DIRECT - 1])
    workspace.log.append(many(known)[DIRECT - 1 :])
    batch = many(DIRECT + 10)
    receipt = workspace.log.append(batch)
    assert (receipt.accepted, receipt.duplicates) == (DIRECT + 10 - known, known)
    assert workspace.log.append(batch).accepted == 0
    assert ids(workspace.log.read(T)) == [e.id for e in batch]
    assert workspace.log.count(T) == workspace.log.last_seq == DIRECT + 10


def test_late_events_are_placed(workspace: Workspace):
    workspace.log.append([play("b", 20), play("d", 40)])
    workspace.log.seal()
    workspace.log.append([play("c", 30), play("a", 10), play("c2", 30)])
    assert ids(workspace.log.read(T)) == ["a", "b", "c", "c2", "d"]
    assert ids(workspace.log.read(T, since=20, until=40)) == ["b", "c", "c2"]
    assert ids(workspace.log.tail(T, 0)) == ["b", "d", "c", "a", "c2"]
    assert ids(workspace.log.tail(T, 1, limit=2)) == ["d", "c"]


def test_types_and_columns(workspace: Workspace):
    workspace.log.append([play("a", 1), Save(id="b", listener="u", at=2, item="segue:track:1")])
    found = workspace.log.read(T, types=[Save], columns=["id", "value"])
    assert found.to_pydict() == {"id": ["b"], "value": [None]}


def test_the_front_seals_itself(tmp_path: Path):
    Workspace.create(tmp_path).close()
    (tmp_path / "segue.toml").write_text("seal_rows = 10\n")
    with Workspace.open(tmp_path) as w:
        for i in range(4):
            w.log.append(many(4, 4 * i))
        assert len(list((tmp_path / segments.FOLDER).rglob("*.parquet"))) == 1
        assert w.log.count(T) == 16


def test_months_are_apart_once_they_are_large(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(segments, "ROWS", 50)
    workspace.log.append([*many(60), *many(60, 60, month=1), *many(5, 120, month=2), *many(5, 125, month=3)])
    workspace.log.seal()
    listed = segments.listed(workspace.database.connection)
    assert [s.rows for s in listed] == [60, 60, 10]
    assert [s.path.split("/")[2] for s in listed] == ["2020-09", "2020-10", "2020-11"]


def test_only_segments_of_the_time_asked_for_are_read(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    for month in range(4):
        workspace.log.append(many(10, 10 * month, month))
        workspace.log.seal()
    loaded: list[segments.Segment] = []
    load = segments.load

    def noted(root: Path, segment: segments.Segment, *asked: Any, **more: Any) -> pa.Table:
        loaded.append(segment)
        return load(root, segment, *asked, **more)

    monkeypatch.setattr(segments, "load", noted)
    second = 1_600_000_000_000 + 31 * 86_400_000 + 10
    assert ids(workspace.log.read(T, second, second + 5)) == [f"e{i}" for i in range(10, 15)]
    assert [(s.first_seq, s.last_seq) for s in loaded] == [(11, 20)]
    loaded.clear()
    assert ids(workspace.log.tail(T, 38)) == ["e38", "e39"]
    assert len(loaded) == 1


def test_compact_keeps_every_event(workspace: Workspace):
    for i in range(6):
        workspace.log.append(many(7, 7 * i, month=i % 2))
        workspace.log.seal()
    before = workspace.log.read(T)
    assert workspace.log.compact() == 5
    assert workspace.log.read(T).equals(before)
    assert workspace.log.compact() == 0
    assert workspace.log.append(many(42)).accepted == 0
    assert len(list((workspace.path / segments.FOLDER).rglob("*.parquet"))) == 1


def test_what_a_crash_left_is_swept_at_open(workspace: Workspace):
    workspace.log.append(many(10))
    workspace.log.seal()
    (kept,) = (workspace.path / segments.FOLDER).rglob("*.parquet")
    orphan, draft = kept.with_name("1-orphan.parquet"), kept.with_name(".1-draft.parquet")
    orphan.write_bytes(b"x")
    draft.write_bytes(b"x")
    with workspace.database.write(), Workspace.open(workspace.path):
        assert orphan.exists()  # somebody is writing: it may be theirs
    with Workspace.open(workspace.path) as again:
        assert not orphan.exists()
        assert not draft.exists()
        assert again.log.count(T) == len(again.log.read(T)) == 10


def test_a_batch_is_all_or_nothing(workspace: Workspace):
    with pytest.raises(InputError, match="not an item uri"):
        workspace.log.append([play("a"), play("b", item="junk")])
    assert workspace.log.count(T) == workspace.log.last_seq == 0
    assert workspace.log.append([play("a")]).accepted == 1
    assert workspace.catalogue.listener_number(T, "u") is not None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": ["shout"]}, "no event type 'shout'; types are: play, skip"),
        ({"at": [-1]}, "row 0: time"),
        ({"id": [""]}, "1 to 512 characters"),
        ({"listener": [None]}, "row 0: 'listener' is empty"),
        ({"item": [None]}, "row 0: the event names no item"),
        ({"mood": ["blue"]}, "no event column 'mood'; columns are: id, type"),
        ({"ms_played": ["long"]}, "'ms_played'"),
    ],
)
def test_bad_tables_are_named(workspace: Workspace, change: dict[str, list[object]], message: str):
    good = {"id": ["a"], "type": ["play"], "tenant": [T], "listener": ["u"], "item": ["segue:track:1"], "at": [1]}
    assert workspace.log.append_table(pa.table(good)).accepted == 1
    with pytest.raises(InputError, match=message):
        workspace.log.append_table(pa.table({**good, **change}))


def test_a_table_may_be_in_chunks_and_dictionaries_of_several_tenants(workspace: Workspace):
    one = to_table([play("a", 1), play("b", 2, tenant="other", listener="v", item="segue:track:2")])
    two = to_table([play("c", 3, listener="w"), play("d", 4, tenant="other", listener="v")])
    plain = pa.concat_tables([one, two])
    text = [f.name for f in EDGE if f.type == pa.string()]
    encoded = pa.table({n: plain[n].dictionary_encode() if n in text else plain[n] for n in plain.column_names})
    workspace.log.append_table(encoded)
    assert ids(workspace.log.read(T)) == ["a", "c"]
    assert ids(workspace.log.read("other")) == ["b", "d"]
    assert len(workspace.log.read("other").filter(pa.compute.equal(workspace.log.read("other")["item"], 0))) == 0
    assert workspace.log.append_table(plain).accepted == 0


def test_values_of_a_dictionary_that_no_row_has_become_nobody(workspace: Workspace):
    names = pa.DictionaryArray.from_arrays(pa.array([1], pa.int8()), pa.array(["ghost", "u"]))
    table = to_table([play("a")])
    workspace.log.append_table(table.set_column(table.schema.get_field_index("listener"), "listener", names))
    assert workspace.catalogue.listener_number(T, "ghost") is None


def test_nothing_is_fine(workspace: Workspace):
    assert workspace.log.append([]).accepted == 0
    assert len(workspace.log.read(T)) == workspace.log.seal() == workspace.log.compact() == 0
    assert workspace.log.read(T).schema.equals(STORED)


def test_playlist_of_an_add(workspace: Workspace):
    workspace.log.append(
        [
            PlaylistAdd(id="a", listener="u", at=1, item="segue:track:1", context="segue:playlist:x:p"),
            Skip(id="b", listener="u", at=2, item="segue:track:1", context="segue:album:x:p"),
        ]
    )
    first, second = workspace.log.read(T)["playlist"].to_pylist()
    assert first == workspace.catalogue.number(T, "segue:playlist:x:p")
    assert second == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3 * 31)), max_size=12)),
        st.tuples(st.sampled_from(["seal", "compact", "reopen"]), st.just([])),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_interleaving_reads_as_a_plain_list(tmp_path_factory: pytest.TempPathFactory, steps):
    path = tmp_path_factory.mktemp("log")
    model: dict[str, tuple[int, int]] = {}  # id -> (at, seq)
    workspace = Workspace.create(path)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("segue.store.log.DIRECT", 8)
            for name, events in steps:
                if name == "append":
                    batch = [play(f"e{id}", day * 86_400_000, f"u{id % 3}") for id, day in events]
                    fresh = 0
                    for event in batch:
                        if event.id not in model:
                            model[event.id] = (event.at, len(model) + 1)
                            fresh += 1
                    receipt = workspace.log.append(batch)
                    assert (receipt.accepted, receipt.duplicates) == (fresh, len(batch) - fresh)
                elif name == "reopen":
                    workspace.close()
                    workspace = Workspace.open(path)
                else:
                    getattr(workspace.log, name)()
        want = sorted(model, key=lambda id: model[id])
        assert ids(workspace.log.read(T)) == want
        assert ids(workspace.log.tail(T, 0)) == sorted(model, key=lambda id: model[id][1])
        assert workspace.log.last_seq == workspace.log.count(T) == len(model)
    finally:
        workspace.close()


def test_two_processes_append_at_once(workspace: Workspace):
    writers = [PROCESSES.Process(target=append_batches, args=(workspace.path, name)) for name in ("one", "two")]
    for writer in writers:
        writer.start()
    while any(w.is_alive() for w in writers):
        workspace.log.read(T, columns=["seq"])  # a reader is never in the way, nor finds a file gone
    assert [w.exitcode for w in writers] == [0, 0]
    table = workspace.log.read(T)
    assert len(table) == 2 * (19 * 20 + 6000) + 20 * 5
    assert len(set(ids(table))) == len(table)
    assert np.sort(table["seq"].to_numpy()).tolist() == list(range(1, len(table) + 1))
    assert len(set(table["listener"].to_pylist())) == 6
    assert len(set(table["item"].to_pylist())) == 7


def test_event_ids_are_the_same_for_the_same_row():
    assert event_id("a", 1) == event_id("a", 1) != event_id("a", 2)


def test_who_asks_waits_for_no_writer(workspace: Workspace):
    workspace.log.append([play("a", 1)])
    asked: list[object] = []

    def ask() -> None:
        asked.append(workspace.log.last_seq)
        asked.append(workspace.catalogue.listener_number(T, "u"))
        asked.append(len(workspace.log.tail(T, 0)))

    with workspace.database.write():
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join(5)
        assert asked == [1, 1, 1]


def test_threads_append_and_read_at_once(workspace: Workspace):
    def work(name: int) -> None:
        for b in range(15):
            workspace.log.append([play(f"{name}-{b}-{i}", b, f"u{i}") for i in range(5)])
            assert len(workspace.log.read(T)) >= 5 * (b + 1)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert workspace.log.count(T) == workspace.log.last_seq == len(set(ids(workspace.log.read(T)))) == 300


def test_only_what_says_something_in_a_column_is_read(workspace: Workspace):
    plays = [Play(id=f"d{i}", listener="L", item="segue:track:a:1", at=1_700_000_000_000 + i, ms_played=1,
                  device="phone" if i % 3 == 0 else "") for i in range(30)]  # fmt: skip
    workspace.log.append(plays[:20])
    workspace.log.seal()
    workspace.log.append(plays[20:])
    found = workspace.log.read(T, types=(Play,), columns=("id", "device"), having="device", ordered=False)
    assert sorted(found["id"].to_pylist()) == sorted(p.id for p in plays if p.device)
    assert workspace.log.read(T, types=(Skip,), having="device").num_rows == 0
