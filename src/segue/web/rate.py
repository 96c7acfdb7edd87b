"""So many requests a window and caller, and the headers that say how many are left."""

from __future__ import annotations

import time

from segue.core.errors import SegueError

MOST = 50_000  # callers remembered


class TooMany(SegueError):
    """The caller asked too often; a window later it may ask again."""


class Rate:
    """Counts requests in fixed windows."""

    def __init__(self, limit: int = 300, window_s: int = 10) -> None:
        self.limit, self.window_s = limit, window_s
        self._window, self._counts = 0, dict[str, int]()

    def take(self, caller: str) -> dict[str, str]:
        """Count one request: the headers of its answer. `x-ratelimit-remaining` is -1 where it must be refused."""
        now = time.time()
        window = int(now // self.window_s)
        if window != self._window or len(self._counts) >= MOST:
            self._window, self._counts = window, {}
        count = self._counts[caller] = self._counts.get(caller, 0) + 1
        end = (window + 1) * self.window_s
        return {
            "x-ratelimit-limit": str(self.limit), "x-ratelimit-remaining": str(max(-1, self.limit - count)),
            "x-ratelimit-reset-in": str(max(1, round(end - now))), "x-ratelimit-reset": str(end),
        }  # fmt: skip
