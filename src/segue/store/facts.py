"""What the catalogue knows of single items now: for answers that must not wait for the next snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from segue.core.events import Uri
from segue.core.types import Kind
from segue.store import merging
from segue.store.database import Connection, Database

AT_ONCE = 500  # values a statement


@dataclass(frozen=True, slots=True)
class Named:
    """An item by uri and name."""

    uri: str
    name: str


@dataclass(frozen=True, slots=True)
class Facts:
    """One item, with what all sources that were recognized as the same say of it."""

    number: int  # that stands for it
    uri: str
    kind: Kind
    title: str
    artists: tuple[Named, ...]  # the main one first
    album: Named | None  # album, or the show of an episode
    duration_ms: int  # 0 unknown
    released: int  # UTC ms; 0 unknown
    outside: tuple[str, ...]  # "mbid:…", "isrc:…"

    def outside_id(self, system: str) -> str:
        """The first id of an outside system: "mbid"; "" where there is none."""
        return next((o.partition(":")[2] for o in self.outside if o.startswith(f"{system}:")), "")


def facts_of(database: Database, numbers: Iterable[int]) -> dict[int, Facts]:
    """By the numbers asked for, merges followed; numbers that nobody knows are left out."""
    with database.read() as connection:
        roots = {n: merging.root(connection, n) for n in set(numbers)}
        groups = {r: merging.group(connection, r) for r in set(roots.values())}
        everyone = [n for members in groups.values() for n in members]
        rows = _by_number(connection, everyone)
        credits = _lists(connection, "SELECT item, artist FROM credits", "item", everyone, "item, position")
        outside = _lists(connection, "SELECT item, id FROM aliases", "item", everyone, "item, id")
        credited = {root: _first(credits, members) for root, members in groups.items()}
        albums = {root: next((rows[n][4] for n in ms if n in rows and rows[n][4]), 0) for root, ms in groups.items()}
        named = _names(connection, {*(a for artists in credited.values() for a in artists), *albums.values()} - {0})
    made = {}
    for root, members in groups.items():
        own = [rows[n] for n in members if n in rows]
        if not own:
            continue
        ids = tuple(dict.fromkeys(i for n in members for i in outside.get(n, ())))
        made[root] = Facts(
            root, str(Uri(Kind(own[0][1]), own[0][2], own[0][3])), Kind(own[0][1]),
            next((row[5] for row in own if row[5]), own[0][3]), tuple(named[a] for a in credited[root] if a in named),
            named.get(albums[root]), next((row[6] for row in own if row[6]), 0),
            next((row[7] for row in own if row[7]), 0), ids,
        )  # fmt: skip
    return {n: made[root] for n, root in roots.items() if root in made}


def _by_number(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    out: dict[int, tuple[Any, ...]] = {}
    for part in _parts(numbers):
        marks = ", ".join("?" * len(part))
        query = (
            "SELECT number, kind, namespace, id, album, title, duration_ms, released FROM items "
            f"WHERE number IN ({marks})"
        )
        out |= {row[0]: row for row in connection.execute(query, part)}
    return out


def _lists(
    connection: Connection, select: str, column: str, numbers: Sequence[int], order: str
) -> dict[int, list[Any]]:
    out: dict[int, list[Any]] = {}
    for part in _parts(numbers):
        marks = ", ".join("?" * len(part))
        for one, other in connection.execute(f"{select} WHERE {column} IN ({marks}) ORDER BY {order}", part):
            out.setdefault(one, []).append(other)
    return out


def _first(lists: dict[int, list[Any]], members: Sequence[int]) -> list[int]:
    return next((lists[n] for n in members if n in lists), [])


def _names(connection: Connection, numbers: set[int]) -> dict[int, Named]:
    """Uri and name of artists and albums, each under the number it was asked for."""
    out = {}
    for number in numbers:
        members = merging.group(connection, merging.root(connection, number))
        rows = [row for n in members for row in [_by_number(connection, [n]).get(n)] if row]
        if rows:
            uri = str(Uri(Kind(rows[0][1]), rows[0][2], rows[0][3]))
            out[number] = Named(uri, next((row[5] for row in rows if row[5]), rows[0][3]))
    return out


def _parts(numbers: Sequence[int]) -> Iterable[Sequence[int]]:
    return (numbers[i : i + AT_ONCE] for i in range(0, len(numbers), AT_ONCE))
