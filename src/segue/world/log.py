"""Everything that happened in a world, as columns that grow day by day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segue.core.types import I64
from segue.world.music import Music
from segue.world.spoken import Spoken

TYPES = ("play", "save", "remove", "follow", "playlist_add", "search")
STARTS = ("clickrow", "trackdone", "fwdbtn", "playbtn", "autoplay")
ENDS = ("trackdone", "fwdbtn", "endplay")
DEVICES = ("phone", "computer", "speaker", "tv", "car")
PLAY, SAVE, REMOVE, FOLLOW, PLAYLIST_ADD, SEARCH = range(len(TYPES))

COLUMNS: dict[str, type[np.generic]] = {
    "at": np.int64,  # UTC ms; of a play, when it ended
    "type": np.int8,  # position in TYPES
    "who": np.int32,  # listener; the number of listeners: the editors
    "item": np.int32,  # world number, -1 none
    "ms": np.int32,
    "start": np.int8,  # position in STARTS
    "end": np.int8,  # position in ENDS
    "context": np.int32,  # world number of a playlist, album, artist or show
    "device": np.int8,  # position in DEVICES
    "shuffle": np.int8,
    "offline": np.int8,
    "words": np.int32,  # position in the words that people search for
}
"""In every column but `at`, -1 stands for nothing."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """World numbers: all items of all kinds in one row, tracks first. Each field is the first number of a kind."""

    artist: int
    album: int
    playlist: int  # editorial ones, then the listeners' own
    own: int  # first of the listeners' own playlists
    show: int
    episode: int
    book: int
    person: int
    end: int

    @classmethod
    def of(cls, music: Music, spoken: Spoken, own: int) -> Numbers:
        sizes = [
            len(music.track_album), len(music.genre), len(music.album_artist), len(music.playlist_genre), own,
            len(spoken.topic), len(spoken.episode_show), len(spoken.book_genre), len(spoken.person_place),
        ]  # fmt: skip
        artist, album, playlist, own_, show, episode, book, person, end = np.cumsum(sizes).tolist()
        return cls(artist, album, playlist, own_, show, episode, book, person, end)


@dataclass(slots=True)
class Log:
    """Batches of rows, put together by `columns`."""

    batches: list[dict[str, NDArray[Any]]] = field(default_factory=list)

    def add(self, kind: int, at: I64, who: NDArray[np.integer], **columns: NDArray[Any]) -> None:
        """Rows of one type; columns that are left out are empty."""
        if len(at):
            types = np.full(len(at), kind, np.int8)
            given: dict[str, NDArray[Any]] = {"at": at, "type": types, "who": who, **columns}
            self.batches.append({name: values.astype(COLUMNS[name]) for name, values in given.items()})

    def columns(self) -> dict[str, NDArray[Any]]:
        """All rows, sorted by time; rows of the same time in the order they were added."""
        if not self.batches:
            return {name: np.zeros(0, dtype) for name, dtype in COLUMNS.items()}
        at = np.concatenate([b["at"] for b in self.batches])
        order = np.argsort(at, kind="stable")
        out: dict[str, NDArray[Any]] = {}
        for name, dtype in COLUMNS.items():
            parts = [b[name] if name in b else np.full(len(b["at"]), -1, dtype) for b in self.batches]
            out[name] = np.concatenate(parts)[order]
        return out
