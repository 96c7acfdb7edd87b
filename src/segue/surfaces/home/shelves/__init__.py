"""The rows of Home. One shelf a file; `place` says where it stands where nothing else decides, top to bottom.

`quick`: it is made in a millisecond or two, and stands on the short pages that are made while there is no time for
others.
"""

from __future__ import annotations

from collections.abc import Callable

from segue.core.protocols import Shelf
from segue.core.registry import Registry

SHELVES = Registry[Callable[[], Shelf]]("segue.surfaces.home.shelves", "shelf")
