"""Produced against delivered: which of the numbers that a client gave its events ever arrived.

A client numbers its events from 1 and says with each request where it stands. What is kept of it are the stretches of
numbers that came, and the highest number by hour; so an event that comes late closes its gap in the hour it belongs to.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from segue.store.database import Database
from segue.store.delivery import Batch, Taken
from segue.store.delivery.dead_letters import SURE

HOUR_MS = 3_600_000
MAX_STRETCHES = 1_000
"""Of a client: one that scatters its numbers is not followed further."""
MAX_CLIENTS = 100_000
MOST_HOURS = MAX_CLIENTS
"""Of all clients, that are told of at once: there is room for the last hour whatever comes."""
COUNTED = "audit_clients"
"""Fact of the database: how many clients there are. Not there: to be counted."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers that never came, both ends included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Hour:
    """What one client produced in one hour, and what of it came."""

    client: str
    hour: int  # UTC ms: its beginning
    produced: int  # numbers given
    delivered: int  # of these, whenever they came
    duplicates: int  # rows that came again in requests of this hour
    refused: int  # rows of these requests that are dead letters, or were
    gaps: tuple[Gap, ...]  # at most 100


class Audit:
    """What clients of one tenant produced and delivered."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._db, self._name = database, tenant

    def note(self, batch: Batch, taken: Taken) -> None:
        """A batch has come. Within the caller's transaction, so that it counts exactly when its events do."""
        sender = batch.sender
        if not sender.client or not batch.rows:
            return
        connection, tenant = self._db.connection, self._db.tenant(self._name, create=True)
        now = int(time.time() * 1000)
        hour = min(max((e.at for e in batch.events), default=now), now) // HOUR_MS * HOUR_MS
        last = sender.first + batch.rows - 1 if sender.first else 0
        known = connection.execute(
            "SELECT 1 FROM audit_hours WHERE tenant = ? AND client = ? LIMIT 1", (tenant, sender.client)
        ).fetchone()
        if not known and not self._room():
            return
        connection.execute(
            "INSERT INTO audit_hours VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, client, hour) DO UPDATE SET "
            "highest = CASE WHEN excluded.highest > audit_hours.highest THEN excluded.highest "
            "ELSE audit_hours.highest END, duplicates = audit_hours.duplicates + excluded.duplicates, "
            "refused = audit_hours.refused + excluded.refused",
            (tenant, sender.client, hour, max(last, sender.produced), taken.count("duplicate"),
             taken.count("refused")),
        )  # fmt: skip
        if sender.first:
            self._cover(tenant, sender.client, sender.first, last)

    def _room(self) -> bool:
        """Whether there is room for one more client, of all tenants; it is counted, so that no table need be gone
        through for each new one."""
        connection = self._db.connection
        found = connection.execute("SELECT value FROM meta WHERE key = ?", (COUNTED,)).fetchone()
        if found is None:
            every = "SELECT DISTINCT tenant, client FROM audit_hours"
            found = connection.execute(f"SELECT count(*) FROM ({every}) AS clients").fetchone()
            connection.execute("INSERT INTO meta VALUES (?, ?)", (COUNTED, found[0]))
        if found[0] >= MAX_CLIENTS:
            return False
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = ?", (COUNTED,))
        return True

    def _cover(self, tenant: int, client: str, first: int, last: int) -> None:
        connection, who = self._db.connection, (tenant, client)
        near = connection.execute(
            "SELECT first, last FROM audit_stretches WHERE tenant = ? AND client = ? AND first <= ? AND last >= ?",
            (*who, last + 1, first - 1),
        ).fetchall()
        if not near:
            (have,) = connection.execute(
                "SELECT count(*) FROM audit_stretches WHERE tenant = ? AND client = ?", who
            ).fetchone()
            if have >= MAX_STRETCHES:
                return
        connection.executemany(
            "DELETE FROM audit_stretches WHERE tenant = ? AND client = ? AND first = ?", [(*who, a) for a, _ in near]
        )
        ends = (min([first, *(a for a, _ in near)]), max([last, *(b for _, b in near)]))
        connection.execute("INSERT INTO audit_stretches VALUES (?, ?, ?, ?)", (*who, *ends))

    def hours(self, client: str = "", since: int = 0) -> list[Hour]:
        """By client and hour, from the hour that holds `since` on (UTC ms); of more than MOST_HOURS the newest."""
        with self._db.read() as connection:
            tenant = self._db.tenant(self._name)
            where, values = ("tenant = ? AND client = ?", (tenant, client)) if client else ("tenant = ?", (tenant,))
            begin = since // HOUR_MS * HOUR_MS
            over = connection.execute(
                f"SELECT hour FROM audit_hours WHERE {where} AND hour >= ? ORDER BY hour DESC LIMIT 1 OFFSET ?",
                (*values, begin, MOST_HOURS),
            ).fetchone()
            if over is not None:  # hours are told of all their clients, or not at all
                begin = int(over[0]) + HOUR_MS
            marks = connection.execute(
                f"SELECT client, hour, highest, duplicates, refused FROM audit_hours WHERE {where} AND hour >= ? "
                "ORDER BY 1, 2",
                (*values, begin),
            ).fetchall()
            reached: dict[str, int] = dict(  # before that: years of hours are not carried over here
                connection.execute(
                    f"SELECT client, max(highest) FROM audit_hours WHERE {where} AND hour < ? GROUP BY client",
                    (*values, begin),
                ).fetchall()
            )
            stretches: dict[str, list[tuple[int, int]]] = {}
            for who, first, last in connection.execute(
                f"SELECT client, first, last FROM audit_stretches WHERE {where} AND client IN "
                f"(SELECT client FROM audit_hours WHERE {where} AND hour >= ?) ORDER BY 1, 2",
                (*values, *values, begin),
            ):
                stretches.setdefault(who, []).append((first, last))
        out: list[Hour] = []
        place: dict[str, int] = {}  # of each client, in its stretches: hours come in order, and so do their numbers
        for who, hour, highest, duplicates, refused in marks:
            low = reached.get(who, 0)
            reached[who] = high = max(low, highest)
            gaps, place[who] = missing(stretches.get(who, ()), low + 1, high, place.get(who, 0))
            lost = sum(g.last - g.first + 1 for g in gaps)
            out.append(Hour(who, hour, high - low, high - low - lost, duplicates, refused, tuple(gaps[:100])))
        return out

    def forget(self, listener: str) -> None:
        """Take away a client that is named like a listener. Within the caller's transaction."""
        held = "client = ?2 OR replace(client, ?2, '') != client" if len(listener) >= SURE else "client = ?2"
        self._db.connection.execute("DELETE FROM meta WHERE key = ?", (COUNTED,))
        for table in ("audit_hours", "audit_stretches"):
            self._db.connection.execute(
                f"DELETE FROM {table} WHERE tenant = ?1 AND ({held})", (self._db.tenant(self._name), listener)
            )


def missing(stretches: Sequence[tuple[int, int]], first: int, last: int, place: int = 0) -> tuple[list[Gap], int]:
    """What of first … last none of the stretches, which are in order, holds; and where to look on for what is later.

    Stretches before `place` end before `first`.
    """
    gaps = []
    while place < len(stretches):
        a, b = stretches[place]
        if a > last:
            break
        if a > first:
            gaps.append(Gap(first, a - 1))
        first = max(first, b + 1)
        if b > last:
            break
        place += 1
    if first <= last:
        gaps.append(Gap(first, last))
    return gaps, place
