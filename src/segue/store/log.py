"""The event log: a table in front, sealed Parquet behind, each event kept once by (tenant, id).

An append is durable when it returns. Small batches go to the front, large ones straight to a sealed segment; either
way dedupe keys, new listeners, new items and the events (or the manifest row of their segment) are one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segue.core.errors import WorkspaceError
from segue.core.events import AnyEvent, Event, Item
from segue.core.types import Bools
from segue.store import segments
from segue.store.catalogue import Catalogue
from segue.store.database import Database
from segue.store.dedupe import keys_of, take_unseen
from segue.store.edge import CODES, checked, to_table
from segue.store.resolving import resolved
from segue.store.schema import STORED
from segue.store.segments import Segment

DIRECT = 1_000
"""Events of an append that is sealed at once."""
MANY = 64
"""Small segments that are worth being put together."""
AT_ONCE = 1_000
"""Rows of the front that are read in one stretch: other threads stand still during each."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an append did."""

    accepted: int  # events that are new
    duplicates: int  # events whose id was known
    items_new: int  # items not known before, also those that only events or other items name
    items_known: int  # items of the append that were known
    last_seq: int  # of the whole log
    new: Bools = field(default_factory=lambda: np.zeros(0, np.bool_), repr=False, compare=False)  # (E,) by event


class EventLog:
    """Append, read by time, tail by arrival. Safe for several threads and several processes."""

    def __init__(self, root: Path, database: Database, catalogue: Catalogue, *, seal_rows: int = 50_000) -> None:
        self._root = root
        self._db = database
        self._catalogue = catalogue
        self._seal_rows = seal_rows
        self.sweep()
        self._in_front = self._front_rows()  # counted here on, less what other processes add or seal

    def sweep(self) -> None:
        """Remove what a crash left. Only while nobody writes: a file without a manifest row may be in the making."""
        if not self._orphans():
            return
        with self._db.quiet() as alone:
            for path in self._orphans() if alone else ():
                path.unlink(missing_ok=True)

    def _orphans(self) -> list[Path]:
        return [*segments.orphans(self._root, self._db.connection), *self._db.orphans()]

    # --- writing ----------------------------------------------------------------------------------------------------

    def append(self, events: Sequence[AnyEvent], items: Sequence[Item] = (), tenant: str | None = None) -> Receipt:
        """Take events, and facts about items of `tenant` (by default the first event's); on disk when this returns.

        Raises InputError, and takes nothing, where an event is not valid.
        """
        return self._append(to_table(events), items, tenant or (events[0].tenant if events else "default"))

    def append_table(self, table: pa.Table, items: Sequence[Item] = (), tenant: str | None = None) -> Receipt:
        """The same for (E,) rows of EDGE; missing columns are null, text may be dictionary-encoded.

        `tenant` is that of `items`; by default that of the first row.
        """
        table = checked(table)
        return self._append(table, items, tenant or (table["tenant"][0].as_py() if len(table) else "default"))

    def _append(self, table: pa.Table, items: Sequence[Item], tenant: str) -> Receipt:
        if not len(table) and not items:
            return Receipt(0, 0, 0, 0, self.last_seq)
        keys = keys_of(table)
        with self._db.write() as connection:
            before = self._catalogue.last_item()
            known = self._catalogue.add_within(self._db.tenant(tenant, create=True), items)[1] if items else 0
            new = take_unseen(self._db, keys)
            fresh = table if new.all() else table.filter(pa.array(new))
            last = self._db.meta("last_seq")
            if len(fresh):
                stored = resolved(self._db, self._catalogue, fresh, last)
                last += len(stored)
                self._db.set_meta("last_seq", last)
                if len(stored) >= DIRECT:
                    segments.enlist(connection, segments.write(self._root, stored))
                else:
                    self._db.put_front(stored)
            made = self._catalogue.items_above(before)
            if 0 < len(fresh) < DIRECT:
                self._in_front += len(fresh)
        if not self._db.writing:
            self._relieve()
        return Receipt(len(fresh), len(table) - len(fresh), made, known, last, new)

    def _front_rows(self) -> int:
        with self._db.asking() as connection:
            return int(connection.execute("SELECT count(*) FROM front").fetchone()[0])

    def _relieve(self) -> None:
        """Seal where the front is long, unless another process is at it."""
        if self._in_front >= self._seal_rows:
            self._in_front = self._front_rows()  # another process may have sealed since
            if self._in_front >= self._seal_rows:
                self.seal(wait=False)

    def seal(self, *, wait: bool = True) -> int:
        """Move the front into sealed segments: how many events went. None where one does not `wait` for who seals."""
        with self._db.sealing(wait=wait) as mine:
            table = self._whole_front() if mine else STORED.empty_table()
            if len(table):
                connection = self._db.connection
                segments.enlist(connection, segments.write(self._root, table))
                connection.execute("DELETE FROM front WHERE seq <= ?", (int(table["seq"].to_numpy().max()),))
        if mine:
            self._in_front = 0
        return len(table)

    def tidy(self) -> int:
        """Seal a long front, compact many small segments: how many files there are fewer. Not within a transaction."""
        self._relieve()
        small = "SELECT count(*) FROM segments WHERE rows < ?"
        with self._db.asking() as connection:
            (many,) = connection.execute(small, (segments.ROWS,)).fetchone()
        return self.compact() if many >= MANY else 0

    def compact(self) -> int:
        """Write small segments anew, together: how many files there are fewer."""
        old: list[Segment] = []
        new: list[Segment] = []
        with self._db.sealing():
            connection = self._db.connection
            small = segments.listed(connection, "rows < ?", (segments.ROWS,))
            for tenant in sorted({s.tenant for s in small}):
                own = [s for s in small if s.tenant == tenant]
                for together in _bundles(own):
                    table = pa.concat_tables([segments.load(self._root, s) for s in together])
                    old += together
                    new += segments.write(self._root, table)
            segments.delist(connection, old)
            segments.enlist(connection, new)
        segments.remove(self._root, old)
        return len(old) - len(new)

    # --- reading ----------------------------------------------------------------------------------------------------

    @property
    def last_seq(self) -> int:
        return self._db.meta("last_seq")

    def count(self, tenant: str, since: int | None = None) -> int:
        """Events of a tenant; with `since` (UTC ms) only those that happened then or later."""
        since = -(1 << 62) if since is None else since
        while True:
            with self._db.read() as connection:
                which = (self._db.tenant(tenant), since)
                sealed = "SELECT coalesce(sum(rows), 0) FROM segments WHERE tenant = ? AND first_at >= ?"
                (whole,) = connection.execute(sealed, which).fetchone()
                (front,) = connection.execute(
                    "SELECT count(*) FROM front WHERE tenant = ? AND at >= ?", which
                ).fetchone()
                files = segments.listed(connection, "tenant = ?1 AND first_at < ?2 AND last_at >= ?2", which)
            try:
                parts = [segments.load(self._root, s, ["at"])["at"].to_numpy() for s in files]
            except FileNotFoundError:  # compacted by another process since the manifest was read
                self._listed_anew(files)
                continue
            return int(whole) + int(front) + sum(int((at >= since).sum()) for at in parts)

    def read(
        self,
        tenant: str,
        since: int | None = None,
        until: int | None = None,
        types: Sequence[type[Event]] | None = None,
        columns: Sequence[str] | None = None,
        having: str = "",
        ordered: bool = True,
    ) -> pa.Table:
        """Events of since <= at < until (UTC ms) as columns of STORED, sorted by (at, seq), late ones in their place.

        With `having` only those that say something in that column. Without `ordered` in any order, which is quicker.
        Items and playlists have the numbers they came with: `Catalogue.current` and snapshots follow merges.
        """
        lo, hi = -1 if since is None else since, 1 << 62 if until is None else until
        wanted = list(STORED.names) if columns is None else list(columns)
        needed = list(
            dict.fromkeys([*wanted, "at", "seq", *(() if types is None else ("type",)), *([having] if having else [])])
        )
        only = None if types is None else pc.field("type").isin([CODES[t] for t in types])
        if having:
            said = pc.field(having).is_valid()
            only = said if only is None else only & said
        table = self._gather(tenant, "last_at >= ? AND first_at < ?", "at >= ? AND at < ?", (lo, hi), needed, only)
        at = table["at"].to_numpy()
        keep: Bools = (at >= lo) & (at < hi)
        if types is not None:
            keep &= np.isin(table["type"].to_numpy(), [CODES[t] for t in types])
        if having:
            keep &= table[having].is_valid().to_numpy()
        table = table if keep.all() else table.filter(pa.array(keep))
        return (segments.by_time(table) if ordered else table).select(wanted)

    def tail(self, tenant: str, after_seq: int, limit: int = 100_000, columns: Sequence[str] | None = None) -> pa.Table:
        """At most `limit` events that arrived after `after_seq`, in order of arrival, as columns of STORED.

        `columns` are fewer of them, to read less; `seq` is always there.
        """
        names = STORED.names if columns is None else list(dict.fromkeys(["seq", *columns]))
        table = self._gather(tenant, "last_seq > ?", "seq > ?", (after_seq,), names)
        keep: Bools = table["seq"].to_numpy() > after_seq
        table = table if keep.all() else table.filter(pa.array(keep))
        return segments.by_arrival(table).slice(0, limit)

    def few(
        self, tenant: str, after_seq: int, most: int, columns: Sequence[str], types: Sequence[type[Event]]
    ) -> list[tuple[Any, ...]] | None:
        """Rows of some types that arrived after `after_seq`, in order of arrival, without the cost of a table.

        None where some are sealed, or there are more than `most`: then `tail` is the way.
        """
        names, codes = ", ".join(f'"{c}"' for c in columns), ", ".join(str(CODES[t]) for t in types)
        sealed = "SELECT 1 FROM segments WHERE tenant = ?1 AND last_seq > ?2"
        rows = (
            f"SELECT {names} FROM front WHERE tenant = ?1 AND seq > ?2 AND type IN ({codes}) AND NOT EXISTS ({sealed}) "
            "ORDER BY seq LIMIT ?3"
        )
        number = self._db.tenant(tenant)
        with self._db.asking() as connection:  # one statement, as a rule: each lets go of the interpreter several times
            found = connection.execute(rows, (number, after_seq, most + 1)).fetchall()
            if not found and connection.execute(f"{sealed} LIMIT 1", (number, after_seq)).fetchone():
                return None
        return found if len(found) <= most else None

    def of_listener(
        self, tenant: str, listener: int, types: Sequence[type[Event]], since: int = -1, until: int = 1 << 62,
        newest: int | None = None, columns: Sequence[str] | None = None,
    ) -> pa.Table:  # fmt: skip
        """Events of one listener (a number), since <= at < until, as columns of STORED, sorted by (at, seq).

        With `newest` only the last so many; files that are older than these are not opened.
        """
        names = list(STORED.names) if columns is None else list(columns)
        needed = list(dict.fromkeys([*names, "at", "seq", "type"]))
        codes = [CODES[t] for t in types]
        front = f"tenant = ? AND listener = ? AND at >= ? AND at < ? AND type IN ({', '.join(map(str, codes))})"
        while True:
            with self._db.read() as connection:
                number = self._db.tenant(tenant)
                found = self._front(needed, front, (number, listener, since, until))
                where = "tenant = ? AND last_at >= ? AND first_at < ?"
                files = segments.listed(connection, where, (number, since, until))
            try:
                for file in sorted(files, key=lambda s: -s.last_at):
                    if newest is not None and (found["at"].to_numpy() > file.last_at).sum() >= newest:
                        break
                    table = segments.load(self._root, file, needed, listener)
                    at = table["at"].to_numpy()
                    keep = np.isin(table["type"].to_numpy(), codes) & (at >= since) & (at < until)
                    found = pa.concat_tables([found, table.filter(pa.array(keep))])
            except FileNotFoundError:  # compacted by another process since the manifest was read
                self._listed_anew(files)
                continue
            ordered = segments.by_time(found)
            return ordered.slice(max(0, len(ordered) - newest) if newest is not None else 0).select(names)

    def _gather(
        self, tenant: str, sealed: str, front: str, values: Sequence[int], columns: Sequence[str], only: Any = None
    ) -> pa.Table:
        """Whole segments that may hold what is asked for, less what `only` leaves out, and the rows of the front."""
        schema = pa.schema([STORED.field(c) for c in columns])
        while True:
            with self._db.read() as connection:
                number = self._db.tenant(tenant)
                parts = [self._front(columns, f"tenant = ? AND {front}", (number, *values))]
                files = segments.listed(connection, f"tenant = ? AND {sealed}", (number, *values))
            try:
                parts += [segments.load(self._root, s, columns, only=only) for s in files]
            except FileNotFoundError:  # compacted by another process since the manifest was read
                self._listed_anew(files)
                continue
            return pa.concat_tables(parts).cast(schema).combine_chunks()

    def _listed_anew(self, files: Sequence[Segment]) -> None:
        """WorkspaceError where the manifest still names a file that is not there: reading again would not help."""
        with self._db.read() as connection:
            known = {s.path for s in segments.listed(connection)}
        if {s.path for s in files} <= known:
            raise WorkspaceError(f"{self._root}: a sealed segment is missing; restore it from a backup") from None

    def _whole_front(self) -> pa.Table:
        """All of the front by arrival. Columns in which no row says anything are not fetched: they are most, and each
        value that is fetched is an object of Python."""
        counts = ", ".join(f'count("{name}")' for name in STORED.names)
        with self._db.asking() as connection:
            last, *found = connection.execute(f"SELECT coalesce(max(seq), 0), {counts} FROM front").fetchone()
        said = [name for name, n in zip(STORED.names, found) if n]
        if not said:
            return STORED.empty_table()
        table = self._front(said, "seq <= ?", (last,))
        columns = [table[f.name] if f.name in said else pa.nulls(len(table), f.type) for f in STORED]
        return pa.table(columns, schema=STORED)

    def _front(self, columns: Sequence[str], where: str, values: Sequence[int]) -> pa.Table:
        fields = [STORED.field(c) for c in columns]
        names = ", ".join(f'"{f.name}"' for f in fields)
        with self._db.asking() as connection:
            cursor = connection.execute(f"SELECT {names} FROM front WHERE {where} ORDER BY seq", values)
            parts = [_columns(fields, [])]
            while rows := cursor.fetchmany(AT_ONCE):
                parts.append(_columns(fields, rows))
        return pa.concat_tables(parts)


def _columns(fields: Sequence[pa.Field], rows: Sequence[tuple[object, ...]]) -> pa.Table:
    lists = zip(*rows) if rows else [()] * len(fields)
    arrays = [
        pa.array(values, pa.int64()).cast(pa.bool_()) if f.type == pa.bool_() else pa.array(values, f.type)
        for f, values in zip(fields, lists)
    ]
    return pa.table(arrays, schema=pa.schema(fields))


def _bundles(small: Sequence[Segment]) -> list[list[Segment]]:
    """Neighbours in time to be written together, about twice a full segment at a time."""
    bundles: list[list[Segment]] = [[]]
    rows = 0
    for segment in small:
        if rows >= 2 * segments.ROWS:
            bundles.append([])
            rows = 0
        bundles[-1].append(segment)
        rows += segment.rows
    return [b for b in bundles if len(b) > 1]
