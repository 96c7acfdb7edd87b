"""The columns of a snapshot that come from the catalogue: merges followed, the facts of their parts put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segue.core.types import I32, I64
from segue.store.columns import Column
from segue.store.database import Database


@dataclass(frozen=True, slots=True)
class Numbers:
    """What every number of the tenant means: arrays by number (M+1,)."""

    items: I32  # (N,) sorted: what stands after merges
    root: I32  # (M+1,) the number that stands for it, 0 unknown
    position: I32  # (M+1,) its position in `items`, -1 unknown
    space: I32  # (M+1,) which namespace it came from, -1 unknown
    spaces: list[str]


_TEXT = ("namespace", "id", "title", "description", "language", "countries")
_WHOLE = ("kind", "kept", "album", "duration_ms", "released", "explicit", "available_from")


def catalogue_columns(database: Database, tenant: int) -> tuple[Numbers, dict[str, Column]]:
    fields = ", ".join(("number", *_WHOLE, *_TEXT))
    with database.asking() as connection:
        rows = connection.execute(f"SELECT {fields} FROM items WHERE tenant = ? ORDER BY number", (tenant,)).fetchall()
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
        "items/countries_indptr": indptr_of(np.array([len(c) for c in countries], np.int64)),
        "items/countries": np.array([c for some in countries for c in some], "S2"),
        "items/title": text_of(text["title"][i] or text["id"][i] for i in own),
        "items/description": text_of(text["description"][i] for i in own),
        "items/language": text_of(text["language"][i] for i in own),
    }
    by_item = np.lexsort((number, numbers.position[number])) if len(number) else np.zeros(0, np.int64)
    counts = np.bincount(numbers.position[number], minlength=len(own))
    columns["items/source_indptr"] = indptr_of(counts)
    columns["items/source_namespace"] = text_of(text["namespace"][i] for i in by_item.tolist())
    columns["items/source_id"] = text_of(text["id"][i] for i in by_item.tolist())
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
    with database.asking() as connection:
        rows = connection.execute(
            "SELECT item, artist FROM credits JOIN items ON number = item WHERE tenant = ? ORDER BY item, position",
            (tenant,),
        ).fetchall()
    pairs = np.array(rows, np.int32).reshape(-1, 2)
    item, artist = numbers.position[pairs[:, 0]].astype(np.int64), numbers.root[pairs[:, 1]]
    _, first = np.unique(item * (len(numbers.root) + 1) + artist, return_index=True)
    first.sort()
    first = first[np.argsort(item[first], kind="stable")]
    item, artist = item[first], artist[first]
    indptr = indptr_of(np.bincount(item, minlength=len(numbers.items)))
    main = np.zeros(len(numbers.items), np.int32)
    has = np.flatnonzero(np.diff(indptr))
    main[has] = artist[indptr[has]]
    return {"items/artist": main, "items/artists_indptr": indptr, "items/artists": artist.astype(np.int32)}


def tag_columns(database: Database, tenant: int, numbers: Numbers, tagged: pa.Table) -> dict[str, Column]:
    """Genres and tags of the facts, once each, and what listeners said, as often as they did, also row by row."""
    with database.asking() as connection:
        rows = connection.execute(
            "SELECT item, tag, genre FROM tags JOIN items ON number = item WHERE tenant = ? ORDER BY item, tag",
            (tenant,),
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
    who = np.concatenate([np.zeros(len(facts), np.int32), tagged["listener"].to_numpy()])
    at = np.concatenate([np.zeros(len(facts), np.int64), tagged["at"].to_numpy()])
    said_by = keep & (who > 0)
    rows_said = {"listener": who, "item": item.astype(np.int32), "tag": tag.astype(np.int32), "at": at}
    item, tag, is_genre = item[keep].astype(np.int64), tag[keep], is_genre[keep]
    pairs, inverse = np.unique(item * max(1, len(names)) + tag, return_inverse=True)
    weight = np.bincount(inverse, minlength=len(pairs)).astype(np.float32)
    genres = np.bincount(inverse, is_genre, minlength=len(pairs)) > 0
    rows_of, tags_of = np.divmod(pairs, max(1, len(names)))
    return {
        "items/tags_indptr": indptr_of(np.bincount(rows_of, minlength=len(numbers.items))),
        "items/tags": tags_of.astype(np.int32),
        "items/tags_weight": weight,
        "items/tags_genre": genres,
        "items/tag_names": text_of(sorted(names)),
        **{f"items/tagged_{name}": column[said_by] for name, column in rows_said.items()},
    }


def indptr_of(counts: NDArray[np.int64]) -> I32:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def text_of(values: Iterable[str]) -> pa.Array:
    return pa.array(list(values), pa.string())
