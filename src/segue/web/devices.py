"""Names that podcast apps gave to their devices: no event tells them."""

from __future__ import annotations

import sqlite3
import time
from typing import NamedTuple

from segue.store.passing import Passing

MOST = 10_000  # devices kept; the ones named longest ago go first
KEPT_S = 90 * 86_400  # that a name lasts
MOST_CHARS = 200


class Named(NamedTuple):
    """What an app said of a device."""

    caption: str
    type: str


class Devices:
    """By listener and id; the worker processes of a server share it."""

    def __init__(self, passing: Passing) -> None:
        self._passing = passing

    def name(self, listener: str, id: str, said: Named) -> None:
        """In the place of what was said of it before."""

        def name(connection: sqlite3.Connection) -> None:
            now = time.time()
            row = (listener, id, now, said.caption[:MOST_CHARS], said.type)
            connection.execute("INSERT OR REPLACE INTO devices VALUES (?, ?, ?, ?, ?)", row)
            connection.execute("DELETE FROM devices WHERE at < ?", (now - KEPT_S,))
            connection.execute(
                "DELETE FROM devices WHERE rowid IN (SELECT rowid FROM devices ORDER BY at DESC LIMIT -1 OFFSET ?)",
                (MOST,),
            )

        self._passing.change(name)

    def of(self, listener: str) -> dict[str, Named]:
        """Of a listener, by id, in the order in which they were named."""
        sql = "SELECT device, caption, type FROM devices WHERE listener = ? AND at >= ? ORDER BY at"
        rows = self._passing.ask(lambda c: c.execute(sql, (listener, time.time() - KEPT_S)).fetchall())
        return {id: Named(caption, type) for id, caption, type in rows}
