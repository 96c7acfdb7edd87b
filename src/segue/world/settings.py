"""How large a world is and from which seed it grows."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from hashlib import blake2b

from segue.core.errors import UsageError

DAY = 86_400_000  # ms
END = 1_782_777_600_000  # 2026-06-30T00:00Z: fixed, so that a run can be repeated on any day


@dataclass(frozen=True, slots=True)
class WorldSettings:
    """Sizes of a world; a 0 is filled in proportion to `tracks` (or `shows`) by `filled`."""

    seed: int = 0
    listeners: int = 500
    days: int = 60
    tracks: int = 6_000
    artists: int = 0  # 0: one for every 9 tracks
    albums: int = 0  # 0: one for every 6 tracks; singles count
    playlists: int = 0  # editorial ones; 0: one for every 30 tracks, at most 1,500
    shows: int = 160
    episodes: int = 0  # 0: 18 for each show
    audiobooks: int = 500
    end: int = END  # UTC ms: midnight at which the last day begins
    tenant: str = "default"

    def filled(self) -> WorldSettings:
        """The same with every 0 replaced, or UsageError naming the size that cannot be."""
        full = replace(
            self,
            artists=self.artists or max(1, self.tracks // 9),
            albums=self.albums or max(1, self.tracks // 6),
            playlists=self.playlists or max(12, min(1_500, self.tracks // 30)),
            episodes=self.episodes or 18 * self.shows,
        )
        for field in fields(full):
            value = getattr(full, field.name)
            if field.name not in ("seed", "tenant") and value < 1:
                raise UsageError(f"a world cannot have {field.name}={value}; it must be 1 or more")
        if full.seed < 0:
            raise UsageError(f"seed={full.seed}: it must be 0 or more")
        if not full.artists <= full.albums <= full.tracks:
            raise UsageError(
                f"artists={full.artists}, albums={full.albums}, tracks={full.tracks}: "
                "every artist needs an album and every album a track"
            )
        if full.episodes < full.shows:
            raise UsageError(f"episodes={full.episodes}, shows={full.shows}: every show needs an episode")
        if full.end < (full.days + 400) * DAY:
            raise UsageError(f"end={full.end}: it is UTC milliseconds, {full.days + 400} days after 1970 or later")
        return full

    @property
    def start(self) -> int:
        """UTC ms at which the first day begins; the window is [start, end + 1 day)."""
        return self.end - (self.days - 1) * DAY

    @property
    def digest(self) -> str:
        """Eight hex digits that differ between worlds: the head of every event id."""
        return blake2b(repr(self.filled()).encode(), digest_size=4).hexdigest()
