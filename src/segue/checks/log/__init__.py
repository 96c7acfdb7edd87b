"""Checks of the log and the catalogue as they are kept. One check a file, found by its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segue.checks import Finding
from segue.core.registry import Registry
from segue.core.types import I64, Bools, Ids


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks look at, as columns."""

    now: int  # UTC ms
    events: pa.Table  # store.schema.STORED
    type_names: tuple[str, ...]  # name of event type t at t - 1
    items: Ids  # (N,) sorted catalogue numbers
    named: Bools  # (N,) has a title of its own
    duration: I64  # (N,) ms; 0 unknown
    imports: Sequence[dict[str, Any]] = field(default_factory=tuple)  # reports of finished imports, newest first

    def column(self, name: str) -> NDArray[Any]:
        """A column of the events as an array; nulls become 0 or NaN."""
        array: NDArray[Any] = self.events.column(name).to_numpy()
        return array

    def of_type(self, *names: str) -> Bools:
        """(E,) whether each event is of one of these types."""
        codes = [self.type_names.index(n) + 1 for n in names]
        return np.isin(self.column("type"), codes)


Check = Callable[[Facts], Sequence[Finding]]

CHECKS: Registry[Check] = Registry("segue.checks.log", "check")


def run_checks(facts: Facts) -> list[Finding]:
    """Every check, fails first."""
    found = [finding for name in CHECKS for finding in CHECKS[name](facts)]
    return sorted(found, key=lambda f: ("fail", "warn", "note").index(f.level))
