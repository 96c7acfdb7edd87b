"""The columns of a snapshot, from the catalogue and the log of one tenant: merges followed, facts put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segue.core.events import Counted, Follow, Play, PlaylistAdd, Rating, Remove, Save, Tag
from segue.core.types import I32, I64, Bools, Kind
from segue.store.columns import Column
from segue.store.database import Database
from segue.store.edge import code
from segue.store.log import EventLog

HEARD_MS = 30_000
"""A play counts from here on, or from half the known duration; a scrobble (no time, no reason to end) counts."""
REAL_TIME = 10_000_000_000
"""Below it (April 1970) `at` is taken for a running number."""
DERIVED = {Kind.ARTIST: (Kind.TRACK, "artist"), Kind.SHOW: (Kind.EPISODE, "album")}
"""Where nobody takes a kind directly, it is taken with the items that belong to it."""
_TAKES = (Play, Save, Follow, PlaylistAdd, Rating, Counted)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What every number of the tenant means: arrays by number (M+1,)."""

    items: I32  # (N,) sorted: what stands after merges
    root: I32  # (M+1,) the number that stands for it, 0 unknown
    position: I32  # (M+1,) its position in `items`, -1 unknown
    space: I32  # (M+1,) which namespace it came from, -1 unknown
    spaces: list[str]


@dataclass(frozen=True, slots=True)
class Taken:
    """Positive events, by (at, seq)."""

    owner: I32  # (E,)
    item: I32  # (E,) position in `items`
    at: I64
    weight: NDArray[np.float32]
    counted: Bools
    running: Bools  # a total that at least kept its order

    def where(self, keep: Bools) -> Taken:
        return Taken(
            self.owner[keep], self.item[keep], self.at[keep], self.weight[keep], self.counted[keep], self.running[keep]
        )


def columns_of(database: Database, log: EventLog, tenant: str) -> tuple[dict[str, Column], list[dict[str, Any]]]:
    """Every column of a snapshot by name, and what is to be known of each population."""
    number = database.tenant(tenant)
    numbers, columns = _catalogue(database, number)
    names = ["at", "type", "listener", "item", "playlist", "ms_played", "value", "ordered", "country", "reason_end"]
    events = log.read(tenant, types=[*_TAKES, Remove, Tag], columns=names)
    tagged = log.read(tenant, types=[Tag], columns=["item", "words"])
    columns |= _tags(database, number, numbers, tagged)
    columns |= _listeners(database, number, numbers, events)
    populations: list[dict[str, Any]] = []
    for owner, taken, removed in _takes(numbers, columns, events):
        columns |= {f"removed/{owner}-{name}": column for name, column in removed.items()}
        for kind, own, derived in _by_kind(taken, columns):
            population, found = _population(kind, owner, own, columns)
            columns |= found
            populations.append(population | {"derived": derived})
    return columns, populations


# --- the catalogue ---


_TEXT = ("namespace", "id", "title", "description", "language", "countries")
_WHOLE = ("kind", "kept", "album", "duration_ms", "released", "explicit", "available_from")


def _catalogue(database: Database, tenant: int) -> tuple[Numbers, dict[str, Column]]:
    fields = ", ".join(("number", *_WHOLE, *_TEXT))
    rows = database.connection.execute(
        f"SELECT {fields} FROM items WHERE tenant = ? ORDER BY number", (tenant,)
    ).fetchall()
    lists = list(zip(*rows)) or [()] * (1 + len(_WHOLE) + len(_TEXT))
    number = np.array(lists[0], np.int32)
    whole = {name: np.array(values, np.int64) for name, values in zip(_WHOLE, lists[1:])}
    text = {name: list(values) for name, values in zip(_TEXT, lists[1 + len(_WHOLE) :])}
    numbers = _numbers(number, whole["kept"], text["namespace"])
    row_of = {int(n): i for i, n in enumerate(number)}
    stands = np.flatnonzero(whole["kept"] == 0)
    for i in np.flatnonzero(whole["kept"]):  # ascending: what was there first speaks first
        into = row_of[int(numbers.root[number[i]])]
        for name in ("album", "duration_ms", "released", "explicit", "available_from"):
            whole[name][into] = whole[name][into] or whole[name][i]
        for name in ("title", "description", "language", "countries"):
            text[name][into] = text[name][into] or text[name][i]
    own = stands.tolist()
    countries = [text["countries"][i].split(",") if text["countries"][i] else [] for i in own]
    columns: dict[str, Column] = {
        "items/number": numbers.items,
        "items/position": numbers.position,
        "items/kind": whole["kind"][stands].astype(np.uint8),
        "items/album": numbers.root[whole["album"][stands]],
        "items/duration": whole["duration_ms"][stands],
        "items/released": whole["released"][stands],
        "items/available_from": whole["available_from"][stands],
        "items/explicit": whole["explicit"][stands].astype(np.bool_),
        "items/countries_indptr": _indptr(np.array([len(c) for c in countries], np.int64)),
        "items/countries": np.array([c for some in countries for c in some], "S2"),
        "items/title": _text(text["title"][i] or text["id"][i] for i in own),
        "items/description": _text(text["description"][i] for i in own),
        "items/language": _text(text["language"][i] for i in own),
    }
    by_item = np.lexsort((number, numbers.position[number])) if len(number) else np.zeros(0, np.int64)
    counts = np.bincount(numbers.position[number], minlength=len(own))
    columns["items/source_indptr"] = _indptr(counts)
    columns["items/source_namespace"] = _text(text["namespace"][i] for i in by_item.tolist())
    columns["items/source_id"] = _text(text["id"][i] for i in by_item.tolist())
    return numbers, columns | _credits(database, tenant, numbers)


def _numbers(number: I32, kept: I64, namespaces: list[str]) -> Numbers:
    size = int(number[-1]) + 1 if len(number) else 1
    root = np.zeros(size, np.int32)
    root[number] = np.where(kept > 0, kept, number)
    while not np.array_equal(root[root], root):
        root = root[root]
    items = number[kept == 0]
    position = np.full(size, -1, np.int32)
    position[items] = np.arange(len(items), dtype=np.int32)
    position[number] = position[root[number]]
    spaces = sorted(set(namespaces))
    code_of = {name: i for i, name in enumerate(spaces)}
    space = np.full(size, -1, np.int32)
    space[number] = [code_of[name] for name in namespaces]
    return Numbers(items, root, position, space, spaces)


def _credits(database: Database, tenant: int, numbers: Numbers) -> dict[str, Column]:
    rows = database.connection.execute(
        "SELECT item, artist FROM credits JOIN items ON number = item WHERE tenant = ? ORDER BY item, position",
        (tenant,),
    ).fetchall()
    pairs = np.array(rows, np.int32).reshape(-1, 2)
    item, artist = numbers.position[pairs[:, 0]].astype(np.int64), numbers.root[pairs[:, 1]]
    _, first = np.unique(item * (len(numbers.root) + 1) + artist, return_index=True)
    first.sort()
    first = first[np.argsort(item[first], kind="stable")]
    item, artist = item[first], artist[first]
    indptr = _indptr(np.bincount(item, minlength=len(numbers.items)))
    main = np.zeros(len(numbers.items), np.int32)
    has = np.flatnonzero(np.diff(indptr))
    main[has] = artist[indptr[has]]
    return {"items/artist": main, "items/artists_indptr": indptr, "items/artists": artist.astype(np.int32)}


def _tags(database: Database, tenant: int, numbers: Numbers, tagged: pa.Table) -> dict[str, Column]:
    """Genres and tags of the facts, once each, and what listeners said, as often as they did."""
    rows = database.connection.execute(
        "SELECT item, tag, genre FROM tags JOIN items ON number = item WHERE tenant = ? ORDER BY item, tag", (tenant,)
    ).fetchall()
    facts, words, genre = zip(*rows) if rows else ((), (), ())
    said = pa.concat_arrays([pa.array(words, pa.string()), tagged["words"].combine_chunks()]).fill_null("")
    said = pc.utf8_lower(pc.utf8_trim_whitespace(said)).dictionary_encode()
    names = said.dictionary.to_pylist()
    ranks = np.empty(len(names), np.int64)
    ranks[np.argsort(np.array(names, object), kind="stable") if names else []] = np.arange(len(names))
    item = numbers.position[np.concatenate([np.array(facts, np.int32), tagged["item"].to_numpy()])]
    tag = ranks[said.indices.to_numpy()] if names else np.zeros(0, np.int64)
    is_genre = np.concatenate([np.array(genre, np.float32), np.zeros(len(tagged), np.float32)])
    keep = (item >= 0) & (pc.utf8_length(said.dictionary).to_numpy()[said.indices.to_numpy()] > 0 if names else True)
    item, tag, is_genre = item[keep].astype(np.int64), tag[keep], is_genre[keep]
    pairs, inverse = np.unique(item * max(1, len(names)) + tag, return_inverse=True)
    weight = np.bincount(inverse, minlength=len(pairs)).astype(np.float32)
    genres = np.bincount(inverse, is_genre, minlength=len(pairs)) > 0
    rows_of, tags_of = np.divmod(pairs, max(1, len(names)))
    return {
        "items/tags_indptr": _indptr(np.bincount(rows_of, minlength=len(numbers.items))),
        "items/tags": tags_of.astype(np.int32),
        "items/tags_weight": weight,
        "items/tags_genre": genres,
        "items/tag_names": _text(sorted(names)),
    }


# --- listeners and what they took ---


def _listeners(database: Database, tenant: int, numbers: Numbers, events: pa.Table) -> dict[str, Column]:
    rows = database.connection.execute(
        "SELECT number, id FROM listeners WHERE tenant = ? ORDER BY number", (tenant,)
    ).fetchall()
    number = np.array([n for n, _ in rows], np.int32)
    who = np.searchsorted(number, events["listener"].to_numpy())
    country = np.zeros(len(number), "S2")
    known = events["country"].is_valid().to_numpy()
    if known.any():
        said = np.array(events["country"].drop_null().to_pylist(), "S2")
        country[who[known]] = np.char.upper(said)  # by time: the last said stays
    space = np.full(len(number), -1, np.int32)
    of_item = numbers.space[events["item"].to_numpy()] if len(events) else np.zeros(0, np.int32)
    space[who[::-1]] = of_item[::-1]  # the first stays
    names = [*numbers.spaces, ""]
    return {
        "listeners/number": number,
        "listeners/country": country,
        "listeners/id": _text(id for _, id in rows),
        "listeners/namespace": _text(names[i] for i in space.tolist()),
    }


def _takes(
    numbers: Numbers, columns: Mapping[str, Any], events: pa.Table
) -> Iterable[tuple[str, Taken, dict[str, Column]]]:
    """By kind of owner: what was taken and still is, and what was removed again."""
    kind, at = events["type"].to_numpy(), events["at"].to_numpy()
    listener = events["listener"].to_numpy()
    item = numbers.position[events["item"].to_numpy()] if len(events) else np.zeros(0, np.int32)
    playlist = numbers.root[events["playlist"].to_numpy()] if len(events) else np.zeros(0, np.int32)
    ms = _filled(events["ms_played"]).astype(np.int64)
    value = _filled(events["value"]).astype(np.float32)
    duration = columns["items/duration"][item] if len(columns["items/duration"]) else np.zeros(len(item), np.int64)
    is_play, is_rating, counted = kind == code(Play), kind == code(Rating), kind == code(Counted)
    ended = pc.fill_null(pc.not_equal(events["reason_end"], ""), False).to_numpy()
    heard = ((ms == 0) & ~ended) | (ms >= HEARD_MS) | ((duration > 0) & (2 * ms >= duration))
    stays = np.isin(kind, [code(t) for t in (Save, Follow, PlaylistAdd)])
    taken = (is_play & heard) | (is_rating & (value > 0)) | counted | stays
    gone_at = np.full(len(kind), -1, np.int64)  # when a save or an add was taken back
    added = kind == code(PlaylistAdd)
    removal = kind == code(Remove)
    _take_back(gone_at, playlist, item, at, added, removal & (playlist > 0))
    _take_back(gone_at, listener, item, at, stays & ~added, removal & (playlist == 0))
    weight = np.where(is_rating | counted, value, np.float32(1)).astype(np.float32)
    running = counted & (_filled(events["ordered"]) > 0)
    everything = Taken(listener, item, at, weight, counted, running)
    lost = gone_at >= 0
    for owner, numbers_of, mine in (
        ("listener", listener, taken & (item >= 0)),
        ("playlist", playlist, added & (playlist > 0) & (item >= 0)),
    ):
        out = mine & lost
        if owner == "listener":
            out &= ~added
        order = np.flatnonzero(out)[np.argsort(numbers_of[out], kind="stable")]
        removed: dict[str, Column] = {
            "owner": numbers_of[order].astype(np.int32),
            "item": numbers.items[item[order]],
            "added": at[order],
            "removed": gone_at[order],
        }
        yield owner, replace(everything, owner=numbers_of).where(mine & ~lost), removed


def _take_back(gone_at: I64, owner: I32, item: I32, at: I64, added: Bools, removal: Bools) -> None:
    """Note for each add when the next removal of the same (owner, item) was."""
    if not removal.any():
        return
    involved = np.flatnonzero(added | removal)
    pair = owner[involved].astype(np.int64) * (int(item.max()) + 2) + item[involved] + 1
    involved = involved[np.argsort(pair, kind="stable")]
    key = owner[involved].astype(np.int64) * (int(item.max()) + 2) + item[involved] + 1
    is_removal = removal[involved]
    # The next removal at or after each place, within the same pair.
    place = np.where(is_removal, np.arange(len(involved)), len(involved))
    following = np.minimum.accumulate(place[::-1])[::-1]
    ok = (following < len(involved)) & ~is_removal
    ok[ok] = key[following[ok]] == key[ok]
    gone_at[involved[ok]] = at[involved[following[ok]]]


def _by_kind(taken: Taken, columns: Mapping[str, Any]) -> Iterable[tuple[Kind, Taken, bool]]:
    kinds = columns["items/kind"][taken.item] if len(taken.item) else np.zeros(0, np.uint8)
    present = {Kind(int(k)) for k in np.unique(kinds)}
    for kind in sorted(present):
        yield kind, taken.where(kinds == kind), False
    for kind, (via, column) in DERIVED.items():
        if kind in present or via not in present:
            continue
        belongs = columns[f"items/{column}"][taken.item]
        ok = (kinds == via) & (belongs > 0)
        lifted = taken.where(ok)
        target = columns["items/position"][belongs[ok]]
        right = columns["items/kind"][target] == kind
        if right.any():
            yield kind, replace(lifted, item=target).where(right), True


def _population(
    kind: Kind, owner: str, taken: Taken, columns: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Column]]:
    order = np.argsort(taken.owner, kind="stable")
    owners, counts = np.unique(taken.owner, return_counts=True)
    of_kind = np.cumsum(columns["items/kind"] == kind) - 1  # position among items of the kind
    events = len(order)
    timed = 2 * int((~taken.counted & (taken.at >= REAL_TIME)).sum()) > events
    loose = taken.counted & ~taken.running
    constant = events > 1 and bool((taken.at == taken.at[0]).all())
    name = f"taken/{kind.label}-{owner}"
    facts = {"kind": kind.label, "owner": owner, "events": events, "timed": timed}
    return facts | {"ordered": 2 * int(loose.sum()) <= events and not constant}, {
        f"{name}/owners": owners.astype(np.int32),
        f"{name}/indptr": _indptr(counts).astype(np.int64),
        f"{name}/rows": of_kind[taken.item[order]].astype(np.int32),
        f"{name}/at": taken.at[order].astype(np.int64),
        f"{name}/weights": taken.weight[order],
    }


def _indptr(counts: NDArray[np.int64]) -> I32:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def _text(values: Iterable[str]) -> pa.Array:
    return pa.array(list(values), pa.string())


def _filled(column: pa.ChunkedArray) -> NDArray[Any]:
    """Numbers with 0 for null."""
    whole = column.cast(pa.uint8()) if column.type == pa.bool_() else column
    filled: NDArray[Any] = pc.fill_null(whole, 0).to_numpy()
    return filled
