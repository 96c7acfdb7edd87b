"""Items, listeners and tenants, their permanent numbers, and the merges between sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from segue.core.errors import InputError, UnknownName
from segue.core.events import MAX_ID, MAX_TEXT, Item, Uri
from segue.core.types import Kind
from segue.store import merging
from segue.store.database import Connection, Database
from segue.store.names import normal_name, song_name

REMEMBERED = 500_000
"""Entries of a cache before it starts anew."""
_FILL = """UPDATE items SET
 name = CASE title WHEN '' THEN ? ELSE name END, title = CASE title WHEN '' THEN ? ELSE title END,
 description = CASE description WHEN '' THEN ? ELSE description END, album = CASE album WHEN 0 THEN ? ELSE album END,
 duration_ms = CASE duration_ms WHEN 0 THEN ? ELSE duration_ms END,
 released = CASE released WHEN 0 THEN ? ELSE released END, explicit = CASE explicit WHEN 0 THEN ? ELSE explicit END,
 language = CASE language WHEN '' THEN ? ELSE language END,
 countries = CASE countries WHEN '' THEN ? ELSE countries END,
 available_from = CASE available_from WHEN 0 THEN ? ELSE available_from END
 WHERE number = ?"""
_TAG = """INSERT INTO tags VALUES (?, ?, ?)
 ON CONFLICT (item, tag) DO UPDATE SET genre = 1 WHERE excluded.genre > tags.genre"""
_UNNAMED = """SELECT i.number, a.title, i.title FROM items i LEFT JOIN credits c ON c.item = i.number AND c.position = 0
 LEFT JOIN items a ON a.number = c.artist WHERE i.name = '' AND i.number IN """
AT_ONCE = 500
"""Values of a statement."""


def _of_tenant(known: dict[int, dict[str, int]], tenant: int) -> dict[str, int]:
    """What is remembered for one; all is let go of where it is much."""
    if sum(map(len, known.values())) > REMEMBERED:
        known.clear()
    return known.setdefault(tenant, {})


@dataclass(frozen=True, slots=True)
class Merge:
    """Two numbers that stand for one item."""

    id: int
    kept: int
    gone: int
    why: str
    at: int  # UTC ms


class Catalogue:
    """Facts about items by tenant. Numbers are global, 32-bit, never reused; nothing crosses from tenant to tenant."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._items: dict[int, dict[str, int]] = {}  # by tenant, numbers of what was asked for lately
        self._listeners: dict[int, dict[str, int]] = {}
        self._said: set[int] = set()
        self._forgotten = -1
        database.on_rollback.append(self._clear)

    def _clear(self) -> None:
        self._items.clear()
        self._listeners.clear()
        self._said.clear()

    # --- adding -----------------------------------------------------------------------------------------------------

    def add(self, tenant: str, items: Sequence[Item]) -> tuple[int, int]:
        """Take facts: (items not known before, items known), each counted once; people and albums named count too."""
        if not items:
            return 0, 0
        with self._db.write():
            return self.add_within(self._db.tenant(tenant, create=True), items)

    def add_within(self, tenant: int, items: Sequence[Item]) -> tuple[int, int]:
        """`add` as a part of the caller's transaction, for a tenant's number."""
        before = self.last_item()
        unsaid: list[Item] = []
        for item in items:
            mark = hash((tenant, item))
            if mark not in self._said:
                self._said.add(mark)
                unsaid.append(item)
        if len(self._said) > REMEMBERED:
            self._said.clear()
        named = [uri for i in unsaid for uri in (i.uri, *i.artists, *((i.album,) if i.album else ()))]
        numbers = self.item_numbers(tenant, named)
        touched, songs = self._fill(tenant, unsaid, numbers)
        merging.merge_touched(self._db.connection, touched)
        merging.merge_songs(self._db.connection, tenant, songs)
        own = set(self.item_numbers(tenant, {i.uri for i in items}).values())
        return self.items_above(before), sum(n <= before for n in own)

    def last_item(self) -> int:
        """The highest number of an item so far: what is above it later is new. Items are never deleted."""
        return int(self._db.connection.execute("SELECT coalesce(max(number), 0) FROM items").fetchone()[0])

    def items_above(self, number: int) -> int:
        """How many items have a higher number."""
        return int(self._db.connection.execute("SELECT count(*) FROM items WHERE number > ?", (number,)).fetchone()[0])

    def _fill(self, tenant: int, items: Sequence[Item], numbers: dict[str, int]) -> tuple[list[int], list[int]]:
        """Write the facts; the numbers whose title or outside ids may be new, and the songs and albums among all."""
        fields, tags, aliases, credits, songs = [], [], [], [], []
        for item in items:
            number = numbers[item.uri]
            title = item.title[:MAX_TEXT].strip()
            kind = item.uri.split(":", 2)[1]
            name = normal_name(title) if title and kind in ("artist", "author") else ""
            fields.append((
                name, title, item.description[:MAX_TEXT], numbers[item.album] if item.album else 0, item.duration_ms,
                item.released, int(item.explicit), item.language,
                ",".join(sorted({c.strip().upper() for c in item.countries})), item.available_from, number,
            ))  # fmt: skip
            tags += [(number, tag, 0) for tag in item.tags if tag] + [(number, tag, 1) for tag in item.genres if tag]
            aliases += [(tenant, outside, number) for outside in item.same_as if outside]
            credits += [(number, numbers[artist]) for artist in item.artists]
            if kind in ("track", "album") and title and item.artists:
                songs.append(number)
        many = self._db.connection.executemany
        many(_FILL, fields)
        many(_TAG, tags)
        many("INSERT INTO aliases VALUES (?, ?, ?) ON CONFLICT DO NOTHING", aliases)
        many(
            "INSERT INTO credits SELECT ?1, (SELECT count(*) FROM credits WHERE item = ?1), ?2 "
            "WHERE NOT EXISTS (SELECT 1 FROM credits WHERE item = ?1 AND artist = ?2)",
            credits,
        )
        name_songs(self._db.connection, songs)
        return sorted({f[-1] for f in fields if f[0]} | {a[2] for a in aliases}), sorted(set(songs))

    def item_numbers(self, tenant: int, uris: Iterable[str]) -> dict[str, int]:
        """Numbers of uris, creating what is missing; merges are not followed. Within a write transaction."""

        def key(uri: str) -> tuple[Any, ...]:
            parsed = Uri.parse(uri)
            if len(parsed.id) > MAX_ID:
                raise InputError(f"the id of {uri[:80]!r}… has {len(parsed.id)} characters, at most {MAX_ID}")
            return tenant, int(parsed.kind), parsed.namespace, parsed.id

        return self._numbers("items", _of_tenant(self._items, tenant), uris, key)

    def listener_numbers(self, tenant: int, ids: Iterable[str]) -> dict[str, int]:
        """Numbers of listeners, creating what is missing. Within a write transaction."""
        forgotten = self._db.meta("forgotten")
        if forgotten != self._forgotten:
            self._forgotten = forgotten  # somebody was forgotten, perhaps by another process
            self._listeners.clear()

        def key(id: str) -> tuple[Any, ...]:
            if not 1 <= len(id) <= MAX_ID:
                raise InputError(f"listener ids have 1 to {MAX_ID} characters: {id[:80]!r}")
            return tenant, id

        return self._numbers("listeners", _of_tenant(self._listeners, tenant), ids, key)

    def _numbers(
        self, table: str, known: dict[str, int], texts: Iterable[str], key: Callable[[str], tuple[Any, ...]]
    ) -> dict[str, int]:
        """By text; remembered from now on."""
        asked = list(texts)
        new = [text for text, number in zip(asked, map(known.get, asked)) if number is None]
        if new:
            known |= zip(new, self._db.numbered(table, [key(text) for text in new]))
        return dict(zip(asked, map(known.__getitem__, asked)))

    # --- asking -----------------------------------------------------------------------------------------------------

    def _one(self, sql: str, values: tuple[object, ...]) -> Any:
        with self._db.asking() as connection:
            row = connection.execute(sql, values).fetchone()
            return row

    def _all(self, sql: str, values: tuple[object, ...]) -> list[Any]:
        with self._db.asking() as connection:
            return connection.execute(sql, values).fetchall()

    def number(self, tenant: str, uri: str) -> int | None:
        """Number that stands for a uri, merges followed; None where the tenant has no such item."""
        parsed = Uri.parse(uri)
        row = self._one(_BY_KEY, (self._db.tenant(tenant), int(parsed.kind), parsed.namespace, parsed.id))
        return self.current(int(row[0])) if row else None

    def current(self, number: int) -> int:
        """The number that stands for this one after all merges: events keep the number they came with."""
        with self._db.asking() as connection:
            return merging.root(connection, number)

    def uri(self, number: int) -> str:
        """The uri a number was made for, or UnknownName."""
        row = self._one("SELECT kind, namespace, id FROM items WHERE number = ?", (number,))
        if row is None:
            raise UnknownName("item", str(number))
        return str(Uri(Kind(row[0]), row[1], row[2]))

    def listener_number(self, tenant: str, id: str) -> int | None:
        row = self._one("SELECT number FROM listeners WHERE tenant = ? AND id = ?", (self._db.tenant(tenant), id))
        return int(row[0]) if row else None

    def listener_count(self, tenant: str) -> int:
        row = self._one("SELECT count(*) FROM listeners WHERE tenant = ?", (self._db.tenant(tenant),))
        return int(row[0]) if row else 0

    def listener_id(self, number: int) -> str:
        row = self._one("SELECT id FROM listeners WHERE number = ?", (number,))
        if row is None:
            raise UnknownName("listener", str(number))
        return str(row[0])

    def listener_ids(self, numbers: Sequence[int]) -> dict[int, str]:
        """By number, of those who are known."""
        out: dict[int, str] = {}
        for start in range(0, len(numbers), AT_ONCE):
            part = tuple(numbers[start : start + AT_ONCE])
            marks = ", ".join("?" * len(part))
            out.update(self._all(f"SELECT number, id FROM listeners WHERE number IN ({marks})", part))
        return out

    def find(self, tenant: str, text: str, kind: Kind | None = None) -> list[int]:
        """Items by full uri, by the id of a source or of an outside system, else by title."""
        if text.startswith("segue:"):
            number = self.number(tenant, text)
            return [] if number is None else [number]
        own = self._db.tenant(tenant)
        only = f" AND kind = {int(kind)}" if kind else ""
        found = self._all(
            f"SELECT number FROM items WHERE tenant = ?1 AND id = ?2{only} UNION SELECT item FROM aliases "
            f"JOIN items ON number = item WHERE aliases.tenant = ?1 AND aliases.id = ?2{only} ORDER BY 1",
            (own, text),
        )
        titles = self._all(
            f"SELECT number, title FROM items WHERE tenant = ? AND title != ''{only} ORDER BY number", (own,)
        )
        wanted = text.strip().casefold()
        named = [number for number, title in titles if title.casefold() == wanted]
        return list(dict.fromkeys(self.current(int(n)) for n in (*(n for (n,) in found), *named)))

    def sources(self, tenant: str) -> dict[tuple[str, Kind], int]:
        """How many items each source named, by (namespace, kind)."""
        rows = self._all(
            "SELECT namespace, kind, count(*) FROM items WHERE tenant = ? GROUP BY 1, 2", (self._db.tenant(tenant),)
        )
        return {(namespace, Kind(kind)): n for namespace, kind, n in rows}

    def counts(self, tenant: str) -> dict[Kind, int]:
        """How many items there are of each kind, what was merged counted once."""
        rows = self._all(
            "SELECT kind, count(*) FROM items WHERE tenant = ? AND kept = 0 GROUP BY 1", (self._db.tenant(tenant),)
        )
        return {Kind(kind): n for kind, n in rows}

    # --- merges -----------------------------------------------------------------------------------------------------

    def merges(self, tenant: str) -> list[Merge]:
        """Merges that stand, oldest first."""
        rows = self._all(
            "SELECT id, kept, gone, why, at FROM merges WHERE tenant = ? AND undone = 0 ORDER BY id",
            (self._db.tenant(tenant),),
        )
        return [Merge(*row) for row in rows]

    def undo_merge(self, merge_id: int) -> None:
        """Set the two apart again, with the facts each had; they are not merged anew."""
        with self._db.write() as connection:
            row = connection.execute("SELECT gone FROM merges WHERE id = ? AND undone = 0", (merge_id,)).fetchone()
            if row is None:
                raise UnknownName("merge", str(merge_id))
            connection.execute("UPDATE items SET kept = 0 WHERE number = ?", row)
            connection.execute("UPDATE merges SET undone = 1 WHERE id = ?", (merge_id,))


_BY_KEY = "SELECT number FROM items WHERE tenant = ? AND kind = ? AND namespace = ? AND id = ?"


def name_songs(connection: Connection, numbers: Sequence[int]) -> None:
    """Give songs and albums that have none yet the name by which they are compared."""
    for start in range(0, len(numbers), AT_ONCE):
        part = numbers[start : start + AT_ONCE]
        rows = connection.execute(f"{_UNNAMED} ({', '.join('?' * len(part))})", part).fetchall()
        named = [(song_name(artist, title), number) for number, artist, title in rows]
        connection.executemany("UPDATE items SET name = ? WHERE number = ?", [n for n in named if n[0]])
