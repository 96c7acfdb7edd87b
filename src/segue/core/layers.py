"""Layers of something that grows, few of them however often more comes (log-structured merging, O'Neil 1996)."""

from __future__ import annotations

from collections.abc import Callable, Sized
from typing import TypeVar

Layer = TypeVar("Layer", bound=Sized)


def laid(layers: tuple[Layer, ...], last: Layer, together: Callable[[Layer, Layer], Layer]) -> tuple[Layer, ...]:
    """With one layer more; those that are less than twice as long as what lies on them become one with it.

    So of n things there are log2(n) layers at most, and each is laid anew about as often.
    """
    while layers and len(layers[-1]) < 2 * len(last):
        layers, last = layers[:-1], together(layers[-1], last)
    return (*layers, last)
