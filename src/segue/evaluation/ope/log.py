"""Logged decisions as columns: one row a choice, what was chosen from, with which probability, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from segue.core.types import F64, I32, I64, Bools


@dataclass(frozen=True)
class Log:
    """n choices on P pages for C listeners, sorted by page and, on a page, from the top. Codes are places in lists."""

    page: I64  # (n,) 0…P-1, ascending
    listener: I64  # (n,) 0…C-1; independent of one another
    at: I64  # (n,) UTC ms; 0 unknown
    slot: I32  # (n,) from 0
    action: I32  # (n,) position in `actions`
    propensity: F64  # (n,) in (0, 1]: of this choice, given the ones above it on the page
    reward: F64  # (n,)
    actions: tuple[str, ...]
    arms: sp.csr_array | None = None  # (n, A) bool: what could be chosen; None: everything not shown above
    context: F64 = field(default_factory=lambda: np.zeros((0, 0)))  # (n, D)
    context_names: tuple[str, ...] = ()
    marginal: F64 | None = None  # (n,) of this action in this slot, whatever stands above
    columns: dict[str, F64] = field(default_factory=dict)  # (n,) further figures: p_NAME, m_NAME, q, q_NAME
    over: dict[str, sp.csr_array] = field(default_factory=dict)  # NAME → (n, A) chances over the arms

    def __post_init__(self) -> None:
        n = len(self.page)
        for name in ("listener", "at", "slot", "action", "propensity", "reward"):
            if getattr(self, name).shape != (n,):
                raise ValueError(f"{n} choices, {name} has {getattr(self, name).shape}")
        if len(self.context) != n:
            object.__setattr__(self, "context", np.zeros((n, 0)))

    def __len__(self) -> int:
        return len(self.page)

    @cached_property
    def starts(self) -> I64:
        """(P + 1,) row at which each page begins."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.page))]).astype(np.int64)

    @property
    def pages(self) -> int:
        return len(self.starts) - 1

    @cached_property
    def rank(self) -> I64:
        """(n,) place on the page, from 0."""
        return np.arange(len(self)) - self.starts[self.page]

    @property
    def longest(self) -> int:
        """Choices of the longest page."""
        return int(self.rank.max(initial=-1)) + 1

    @cached_property
    def page_listener(self) -> I64:
        """(P,)"""
        return self.listener[self.starts[:-1]]

    @cached_property
    def repeats(self) -> bool:
        """Whether any page shows an action twice."""
        pairs = self.page * max(1, len(self.actions)) + self.action
        return len(np.unique(pairs)) < len(pairs)

    def spread(self, values: F64, empty: float) -> F64:
        """(P, K) of values (n,): a row a page, `empty` where it is shorter."""
        out = np.full((self.pages, max(1, self.longest)), empty)
        out[self.page, self.rank] = values
        return out

    def available(self, rows: slice | I64) -> Bools:
        """(b, A) what could be chosen in some rows: their arms, without what stands above on the page."""
        picked = np.arange(len(self))[rows]
        if self.arms is not None:
            out: Bools = self.arms[picked].toarray()
        else:
            out = np.ones((len(picked), len(self.actions)), bool)
        if not self.repeats and self.longest > 1:
            for back in range(1, self.longest):
                some = np.flatnonzero(self.rank[picked] >= back)
                out[some, self.action[picked[some] - back]] = False
        return out

    def take(self, rows: I64) -> Log:
        """Some rows, whole pages at a time; pages and listeners are numbered anew."""
        rows = np.sort(rows)
        return replace(
            self,
            page=np.unique(self.page[rows], return_inverse=True)[1].astype(np.int64),
            listener=np.unique(self.listener[rows], return_inverse=True)[1].astype(np.int64),
            at=self.at[rows], slot=self.slot[rows], action=self.action[rows],
            propensity=self.propensity[rows], reward=self.reward[rows],
            arms=None if self.arms is None else self.arms[rows],
            context=self.context[rows],
            marginal=None if self.marginal is None else self.marginal[rows],
            columns={name: values[rows] for name, values in self.columns.items()},
            over={name: matrix[rows] for name, matrix in self.over.items()},
        )  # fmt: skip

    def halves(self) -> tuple[Log, Log]:
        """Earlier and later pages by time (by order where no times are known), as near to half as whole pages allow."""
        first = self.at[self.starts[:-1]]
        order = np.argsort(first, kind="stable")
        later = np.zeros(self.pages, bool)
        later[order[self.pages // 2 :]] = True
        mask = later[self.page]
        return self.take(np.flatnonzero(~mask)), self.take(np.flatnonzero(mask))


def of_columns(
    action: I32, propensity: F64, reward: F64, *, page: I64 | None = None, listener: I64 | None = None,
    slot: I32 | None = None, at: I64 | None = None, context: F64 | None = None, actions: tuple[str, ...] = (),
    marginal: F64 | None = None,
) -> Log:  # fmt: skip
    """A log of arrays in memory; each row a page, each page a listener of its own, unless said otherwise."""
    n = len(action)
    if page is None:
        page = np.arange(n)
    page = np.unique(page, return_inverse=True)[1].astype(np.int64)
    slot = np.zeros(n, np.int32) if slot is None else np.asarray(slot, np.int32)
    listener = page if listener is None else np.unique(listener, return_inverse=True)[1].astype(np.int64)
    order = np.lexsort((slot, page))
    names = actions or tuple(map(str, range(int(np.max(action, initial=-1)) + 1)))
    return Log(
        page[order], listener[order], (np.zeros(n, np.int64) if at is None else np.asarray(at, np.int64))[order],
        slot[order], np.asarray(action, np.int32)[order], np.asarray(propensity, np.float64)[order],
        np.asarray(reward, np.float64)[order], names,
        context=np.zeros((n, 0)) if context is None else np.asarray(context, np.float64)[order],
        marginal=None if marginal is None else np.asarray(marginal, np.float64)[order],
    )  # fmt: skip
