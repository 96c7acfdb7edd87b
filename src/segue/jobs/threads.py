"""Linear algebra on as many cores as the settings allow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


@contextmanager
def limited(threads: int) -> Iterator[None]:
    """`threads` cores inside the block; 0 leaves the choice to the libraries."""
    with threadpool_limits(limits=threads or None):
        yield
