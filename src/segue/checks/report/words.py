"""Strings from outside, cut to what a page can bear."""

from __future__ import annotations


def cut(text: str, most: int) -> str:
    """At most so many characters, with … for what is left out."""
    return text if len(text) <= most else text[: most - 1] + "…"


def rounded(x: float, digits: int = 4) -> float:
    """To so many significant digits: pages draw no more."""
    return float(f"{x:.{digits}g}")
