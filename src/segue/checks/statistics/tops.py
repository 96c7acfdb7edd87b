"""The most frequent values, with how far off a count can be.

After Misra and Gries, "Finding repeated elements", 1982, and Agarwal et al., "Mergeable summaries", PODS 2012: what is
cut away is counted in `error`. Exact while no more than `SIZE` different values were seen.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

SIZE = 1024
"""Values kept."""


class Tops(msgspec.Struct, frozen=True):
    """Counts of the most frequent values, most frequent first; each true count is at most `error` higher."""

    values: list[str] = []
    counts: list[int] = []
    error: int = 0

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, int]], error: int = 0) -> Tops:
        """Of all (value, count), each value once."""
        kept = sorted(pairs, key=lambda p: (-p[1], p[0]))
        if len(kept) > SIZE:
            cut = kept[SIZE][1]
            kept, error = [(v, c - cut) for v, c in kept[:SIZE] if c > cut], error + cut
        return cls([v for v, _ in kept], [c for _, c in kept], error)

    @property
    def complete(self) -> bool:
        """Whether every value is here."""
        return self.error == 0

    def counted(self) -> dict[str, int]:
        return dict(zip(self.values, self.counts))


def merged(a: Tops, b: Tops) -> Tops:
    counts = a.counted()
    for value, count in zip(b.values, b.counts):
        counts[value] = counts.get(value, 0) + count
    return Tops.of(counts.items(), a.error + b.error)
