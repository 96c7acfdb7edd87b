"""What is playing now: told by players, forgotten when it must be over. It is no event and on no disk."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

MOST = 10_000  # players kept; the ones heard of longest ago go first
UNKNOWN_MS = 600_000  # that a track of unknown length may play


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
    heard: bool = False  # a play of it is in the log

    def over(self, now: float) -> bool:
        left = (self.duration_ms or UNKNOWN_MS) - self.position_ms
        return now > self.at + max(left, 0) / 1000 + 60


class Playing:
    """By listener and player."""

    def __init__(self) -> None:
        self._now: dict[tuple[str, str], Now] = {}

    def put(self, listener: str, now: Now) -> Now | None:
        """Take note; what the player played before."""
        before = self._now.pop((listener, now.player), None)
        while len(self._now) >= MOST:
            self._now.pop(next(iter(self._now)))
        self._now[listener, now.player] = now
        return before

    def end(self, listener: str, player: str) -> Now | None:
        """The player stopped: what it played."""
        return self._now.pop((listener, player), None)

    def get(self, listener: str, player: str) -> Now | None:
        return self._now.get((listener, player))

    def forget(self, listener: str) -> None:
        for key in [key for key in self._now if key[0] == listener]:
            self._now.pop(key, None)

    def of(self, listener: str | None = None) -> list[tuple[str, Now]]:
        """Who plays what, newest first; of one listener or of all."""
        now = time.time()
        for gone in [key for key, one in self._now.items() if one.over(now)]:
            self._now.pop(gone, None)
        found = [(who, one) for (who, _), one in self._now.items() if listener in (None, who)]
        return sorted(found, key=lambda pair: -pair[1].at)
