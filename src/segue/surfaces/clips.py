"""Short sounds of tracks: rendered for a simulated catalogue, cut from the file of an imported folder; kept."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from segue.core.types import F32, Kind
from segue.signals.audio import RATE, decode_file
from segue.signals.rendering import encoded, render_clip
from segue.store.catalogue_view import CatalogueView

SIMULATED = "world"  # the namespace of items that no one ever played
EXCERPT_S = 20.0  # of a file, from its middle
FADE_S = 0.4
FORM = "1"  # another one makes all clips anew
MEDIA = "audio/flac"
MOST_BYTES = 256 << 20  # of all clips that are kept
TOGETHER = 2  # made at the same time


@dataclass(frozen=True, slots=True)
class Clip:
    """A sound that can be had."""

    key: str  # changes when the sound does
    read: Callable[[], bytes]  # made when it is not there yet; BadSound where the file cannot be heard


def rendered(facts: CatalogueView, number: int) -> F32:
    """(S,) the sound of a simulated track, from what the catalogue says of it."""
    uri, artist, genres, moods = _said(facts, number)
    return render_clip(uri, artist, genres, moods)


def simulated(facts: CatalogueView, number: int) -> bool:
    """Whether a track is of the simulated catalogue and can be rendered."""
    return int(facts.kind[facts.row(number)]) == Kind.TRACK and facts.sources(number)[0][0] == SIMULATED


def _said(facts: CatalogueView, number: int) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    artists, genres = facts.artists_of(number), facts.genre_words(number)
    moods = tuple(word for word in facts.tag_words(number) if word not in genres)
    return facts.uri(number), facts.uri(int(artists[0])) if len(artists) else "", genres, moods


class Clips:
    """The clips of a workspace. Safe for several threads and processes: a file is written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._making = threading.BoundedSemaphore(TOGETHER)
        self._locks = [threading.Lock() for _ in range(64)]

    def rendered(self, facts: CatalogueView, number: int) -> Clip:
        """Of a simulated track."""
        key = _key("rendered", *map(repr, _said(facts, number)))
        return Clip(key, lambda: self._kept(key, lambda: encoded(rendered(facts, number))))

    def excerpt(self, path: Path) -> Clip:
        """Of a file."""
        state = path.stat()
        key = _key("file", str(path), str(state.st_mtime_ns), str(state.st_size))
        return Clip(key, lambda: self._kept(key, lambda: encoded(_faded(decode_file(path, middle=EXCERPT_S)))))

    def _kept(self, key: str, make: Callable[[], bytes]) -> bytes:
        path = self.folder / key[:2] / f"{key}.flac"
        with self._locks[int(key[:8], 16) % len(self._locks)]:  # who asks second waits for the first
            with suppress(OSError):  # not there
                content = path.read_bytes()
                os.utime(path)
                return content
            with self._making:
                content = make()
            with suppress(OSError):  # a full disk: it is made again the next time
                self._write(path, content)
        return content

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)
        self._make_room()

    def _make_room(self) -> None:
        """Those not asked for the longest go, a tenth of all at a time."""
        files = []
        for path in self.folder.glob("*/*.flac"):
            try:
                state = path.stat()
            except OSError:  # another process was quicker
                continue
            files.append((state.st_mtime_ns, state.st_size, path))
        total = sum(size for _, size, _ in files)
        if total > MOST_BYTES:
            for _, size, path in sorted(files):
                if total <= 0.9 * MOST_BYTES:
                    break
                path.unlink(missing_ok=True)
                total -= size


def _key(*words: str) -> str:
    return blake2b("\x1f".join((FORM, *words)).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _faded(samples: F32) -> F32:
    """With soft ends, and no louder than full scale."""
    out, n = np.clip(samples, -1, 1), min(len(samples) // 2, int(FADE_S * RATE))
    ramp = np.linspace(0, 1, n, dtype=np.float32)
    out[:n] *= ramp
    out[len(out) - n :] *= ramp[::-1]
    return out
