"""Which items of two sources are one, recorded so that it can be undone.

Every (kind, namespace, id) has a number of its own for ever, and facts stay with the number they were said of. A merge
only sets `kept` of the number that goes: readers follow it, and undoing a merge clears it. So nothing is lost by one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from segue.core.types import Kind
from segue.store.database import Connection
from segue.store.names import normal_name

NAMED = (Kind.ARTIST, Kind.AUTHOR)  # one by a shared name, too
MERGED = (*NAMED, Kind.TRACK, Kind.ALBUM, Kind.SHOW, Kind.EPISODE)  # one by a shared outside id
LOOSE = ("named", "musicbrainz")  # namespaces of what arrives by name, from a player that knows no catalogue
AT_ONCE = 500
"""Items that are asked about in one statement."""
NO_SOURCE = LOOSE[0]  # spellings, not ids: two of them may be one


def root(connection: Connection, number: int) -> int:
    """The number that stands for this one after all merges."""
    while True:
        row = connection.execute("SELECT kept FROM items WHERE number = ?", (number,)).fetchone()
        if row is None or not row[0]:
            return number
        number = int(row[0])


def group(connection: Connection, number: int) -> list[int]:
    """Every number that stands for the same as this root, the root first."""
    found = [number]
    for one in found:
        found += [
            n
            for (n,) in connection.execute(
                "SELECT number FROM items WHERE kept = ? AND kept != 0 ORDER BY number", (one,)
            )
        ]
    return found


def merge_touched(connection: Connection, numbers: Iterable[int]) -> int:
    """Merge what items that were just said have in common with those of other sources; how many went.

    What is asked for does not depend on merges, so that it is asked for many at once.
    """
    merged = 0
    for part in _parts(numbers):
        about = _about(connection, part)
        shared = _shared(connection, part)
        namesakes = _namesakes(connection, [about[n] for n in part])
        for number in part:
            tenant, kind, namespace, name = about[number]
            if kind not in MERGED:
                continue
            for other, outside in shared.get(number, ()):
                merged += _merge(connection, tenant, number, other, f"same outside id {outside}")
            if name and kind in NAMED:
                for other in _only(namesakes[tenant, kind, name], namespace):
                    if not _known_apart(connection, number, other):
                        merged += _merge(connection, tenant, number, other, f"same name {name!r}")
    return merged


def _parts(numbers: Iterable[int]) -> list[list[int]]:
    everyone = list(numbers)
    return [everyone[i : i + AT_ONCE] for i in range(0, len(everyone), AT_ONCE)]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _about(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[int, int, str, str]]:
    """Tenant, kind, namespace and name of each."""
    find = f"SELECT number, tenant, kind, namespace, name FROM items WHERE number IN ({_marks(numbers)})"
    return {number: tuple(rest) for number, *rest in connection.execute(find, numbers)}


def _shared(connection: Connection, numbers: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """By item: others of its kind, of another source, with an outside id of its own, and that id."""
    rows = connection.execute(
        "SELECT DISTINCT m.item, i.number, a.id FROM aliases m JOIN items own ON own.number = m.item "
        "JOIN aliases a ON a.tenant = m.tenant AND a.id = m.id AND a.item != m.item JOIN items i ON i.number = a.item "
        f"WHERE m.item IN ({_marks(numbers)}) AND i.kind = own.kind AND i.namespace != own.namespace "
        "ORDER BY m.item, i.number, a.id",
        numbers,
    )
    out: dict[int, list[tuple[int, str]]] = {}
    for item, other, outside in rows:
        out.setdefault(item, []).append((other, outside))
    return out


def merge_songs(connection: Connection, tenant: int, numbers: Iterable[int]) -> int:
    """Merge tracks and albums that are known by name alone with the catalogue's of that artist and title.

    Only these: two catalogues' songs of one name may be two recordings. How many went.
    """
    spaces = ", ".join(f"'{space}'" for space in LOOSE)
    some = f"SELECT 1 FROM items WHERE tenant = ? AND kind = ? AND namespace IN ({spaces}) LIMIT 1"
    there = {kind: connection.execute(some, (tenant, kind)).fetchone() for kind in (Kind.TRACK, Kind.ALBUM)}
    merged = 0
    about: dict[int, tuple[int, int, str, str]] = {}
    everyone = list(numbers)
    for part in _parts(everyone):
        about |= _about(connection, part)
    for number in everyone:
        _, kind, namespace, name = about[number]
        if not name or not there[Kind(kind)]:
            continue
        rows = connection.execute(
            "SELECT number, namespace, album FROM items INDEXED BY items_name "
            "WHERE tenant = ? AND kind = ? AND name = ? AND name != '' ORDER BY number",
            (tenant, kind, name),
        ).fetchall()
        loose = [row for row in rows if row[1] in LOOSE and (namespace not in LOOSE or row[0] == number)]
        for one, _, album in loose:
            merged += _find_song(connection, tenant, one, _title(connection, album), rows)
    return merged


def _find_song(connection: Connection, tenant: int, one: int, album: str, rows: Sequence[tuple[int, str, int]]) -> int:
    """Merge one loose item with the first that fits: of a catalogue before another loose one, of its album before
    others. One that has its catalogue item takes no second."""
    own = group(connection, root(connection, one))
    if any(_space(connection, n) not in LOOSE for n in own):
        return 0
    others = [row for row in rows if row[0] not in own]
    others.sort(key=lambda row: (row[1] in LOOSE, _title(connection, row[2]) != album))
    for other, _, _ in others:
        if not _known_apart(connection, one, other) and _merge(connection, tenant, one, other, "same artist and title"):
            return 1
    return 0


def _space(connection: Connection, number: int) -> str:
    return str(connection.execute("SELECT namespace FROM items WHERE number = ?", (number,)).fetchone()[0])


def _title(connection: Connection, number: int) -> str:
    row = connection.execute("SELECT title FROM items WHERE number = ?", (number,)).fetchone()
    return normal_name(row[0]) if row else ""


def _namesakes(
    connection: Connection, items: Iterable[tuple[int, int, str, str]]
) -> dict[tuple[int, int, str], list[tuple[str, int, int]]]:
    """By tenant, kind and name of people: each namespace that has the name, its first number, and how many."""
    names: dict[tuple[int, int], set[str]] = {}
    for tenant, kind, _, name in items:
        if name and kind in NAMED:
            names.setdefault((tenant, kind), set()).add(name)
    out: dict[tuple[int, int, str], list[tuple[str, int, int]]] = {}
    for (tenant, kind), some in names.items():
        rows = connection.execute(  # INDEXED BY: left alone, SQLite takes the longer unique index and reads every item
            "SELECT name, namespace, min(number), count(*) FROM items INDEXED BY items_name "
            f"WHERE tenant = ? AND kind = ? AND name IN ({_marks(list(some))}) AND name != '' GROUP BY name, namespace",
            (tenant, kind, *sorted(some)),
        )
        for name, *rest in rows:
            out.setdefault((tenant, kind, name), []).append(tuple(rest))
    return out


def _only(rows: Sequence[tuple[str, int, int]], namespace: str) -> list[int]:
    """The only one of a name in each other namespace; nobody where the name is not unique in one's own."""
    if len(rows) < 2 or any(space == namespace and n > 1 for space, _, n in rows):
        return []
    return sorted(first for space, first, n in rows if space != namespace and n == 1)


def _known_apart(connection: Connection, one: int, other: int) -> bool:
    """Both have an outside id of the same system, and none in common: two people of one name."""
    ids: list[set[str]] = []
    for number in (one, other):
        rows = connection.execute("SELECT id FROM aliases WHERE item = ?", (number,))
        ids.append({i for (i,) in rows})
    systems = [{i.rpartition(":")[0] for i in own} for own in ids]
    return bool(systems[0] & systems[1]) and not ids[0] & ids[1]


def _merge(connection: Connection, tenant: int, one: int, other: int, why: str) -> int:
    """Let the lower of two roots stand for both, unless that puts two ids of one source together."""
    kept, gone = sorted((root(connection, one), root(connection, other)))
    if kept == gone:
        return 0
    sides = [group(connection, kept), group(connection, gone)]
    spaces = [{_space(connection, n) for n in side} - {NO_SOURCE} for side in sides]
    if spaces[0] & spaces[1] or _was_undone(connection, sides):
        return 0
    connection.execute("UPDATE items SET kept = ? WHERE number = ?", (kept, gone))
    connection.execute(
        "INSERT INTO merges (tenant, kept, gone, why, at) VALUES (?, ?, ?, ?, ?)",
        (tenant, kept, gone, why, int(time.time() * 1000)),
    )
    return 1


def _was_undone(connection: Connection, sides: list[list[int]]) -> bool:
    """Somebody took such a merge back: it is not made again."""
    for one in sides[0]:
        for other in sides[1]:
            pair = (min(one, other), max(one, other))
            if connection.execute(
                "SELECT 1 FROM merges WHERE kept = ? AND gone = ? AND undone = 1 LIMIT 1", pair
            ).fetchone():
                return True
    return False
