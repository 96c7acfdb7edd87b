import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from segue.core.errors import NotReady, UnknownName
from segue.core.events import (
    AnyEvent,
    Counted,
    Follow,
    Item,
    Play,
    PlaylistAdd,
    Rating,
    Remove,
    Save,
    Search,
    Skip,
    Tag,
)
from segue.core.types import Kind
from segue.store.snapshot import FOLDER, open_snapshot, take
from segue.store.workspace import Workspace

T = "default"
DAY = 86_400_000
NOW = 1_600_000_000_000


def number(workspace: Workspace, uri: str) -> int:
    found = workspace.catalogue.number(T, uri)
    assert found is not None
    return found


def add(id: str, day: int, item: str, playlist: str = "segue:playlist:p") -> PlaylistAdd:
    return PlaylistAdd(id=id, listener="curator", at=NOW + day * DAY, item=f"segue:track:{item}", context=playlist)


def play(id: str, item: str, ms: int, at: int = NOW, **more: Any) -> Play:
    return Play(id=id, listener="u", at=at, item=item, ms_played=ms, **more)


def test_same_facts_same_id_and_nothing_rewritten(workspace: Workspace):
    workspace.log.append([play("a", "segue:track:1", 60_000)])
    one = take(workspace, T)
    written = {f: f.stat().st_mtime_ns for f in one.folder.rglob("*")}
    workspace.log.seal()
    workspace.log.append([Search(id="s", listener="u", at=NOW, words="x")])
    two = take(workspace, T)
    assert (two.id, two.folder) == (one.id, one.folder)
    assert {f: f.stat().st_mtime_ns for f in two.folder.rglob("*")} == written
    assert [f.name for f in (workspace.path / FOLDER).iterdir()] == [one.id]
    ids = {one.id, take(workspace, T, simulated=True).id, take(workspace, "other").id}
    workspace.log.append([play("b", "segue:track:1", 60_000)])
    ids.add(take(workspace, T).id)
    workspace.catalogue.add(T, [Item(uri="segue:track:1", title="One")])
    ids.add(take(workspace, T).id)
    assert len(ids) == 5


def test_the_same_facts_elsewhere_have_the_same_id(tmp_path: Path):
    ids = []
    for name in "ab":
        with Workspace.create(tmp_path / name) as w:
            w.log.append([play("a", "segue:track:1", 60_000)], [Item(uri="segue:track:1", genres=("Rock", "Pop"))])
            ids.append(take(w, T).id)
    assert ids[0] == ids[1]


def test_what_counts_as_taken(workspace: Workspace):
    long = Item(uri="segue:track:long", duration_ms=200_000)
    short = Item(uri="segue:track:short", duration_ms=40_000)
    u: dict[str, Any] = {"listener": "u"}
    events: list[AnyEvent] = [
        play("1", "segue:track:long", 30_000, NOW + 1),
        play("2", "segue:track:long", 29_999, NOW + 2),  # too short
        play("3", "segue:track:short", 20_000, NOW + 3),
        play("4", "segue:track:short", 19_999, NOW + 4),  # too short
        play("5", "segue:track:any", 0, NOW + 5),
        play("6", "segue:track:any", 0, NOW + 6, reason_end="fwdbtn"),  # known to be nothing
        Skip(id="7", at=NOW + 7, item="segue:track:any", ms_played=50_000, **u),
        Rating(id="8", at=NOW + 8, item="segue:track:rated", value=0.5, **u),
        Rating(id="9", at=NOW + 9, item="segue:track:hated", value=-1, **u),
        Save(id="a", at=NOW + 10, item="segue:track:saved", **u),
        Save(id="b", at=NOW + 11, item="segue:track:unsaved", **u),
        Remove(id="c", at=NOW + 12, item="segue:track:unsaved", **u),
        Tag(id="d", at=NOW + 13, item="segue:track:long", words="Slow", **u),
        Counted(id="e", at=NOW - 5, item="segue:track:counted", count=41, **u),
    ]
    workspace.log.append(events, [long, short])
    snapshot = take(workspace, T)
    items, weights, at = snapshot.history(1, Kind.TRACK)
    names = [snapshot.catalogue.source_id(int(i)) for i in items]
    assert list(zip(names, weights.tolist())) == [
        ("counted", 41), ("long", 1), ("short", 1), ("any", 1), ("rated", 0.5), ("saved", 1),
    ]  # fmt: skip
    assert at.tolist() == [NOW - 5, NOW + 1, NOW + 3, NOW + 5, NOW + 8, NOW + 10]
    assert snapshot.populations() == [(Kind.TRACK, "listener", 6)]
    data = snapshot.interactions(Kind.TRACK)
    assert (data.ordered, data.timed, data.shape) == (True, True, (1, 8))
    types = {
        f: getattr(data, f).dtype.str[1:] for f in ("owners", "items", "indptr", "rows", "at", "weights", "country")
    }
    assert types == {
        "owners": "i4", "items": "i4", "indptr": "i8", "rows": "i4", "at": "i8", "weights": "f4", "country": "S2",
    }  # fmt: skip
    assert data.matrix().toarray()[0, np.searchsorted(data.items, number(workspace, "segue:track:counted"))] == 41
    out = snapshot.removed("listener")
    assert out.items.tolist() == [number(workspace, "segue:track:unsaved")]
    assert snapshot.catalogue.tag_words(number(workspace, "segue:track:long")) == ("slow",)
    assert snapshot.history(99, Kind.TRACK)[0].tolist() == []
    assert snapshot.interactions(Kind.SHOW).shape == (0, 0)


def test_playlists_own_what_stands_in_them(workspace: Workspace):
    workspace.log.append(
        [
            add("1", 0, "stays"),
            add("2", 1, "goes"),
            add("3", 1, "returns"),
            add("4", 1, "stays", "segue:playlist:q"),
            Remove(id="5", listener="c", at=NOW + 2 * DAY, item="segue:track:goes", context="segue:playlist:p"),
            Remove(id="6", listener="c", at=NOW + 2 * DAY, item="segue:track:returns", context="segue:playlist:p"),
            Remove(id="7", listener="c", at=NOW + 0 * DAY, item="segue:track:stays", context="segue:playlist:q"),
            add("8", 3, "returns"),
        ]
    )
    snapshot = take(workspace, T)
    p, q = number(workspace, "segue:playlist:p"), number(workspace, "segue:playlist:q")
    stays, goes, returns = (number(workspace, f"segue:track:{name}") for name in ("stays", "goes", "returns"))
    assert snapshot.interactions(Kind.TRACK, "playlist").owners.tolist() == sorted([p, q])
    items, _, at = snapshot.history(p, Kind.TRACK, "playlist")
    assert items.tolist() == [stays, returns]
    assert at.tolist() == [NOW, NOW + 3 * DAY]
    assert snapshot.history(q, Kind.TRACK, "playlist")[0].tolist() == [stays]  # removed before it was added
    out = snapshot.removed()
    assert list(zip(out.owners, out.items, out.added, out.removed)) == [
        (p, goes, NOW + DAY, NOW + 2 * DAY), (p, returns, NOW + DAY, NOW + 2 * DAY),
    ]  # fmt: skip
    ever = snapshot.ever(Kind.TRACK)
    lo, hi = ever.indptr[np.searchsorted(ever.owners, p) :][:2]
    assert ever.items[ever.rows[lo:hi]].tolist() == [stays, goes, returns, returns]
    assert (np.diff(ever.at[lo:hi]) >= 0).all()


def test_order_and_times_are_told(workspace: Workspace):
    def counted(kind: str, ordered: bool, at: int) -> list[AnyEvent]:
        return [
            Counted(id=f"{kind}{i}", listener="u", at=at * i, item=f"segue:{kind}:{i}", count=2, ordered=ordered)
            for i in range(3)
        ]

    workspace.log.append([*counted("track", False, 0), *counted("artist", True, 1)])
    workspace.log.append([Play(id="x", listener="u", at=NOW, item="segue:show:1", ms_played=0)])
    snapshot = take(workspace, T)
    told = {k: (snapshot.interactions(k).ordered, snapshot.interactions(k).timed) for k, _, _ in snapshot.populations()}
    assert told == {Kind.TRACK: (False, False), Kind.ARTIST: (True, False), Kind.SHOW: (True, True)}


def test_artists_come_from_tracks_only_where_nobody_took_one(workspace: Workspace):
    song = Item(uri="segue:track:1", artists=("segue:artist:a", "segue:artist:b"))
    workspace.log.append([play("1", song.uri, 0), play("2", song.uri, 0, NOW + 1)], [song])
    lifted = take(workspace, T)
    assert lifted.derived(Kind.ARTIST)
    assert lifted.history(1, Kind.ARTIST)[0].tolist() == [number(workspace, "segue:artist:a")] * 2
    workspace.log.append([Follow(id="3", listener="u", at=NOW, item="segue:artist:b")])
    direct = take(workspace, T)
    assert not direct.derived(Kind.ARTIST)
    assert direct.history(1, Kind.ARTIST)[0].tolist() == [number(workspace, "segue:artist:b")]


def test_listeners(workspace: Workspace):
    workspace.log.append(
        [
            play("1", "segue:track:src:1", 0, country="IS"),
            play("2", "segue:track:other:1", 0, NOW + 2, country="no"),
            play("3", "segue:track:other:1", 0, NOW + 3),
            Search(id="4", listener="silent", at=NOW, words="x"),
        ]
    )
    snapshot = take(workspace, T)
    who = snapshot.listeners
    assert (len(who), who.id(1), who.number("u"), who.number("nobody"), who.id(77)) == (2, "u", 1, None, "")
    assert (who.namespace(1), who.namespace(2)) == ("src", "")
    assert who.country.tolist() == [b"NO", b""]
    assert snapshot.interactions(Kind.TRACK).country.tolist() == [b"NO"]


def test_view_columns_line_up(workspace: Workspace):
    workspace.catalogue.add(
        T,
        [
            Item(
                uri="segue:track:1", title="Einn", countries=("is", "FO"), released=5, description="d",
                artists=("segue:artist:x",), album="segue:album:y", genres=("Rock ", "rock"), language="is",
            ),
            Item(uri="segue:track:2", available_from=NOW, explicit=True),
        ],
    )  # fmt: skip
    view = take(workspace, T).catalogue
    one, two = view.of_kind(Kind.TRACK).tolist()
    rows = view.rows(np.array([two, one, 0, 9_999], np.int32))
    assert rows.tolist() == [view.row(two), view.row(one), -1, -1]
    assert (view.title(one), view.title(two), view.language(one)) == ("Einn", "2", "is")
    with pytest.raises(UnknownName):
        view.title(9_999)
    here = np.array([view.row(one), view.row(two)])
    assert view.available("IS", NOW)[here].tolist() == [True, True]
    assert view.available("SE", NOW)[here].tolist() == [False, True]
    assert view.available("", NOW - 1)[here].tolist() == [False, False]
    attributes = view.attributes(Kind.TRACK)
    assert attributes.artist.tolist() == [number(workspace, "segue:artist:x"), 0]
    assert attributes.album.tolist() == [number(workspace, "segue:album:y"), 0]
    assert attributes.artists.shape == (2, 1 + int(view.items.max()))
    assert attributes.artists.nonzero()[1].tolist() == [number(workspace, "segue:artist:x")]
    assert attributes.tags.toarray().tolist() == [[2.0], [0.0]]  # said twice, in two spellings
    assert (attributes.released.tolist(), attributes.explicit.tolist()) == ([5, 0], [False, True])


def test_playlists_that_listeners_made_are_private(workspace: Workspace):
    uris = ("segue:playlist:own:1", "segue:playlist:x:1", "segue:track:own:1")
    workspace.catalogue.add(T, [Item(uri=uri, title="One") for uri in uris])
    view = take(workspace, T).catalogue
    numbers = np.array([number(workspace, uri) for uri in uris], np.int32)
    assert view.private[view.rows(numbers)].tolist() == [True, False, False]
    assert view.public(numbers).tolist() == numbers[1:].tolist()
    assert view.available("IS", NOW)[view.rows(numbers)].tolist() == [False, True, True]


def test_an_empty_workspace_has_a_snapshot(workspace: Workspace):
    snapshot = take(workspace, T)
    assert (len(snapshot.catalogue), len(snapshot.listeners), snapshot.populations()) == (0, 0, [])
    assert snapshot.catalogue.rows(np.array([1], np.int32)).tolist() == [-1]
    assert snapshot.catalogue.find("x") == []
    assert snapshot.interactions(Kind.TRACK).shape == (0, 0)


def test_drafts_of_a_crash_go_in_time(workspace: Workspace):
    take(workspace, T)
    old, young = (workspace.path / FOLDER / f".draft-{name}" for name in ("old", "young"))
    for draft in (old, young):
        draft.mkdir()
    os.utime(old, (0, 0))
    take(workspace, T, simulated=True)
    assert (old.exists(), young.exists()) == (False, True)


def test_no_snapshot_there(tmp_path: Path):
    with pytest.raises(NotReady, match="segue train"):
        open_snapshot(tmp_path)


def test_a_large_one_opens_in_milliseconds(workspace: Workspace):
    n = 200_000
    rng = np.random.default_rng(1)

    def words(values: list[str], codes: np.ndarray) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(values))

    table = pa.table(
        {
            "id": [str(i) for i in range(n)],
            "type": words(["play"], np.zeros(n)),
            "tenant": words([T], np.zeros(n)),
            "listener": words([f"u{i}" for i in range(5_000)], rng.integers(0, 5_000, n)),
            "item": words([f"segue:track:{i}" for i in range(20_000)], rng.integers(0, 20_000, n)),
            "at": NOW + rng.integers(0, 90 * DAY, n),
            "ms_played": pa.array(rng.integers(0, 200_000, n), pa.int32()),
        }
    )
    assert workspace.log.append_table(table).accepted == n
    folder = take(workspace, T).folder
    times = []
    for _ in range(3):
        start = time.perf_counter()
        snapshot = open_snapshot(folder)
        history = snapshot.history(17, Kind.TRACK)
        times.append(time.perf_counter() - start)
    assert len(history[0])
    assert min(times) < 0.25
    with pytest.raises(ValueError, match="read-only"):
        snapshot.interactions(Kind.TRACK).rows[0] = 1
    data = snapshot.interactions(Kind.TRACK)
    assert ((np.diff(data.at) >= 0) | np.isin(np.arange(1, len(data.at)), data.indptr)).all()
