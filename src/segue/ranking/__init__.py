"""What stands first. One ranker a file; each gives the same items new scores."""

from __future__ import annotations

from collections.abc import Callable

from segue.core.protocols import Facts, Ranker
from segue.core.registry import Registry
from segue.ranking._balance import SMOOTHING, Balance, Wanted, divergence
from segue.ranking._expected import Expected
from segue.ranking._leaning import leaned

__all__ = ["RANKERS", "SMOOTHING", "Balance", "Expected", "Wanted", "divergence", "leaned"]

RANKERS = Registry[Callable[[Facts], Ranker]]("segue.ranking", "ranker")
"""Each plug-in makes its ranker for one release from the catalogue."""
