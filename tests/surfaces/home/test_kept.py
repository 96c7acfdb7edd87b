"""Kept pages: the least asked for goes first."""

from __future__ import annotations

from segue.surfaces.home.kept import Kept


def test_the_least_asked_for_goes_first() -> None:
    kept: Kept[int] = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)
