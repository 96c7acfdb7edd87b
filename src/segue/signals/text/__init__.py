"""Words as vectors: a pinned multilingual encoder, one that needs no model, and a cache of what was encoded."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import Protocol

import structlog

from segue.core.errors import SegueError, UnknownName
from segue.core.types import F32
from segue.signals.text.hashed import Hashed
from segue.signals.text.sentences import Sentences


class TextEncoder(Protocol):
    """Texts to vectors of length 1: what is alike in meaning has a large product."""

    name: str  # with its version: vectors of two names cannot be compared
    dimensions: int

    def encode(self, texts: Sequence[str]) -> F32:
        """(n, E) of length 1; zeros for a text without a word."""
        ...


ENCODERS: dict[str, Callable[[], TextEncoder]] = {Sentences.name: Sentences, Hashed.name: Hashed}
"""By name, the better one first."""


@cache
def text_encoder(name: str = "") -> TextEncoder:
    """The encoder of this name, or the best that works here; loaded once a process.

    Where the pinned one is missing, or its files are others, a named one is a SegueError and an unnamed one falls back
    to the next, with a warning.
    """
    if name:
        if name not in ENCODERS:
            raise UnknownName("text encoder", name, list(ENCODERS))
        return ENCODERS[name]()
    try:
        return Sentences()
    except SegueError as e:
        structlog.get_logger().warning("words are read by their letters alone", reason=str(e))
        return Hashed()


_LOADING: dict[str, threading.Thread] = {}
_LOCK = threading.Lock()


def loading(name: str) -> threading.Thread:
    """The thread that loads an encoder, once a process, beside whoever asks; when it has ended, texts are encoded."""
    with _LOCK:
        if name not in _LOADING:
            _LOADING[name] = threading.Thread(target=_load, args=(name,), name="segue-words", daemon=True)
            _LOADING[name].start()
        return _LOADING[name]


def _load(name: str) -> None:
    with contextlib.suppress(SegueError):  # whoever has something to encode is told
        text_encoder(name).encode(["a"])


__all__ = ["ENCODERS", "Hashed", "Sentences", "TextEncoder", "loading", "text_encoder"]
