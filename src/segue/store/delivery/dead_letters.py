"""Rows that could not be taken, kept until somebody looks: in the database, so that they stand once and are durable.

The oldest go where there are too many; how many went is counted.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from segue.core.errors import UnknownName
from segue.store.database import Database
from segue.store.delivery import Form, Refused

SURE = 8
"""Characters of an id that is looked for within longer text."""
MAX_RAW = 65_536
"""Bytes of a row that are kept; of a longer one only the beginning, which cannot be replayed."""
_COLUMNS = "id, at, times, reason, field, form, client, raw, whole"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A row that could not be taken."""

    id: int
    at: int  # UTC ms: when it last came
    times: int  # it came
    reason: str
    field: str  # that is wrong; "" where it is the row as a whole
    form: Form
    client: str  # that sent it; "" unknown
    raw: bytes
    whole: bool  # false: it was too long to be kept


class DeadLetters:
    """The dead letters of one tenant."""

    def __init__(self, database: Database, tenant: str, most: int = 10_000) -> None:
        self._db, self._name, self._most = database, tenant, most

    def put(self, refused: Sequence[Refused], client: str = "") -> None:
        """Keep rows; one that is there already is counted. Within the caller's transaction, or in one of its own."""
        if not refused:
            return
        now = int(time.time() * 1000)
        with self._db.write() as connection:
            tenant = self._db.tenant(self._name, create=True)
            connection.executemany(
                "INSERT INTO dead_letters (tenant, key, at, times, reason, field, form, client, raw, whole) "
                "VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, key) DO UPDATE SET "
                "times = dead_letters.times + 1, at = excluded.at, reason = excluded.reason, field = excluded.field",
                [
                    (tenant, _key(r), now, _text(r.reason)[:2_000], _text(r.field), r.form, _text(client),
                     r.raw[:MAX_RAW], int(len(r.raw) <= MAX_RAW))
                    for r in refused
                ],
            )  # fmt: skip
            over = int(
                connection.execute("SELECT count(*) FROM dead_letters WHERE tenant = ?", (tenant,)).fetchone()[0]
            )
            if over > self._most:
                connection.execute(
                    "DELETE FROM dead_letters WHERE id IN "
                    "(SELECT id FROM dead_letters WHERE tenant = ? ORDER BY id LIMIT ?)",
                    (tenant, over - self._most),
                )
                connection.execute(
                    "INSERT INTO meta VALUES ('dead_dropped', ?1) "
                    "ON CONFLICT (key) DO UPDATE SET value = meta.value + ?1",
                    (over - self._most,),
                )

    def listed(self, limit: int = 100, before: int = 0) -> list[DeadLetter]:
        """The newest first, from below an id on."""
        with self._db.asking() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM dead_letters WHERE tenant = ?1 AND (?2 = 0 OR id < ?2) "
                "ORDER BY id DESC LIMIT ?3",
                (self._db.tenant(self._name), before, limit),
            ).fetchall()
        return [DeadLetter(*row) for row in rows]

    def get(self, id: int) -> DeadLetter:
        """One, or UnknownName."""
        found = self.listed(1, id + 1)
        if not found or found[0].id != id:
            raise UnknownName("dead letter", str(id))
        return found[0]

    def drop(self, ids: Sequence[int]) -> int:
        """Take away; how many there were."""
        with self._db.write() as connection:
            tenant, gone = self._db.tenant(self._name), "DELETE FROM dead_letters WHERE tenant = ? AND id = ?"
            return connection.executemany(gone, [(tenant, id) for id in ids]).rowcount if ids else 0

    def counts(self) -> tuple[int, int]:
        """How many there are, and how many of all tenants were dropped for want of room."""
        with self._db.asking() as connection:
            tenant = (self._db.tenant(self._name),)
            (here,) = connection.execute("SELECT count(*) FROM dead_letters WHERE tenant = ?", tenant).fetchone()
            gone = connection.execute("SELECT value FROM meta WHERE key = 'dead_dropped'").fetchone()
        return int(here), int(gone[0]) if gone else 0

    def forget(self, listener: str) -> int:
        """Take away what names a listener; how many. Within the caller's transaction."""
        gone, low = 0, 0
        connection, tenant = self._db.connection, self._db.tenant(self._name)
        while rows := connection.execute(
            "SELECT id, raw, reason, client FROM dead_letters WHERE tenant = ? AND id > ? ORDER BY id LIMIT 500",
            (tenant, low),
        ).fetchall():
            low = rows[-1][0]
            held = [(id,) for id, raw, *said in rows if names(raw, listener) or _holds(" ".join(said), listener)]
            connection.executemany("DELETE FROM dead_letters WHERE id = ?", held)
            gone += len(held)
        return gone


def names(raw: bytes, listener: str) -> bool:
    """Whether a row names a listener, however it is written; where it is no JSON, whether the letters are there."""
    try:
        texts = _texts(msgspec.json.decode(raw))
    except (ValueError, RecursionError):
        return listener.encode() in raw or json.dumps(listener)[1:-1].encode() in raw
    return any(text == listener or _holds(text, listener) for text in texts)


def _texts(value: object) -> Iterator[str]:
    """All text within a JSON value."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one


def _holds(text: str, listener: str) -> bool:
    return len(listener) >= SURE and listener in text


def _text(said: str) -> str:
    """As it can be kept by any database."""
    return said.replace("\0", "\u2400")


def _key(refused: Refused) -> bytes:
    return blake2b(refused.form.encode() + b"\x1f" + refused.raw, digest_size=16).digest()
