"""When each key was last used, to the minute: remembered here and written now and then, so that no request writes."""

from __future__ import annotations

import time

from segue.web.access_file import AccessFile

MINUTE_MS = 60_000


class LastUse:
    """In the database that worker processes share; each writes what it saw itself."""

    def __init__(self, access: AccessFile) -> None:
        self._access, self._seen = access, dict[str, int]()
        self._written = time.monotonic()

    def note(self, key: str) -> None:
        """A key was used just now."""
        self._seen[key] = int(time.time()) // 60 * MINUTE_MS

    def write(self, every_s: float = 0.0) -> None:
        """Put what was seen on the disk, unless that was done less than so many seconds ago."""
        if not self._seen or time.monotonic() - self._written < every_s:
            return
        seen, self._seen, self._written = self._seen, {}, time.monotonic()
        try:
            with self._access.changing() as connection:
                connection.executemany(
                    "INSERT INTO used VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET at = max(at, excluded.at)",
                    list(seen.items()),
                )
        except BaseException:
            self._seen = seen | self._seen  # for the next time
            raise

    def all(self) -> dict[str, int]:
        """By key, UTC ms."""
        written: dict[str, int] = {}
        if self._access.path.exists():
            with self._access.reading() as connection:
                written = dict(connection.execute("SELECT key, at FROM used").fetchall())
        return written | {key: max(at, written.get(key, 0)) for key, at in self._seen.copy().items()}

    def forget(self, keys: list[str]) -> None:
        """They are no keys any more."""
        for key in keys:
            self._seen.pop(key, None)
        if self._access.path.exists():
            with self._access.changing() as connection:
                connection.executemany("DELETE FROM used WHERE key = ?", [(key,) for key in keys])
