"""Sound: a log-mel spectrogram to a vector, without torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from segue.core.errors import InputError
from segue.core.types import F32
from segue.fitted._onnx import onnx_session
from segue.fitted.sound.statistics import Statistics
from segue.signals.audio import log_mel

SEGMENT = 128  # frames the network hears at once: 3 s
HEARD = 12  # segments of a track: 36 s of it
STANDARD = 200  # tracks that say what is usual
FILE, NETWORK = "sound.json", "network.onnx"


@dataclass(frozen=True)
class Sound:
    """Vectors of tracks whose cosine says how alike they sound."""

    statistics: Statistics
    network: bytes | None = None  # an ONNX model: (N, SEGMENT, BANDS) to (N, E)
    middle: F32 = field(default_factory=lambda: np.zeros(0, np.float32))  # (E,) of the network's vectors
    spread: F32 = field(default_factory=lambda: np.zeros(0, np.float32))  # (E,)
    share: float = 0.5  # of the network in the vector

    def embed(self, mel: F32) -> F32:
        """(D,) of length 1 for the log-mel (T, BANDS) of a track."""
        if mel.ndim != 2 or mel.shape[1] != len(self.statistics.band_mean) or not len(mel):
            raise InputError(f"a log-mel has the shape (T, {len(self.statistics.band_mean)}), this one {mel.shape}")
        plain = self.statistics.vector(mel)
        if self.network is None:
            return plain
        heard = (self.heard(mel) - self.middle) / self.spread
        heard /= max(float(np.linalg.norm(heard)), 1e-9)
        return np.concatenate([np.float32(self.share**0.5) * heard, np.float32((1 - self.share) ** 0.5) * plain])

    def embed_samples(self, samples: F32) -> F32:
        """(D,) for mono samples at `segue.signals.audio.RATE`."""
        return self.embed(log_mel(samples))

    def heard(self, mel: F32) -> F32:
        """(E,) mean of the network's vectors of up to HEARD segments, evenly spread; what is shorter is repeated."""
        if len(mel) < SEGMENT:
            mel = np.tile(mel, (-(-SEGMENT // len(mel)), 1))
        n = min(HEARD, len(mel) // SEGMENT)
        starts = np.linspace(0, len(mel) - SEGMENT, n).astype(int)
        cut = np.stack([mel[i : i + SEGMENT] for i in starts]).astype(np.float32)
        out: F32 = self._session.run(None, {"mel": cut})[0].mean(0)
        return out

    def with_middle(self, mels: Sequence[F32]) -> Self:
        """The same, standardized on a collection."""
        if self.network is None:
            return self
        some = np.linspace(0, len(mels) - 1, min(len(mels), STANDARD)).astype(int)
        rows = np.stack([self.heard(mels[i]) for i in some.tolist()])
        return replace(self, middle=rows.mean(0), spread=rows.std(0) + 1e-6)

    @cached_property
    def _session(self) -> Any:
        assert self.network is not None
        return onnx_session(self.network, "hearing with a network")

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        said = {"share": self.share, "middle": self.middle.tolist(), "spread": self.spread.tolist(),
                "statistics": self.statistics.arrays()}  # fmt: skip
        (folder / FILE).write_text(json.dumps(said))
        if self.network is not None:
            (folder / NETWORK).write_bytes(self.network)


def load_sound(folder: Path) -> Sound:
    """The model that `save` wrote."""
    said = json.loads((folder / FILE).read_text())
    network = (folder / NETWORK).read_bytes() if (folder / NETWORK).is_file() else None
    rows = [np.asarray(said[name], np.float32) for name in ("middle", "spread")]
    return Sound(Statistics.from_arrays(said["statistics"]), network, rows[0], rows[1], float(said["share"]))
