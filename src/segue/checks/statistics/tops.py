"""The most frequent values, with how far off a count can be.

After Misra and Gries, "Finding repeated elements", 1982, and Agarwal et al., "Mergeable summaries", PODS 2012: what is
cut away is counted in `error`. Exact while no more than `size` different values were seen; of more, a quarter of `size`
is kept.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

SIZE = 1024
"""Values kept while they are all there are."""


class Tops(msgspec.Struct, frozen=True, omit_defaults=True):
    """Counts of the most frequent values, most frequent first; each true count is at most `error` higher."""

    values: list[str] = []
    counts: list[int] = []
    error: int = 0
    size: int = SIZE

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, int]], error: int = 0, size: int = SIZE) -> Tops:
        """Of all (value, count), each value once."""
        kept = sorted(pairs, key=lambda p: (-p[1], p[0]))
        room = size // 4 if error or len(kept) > size else size
        if len(kept) > room:
            cut = kept[room][1]
            kept, error = [(v, c - cut) for v, c in kept[:room] if c > cut], error + cut
        return cls([v for v, _ in kept], [c for _, c in kept], error, size)

    @property
    def complete(self) -> bool:
        """Whether every value is here."""
        return self.error == 0

    def counted(self) -> dict[str, int]:
        return dict(zip(self.values, self.counts))


def merged(a: Tops, b: Tops) -> Tops:
    return merged_all((a, b))


def merged_all(sketches: Iterable[Tops]) -> Tops:
    """Of all, as small as the smallest of them."""
    given = list(sketches)
    counts: dict[str, int] = {}
    for sketch in given:
        for value, count in zip(sketch.values, sketch.counts):
            counts[value] = counts.get(value, 0) + count
    return Tops.of(counts.items(), sum(s.error for s in given), min(s.size for s in given))
