"""Spans of a request that is traced. Of one that is not, a span costs a look at a variable."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar

Attribute = str | int | float | bool
Start = Callable[[str, dict[str, Attribute]], AbstractContextManager[object]]
TRACED: ContextVar[Start | None] = ContextVar("segue_traced", default=None)
"""What starts a span of the request that is being answered; None where that is not traced."""
_NOTHING = nullcontext()


def span(name: str, **attributes: Attribute) -> AbstractContextManager[object]:
    """A stretch of the work on a request, while the block runs."""
    start = TRACED.get()
    return _NOTHING if start is None else start(name, attributes)
