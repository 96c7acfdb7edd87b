"""What is playing now: told by players, forgotten when it must be over. It is no event."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from segue.store.passing import Passing

MOST = 10_000  # players kept; the ones heard of longest ago go first
KEPT_S = 86_400  # that a player is remembered after it was last heard of
UNKNOWN_MS = 600_000  # that a track of unknown length may play
TELLING_S = 30  # that a play may be on its way to the log
FOR_EVER = 1e12
MOST_CHARS, MOST_BYTES = 1_000, 16_384  # of each name, and of all of it


@dataclass(slots=True)
class Now:
    """What one player of a listener plays."""

    title: str
    artist: str
    album: str = ""
    item: str = ""  # uri, where the player knows it
    duration_ms: int = 0
    player: str = ""
    info: dict[str, Any] = field(default_factory=dict)  # whatever else the player said
    state: str = "playing"
    position_ms: int = 0  # at `at`
    at: float = field(default_factory=time.time)  # when it was last told of
    since: float = field(default_factory=time.time)  # when it was first told of
    heard: float = 0.0  # until when a play of it counts as told; FOR_EVER: it is in the log

    @property
    def ends(self) -> float:
        """When it must be over, UTC s."""
        return self.at + max((self.duration_ms or UNKNOWN_MS) - self.position_ms, 0) / 1000 + 60


class Playing:
    """By listener and player; the worker processes of a server share it."""

    def __init__(self, passing: Passing) -> None:
        self._passing = passing

    def put(self, listener: str, now: Now, goes_on: bool = False) -> Now | None:
        """Take note; what the player played before. `goes_on`: the same item is no new one, and whether a play of it
        was told is kept, by whichever process.
        """
        now = replace(
            now, title=now.title[:MOST_CHARS], artist=now.artist[:MOST_CHARS], album=now.album[:MOST_CHARS]
        )  # fmt: skip

        def put(connection: sqlite3.Connection) -> Now | None:
            before, kept = _found(connection, listener, now.player), now
            if goes_on and before is not None and before.item == now.item:
                kept = replace(now, since=before.since, heard=max(before.heard, now.heard))
            _write(connection, listener, kept)
            connection.execute("DELETE FROM playing WHERE at < ?", (time.time() - KEPT_S,))
            connection.execute(
                "DELETE FROM playing WHERE rowid IN (SELECT rowid FROM playing ORDER BY at DESC LIMIT -1 OFFSET ?)",
                (MOST,),
            )
            return before

        return self._passing.change(put)

    def hear(self, listener: str, player: str, items: Collection[str], until: float = FOR_EVER) -> None:
        """A play of one of the items is told, so that the end of it is no second one."""

        def hear(connection: sqlite3.Connection) -> None:
            now = _found(connection, listener, player)
            if now is not None and now.item in items:
                _write(connection, listener, replace(now, heard=max(now.heard, until)))

        self._passing.change(hear)

    def end(self, listener: str, player: str) -> Now | None:
        """The player stopped: what it played."""

        def end(connection: sqlite3.Connection) -> Now | None:
            before = _found(connection, listener, player)
            connection.execute("DELETE FROM playing WHERE listener = ? AND player = ?", (listener, player))
            return before

        return self._passing.change(end)

    def get(self, listener: str, player: str) -> Now | None:
        """What a player was last heard of with, over or not."""
        return self._passing.ask(lambda connection: _found(connection, listener, player))

    def of(self, listener: str | None = None) -> list[tuple[str, Now]]:
        """Who plays what, newest first; of one listener or of all."""
        whose = "listener IS NOT ?" if listener is None else "listener = ?"
        sql = f"SELECT listener, body FROM playing WHERE {whose} AND ends >= ? ORDER BY at DESC"
        rows = self._passing.ask(lambda c: c.execute(sql, (listener, time.time())).fetchall())
        return [(who, now) for who, body in rows if (now := _read(body)) is not None]


def _found(connection: sqlite3.Connection, listener: str, player: str) -> Now | None:
    sql = "SELECT body FROM playing WHERE listener = ? AND player = ?"
    rows = connection.execute(sql, (listener, player)).fetchall()
    return _read(rows[0][0]) if rows else None


def _write(connection: sqlite3.Connection, listener: str, now: Now) -> None:
    body = msgspec.json.encode(now)
    if len(body) > MOST_BYTES:
        body = msgspec.json.encode(replace(now, info={}))
    row = (listener, now.player, now.at, now.ends, body)
    connection.execute("INSERT OR REPLACE INTO playing VALUES (?, ?, ?, ?, ?)", row)


def _read(body: bytes) -> Now | None:
    try:
        return msgspec.json.decode(body, type=Now)
    except msgspec.DecodeError:  # of another version
        return None
