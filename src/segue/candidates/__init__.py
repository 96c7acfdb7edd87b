"""Where cards come from. One source a file; each gives at most n different items of the kind that is asked for."""

from __future__ import annotations

from collections.abc import Callable

from segue.candidates._board import Board, strengths
from segue.candidates._habits import Habits, sittings
from segue.candidates._points import points_of
from segue.candidates._section import Section
from segue.candidates._stock import Stock
from segue.core.protocols import Source
from segue.core.registry import Registry

SOURCES = Registry[Callable[[Board], Source]]("segue.candidates", "source")
"""Each plug-in makes its source for one request, over the board that the whole request shares."""

__all__ = ["SOURCES", "Board", "Habits", "Section", "Stock", "points_of", "sittings", "strengths"]
