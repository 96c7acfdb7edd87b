"""Histories cut into sessions, so that what stands together stood together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from segue.core.types import I64, Ids, Interactions


def sessions(data: Interactions, gap_ms: int) -> tuple[Interactions, Ids]:
    """The same events with an owner a session, numbered from 1, and (S,) whose each was.

    A session ends where its owner takes nothing for longer than `gap_ms`. Data without times stays as it is.
    """
    if not data.timed:
        return data, data.owners
    owner = data.owner_rows()
    late = np.diff(data.at, prepend=data.at[:1]) > gap_ms
    begins = np.flatnonzero(late | (np.diff(owner, prepend=-1) != 0))
    indptr: I64 = np.concatenate([begins, [len(owner)]]).astype(np.int64)
    whose = owner[begins]
    numbers = np.arange(1, len(begins) + 1, dtype=np.int32)
    return replace(data, owners=numbers, indptr=indptr, country=data.country[whose]), data.owners[whose]
