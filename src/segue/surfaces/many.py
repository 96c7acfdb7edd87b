"""Events that come many at a time, as columns: grouped by listener, those of each in order of arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segue.core.layers import laid
from segue.core.types import NO_IDS, Ids, span_of

Column = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Many:
    """E events."""

    who: Ids  # (E,) ascending
    columns: tuple[Column, ...]  # (E,) each

    @classmethod
    def of(cls, who: Ids, *columns: Column) -> Many:
        """From events in order of arrival."""
        order = np.argsort(who, kind="stable")
        return cls(who[order].astype(np.int32, copy=False), tuple(column[order] for column in columns))

    def __len__(self) -> int:
        return len(self.who)

    def part(self, listener: int) -> tuple[Column, ...] | None:
        """The columns of one listener; None where there is nothing."""
        mine = span_of(listener, self.who)
        return tuple(column[mine] for column in self.columns) if mine.stop > mine.start else None

    def then(self, later: Many) -> Many:
        """Both, what came later after what came before."""
        both = (np.concatenate(pair) for pair in zip(self.columns, later.columns, strict=True))
        return Many.of(np.concatenate([self.who, later.who]), *both)


class Layers:
    """All that came many at a time. Written by one thread at a time, read by others meanwhile."""

    def __init__(self, *first: Many) -> None:
        self._all = first

    def add(self, who: Ids, *columns: Column) -> None:
        """Events (E,) that came after those before."""
        if len(who):
            self._all = laid(self._all, Many.of(who, *columns), Many.then)

    def parts(self, listener: int) -> list[tuple[Column, ...]]:
        """The columns of one listener, as many times as there is something."""
        return [part for many in self._all if (part := many.part(listener)) is not None]

    def column(self, n: int) -> tuple[Ids, Column]:
        """(E,), (E,) whose the events are, and the n-th column of all of them."""
        if not self._all:
            return NO_IDS, np.zeros(0, np.int64)
        return np.concatenate([many.who for many in self._all]), np.concatenate([m.columns[n] for m in self._all])

    def count(self, listener: int) -> int:
        """How many events of a listener there are."""
        return sum(len(part[0]) for part in self.parts(listener))
