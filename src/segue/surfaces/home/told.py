"""What operators are told of a page: counts alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PageMade:
    """A page that was asked for."""

    kept: bool  # it was made before, and nothing has happened since
    shelves: int = 0  # on it
    candidates: Mapping[str, int] = field(default_factory=dict)  # by the source they came from
    empty: Sequence[str] = ()  # shelves that had too little to show
    took: float = 0.0  # seconds of the processor
    last: bool = False  # it is the one last made for the listener: more are asked for than can be made
    short: bool = False  # it has few shelves, since there was no time for more

    @property
    def how(self) -> str:
        """In a word."""
        return "kept" if self.kept else "last" if self.last else "short" if self.short else "new"
