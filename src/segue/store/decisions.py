"""How pages were chosen, as the log keeps it: one `decided` event a row of a page, and back to columns.

`attrs` of such an event is `{"shelves": [key, …], "worth": [x, …], "shelf": i, "p": x, "arms": [item, …],
"scores": [x, …], "retrieved": [x, …], "chosen": [i, …], "ps": [x, …], "reasons": [[[key, …], i, x] | 0, …],
"features": {name: [x, …]}, "context": {…}}`: the shelves that could still be shown and their scores, the one chosen
and how likely that was; the items that the rules left (permanent numbers), their scores and how their source ranked
them, the positions of the chosen ones in the order shown, and how likely each choice was given the ones above it; for
each card the reasons that fit, which was shown and how likely that was (0: there was only one); of some pages the
features of each card as serving knew them; what was known of the moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segue.core.errors import InputError
from segue.core.events import Decided
from segue.core.slates import ShelfDecision
from segue.core.types import F32, F64, I32, I64, Ids
from segue.store.edge import CODES
from segue.store.log import EventLog

READ = ("seq", "at", "listener", "page", "shelf", "row", "policy", "release", "attrs")


class Written(msgspec.Struct, frozen=True):
    """The attributes of one `decided` event."""

    shelves: tuple[str, ...]
    shelf: int
    p: float
    arms: tuple[int, ...]
    scores: tuple[float, ...]
    chosen: tuple[int, ...]
    ps: tuple[float, ...]
    worth: tuple[float, ...] = ()
    retrieved: tuple[float, ...] = ()
    reasons: tuple[Any, ...] = ()
    features: dict[str, tuple[float, ...]] = {}
    context: dict[str, Any] = {}


def written(decision: ShelfDecision, context: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of the event that keeps a decision; scores to four decimals, probabilities whole."""
    shelf, cards = decision.shelf, decision.cards
    out: dict[str, Any] = {
        "shelves": shelf.arms, "worth": [round(s, 4) for s in shelf.scores], "shelf": shelf.chosen[0],
        "p": shelf.propensities[0], "arms": cards.arms, "scores": [round(s, 4) for s in cards.scores],
        "retrieved": [round(s, 4) for s in decision.retrieved], "chosen": cards.chosen, "ps": cards.propensities,
    }  # fmt: skip
    if any(len(d.arms) > 1 for d in decision.reasons):
        out["reasons"] = [[d.arms, d.chosen[0], d.propensities[0]] if len(d.arms) > 1 else 0 for d in decision.reasons]
    if decision.features:
        out["features"] = decision.features
    if context:
        out["context"] = context
    return out


@dataclass(frozen=True, slots=True)
class Slates:
    """R rows of pages, in order of arrival, as columns; ragged ones laid end to end."""

    seq: I64  # (R,)
    at: I64  # (R,) UTC ms
    listener: Ids  # (R,)
    page: tuple[str, ...]  # (R,)
    shelf: tuple[str, ...]  # (R,) whole key: "because:123"
    row: I32  # (R,) on the page, 0 the top
    policy: tuple[str, ...]  # (R,)
    release: tuple[str, ...]  # (R,)
    shelves: tuple[tuple[str, ...], ...]  # (R,) keys that could still be shown
    worth: tuple[tuple[float, ...], ...]  # (R,) their scores
    shelf_at: I32  # (R,) position of the one chosen
    shelf_p: F64  # (R,)
    arm_ptr: I64  # (R+1,) arms of row r are arm_ptr[r]:arm_ptr[r+1]
    arms: Ids  # (A,)
    scores: F32  # (A,) log of the reward expected, as chosen by
    retrieved: F32  # (A,) how their source ranked them, before any ranker
    chosen_ptr: I64  # (R+1,)
    chosen: I32  # (C,) position among the arms of the row, in the order shown
    propensity: F64  # (C,) given the choices above on the shelf
    reason_p: F64  # (C,) of the reason shown, given the card
    context: tuple[dict[str, Any], ...]  # (R,)

    def __len__(self) -> int:
        return len(self.seq)

    @property
    def chosen_row(self) -> I64:
        """(C,) the row of each card shown."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.chosen_ptr))

    @property
    def items(self) -> Ids:
        """(C,) the cards shown, in order."""
        out: Ids = self.arms[self.arm_ptr[self.chosen_row] + self.chosen]
        return out


def read_slates(log: EventLog, tenant: str, since: int | None = None, until: int | None = None) -> Slates:
    """Pages shown at since <= at < until (UTC ms), by time."""
    return slates(log.read(tenant, since, until, types=(Decided,), columns=READ))


def slates(table: pa.Table) -> Slates:
    """From rows of the log with the columns READ (and `type`, where others are among them). InputError for a row whose
    attributes are not those of a decision."""
    if "type" in table.column_names:
        table = table.filter(pa.array(table["type"].to_numpy() == CODES[Decided]))
    decode = msgspec.json.Decoder(Written).decode
    rows: list[Written] = []
    for id, text in zip(table["seq"].to_pylist(), table["attrs"].to_pylist()):
        try:
            rows.append(decode(text or "{}"))
        except msgspec.ValidationError as e:
            raise InputError(f"decided event with seq {id}: {e}") from None
    return Slates(
        np.asarray(table["seq"].to_numpy(), np.int64), np.asarray(table["at"].to_numpy(), np.int64),
        np.asarray(table["listener"].to_numpy(), np.int32), _texts(table, "page"), _texts(table, "shelf"),
        np.asarray(table["row"].to_numpy(), np.int32), _texts(table, "policy"), _texts(table, "release"),
        tuple(r.shelves for r in rows), tuple(r.worth for r in rows), np.array([r.shelf for r in rows], np.int32),
        np.array([r.p for r in rows], np.float64),
        _ends([len(r.arms) for r in rows]), _laid([r.arms for r in rows], np.int32),
        _laid([r.scores for r in rows], np.float32),
        _laid([r.retrieved or r.scores for r in rows], np.float32),
        _ends([len(r.chosen) for r in rows]), _laid([r.chosen for r in rows], np.int32),
        _laid([r.ps for r in rows], np.float64),
        np.array([p for r in rows for p in _reason_chances(r)], np.float64),
        tuple(r.context for r in rows),
    )  # fmt: skip


def _reason_chances(row: Written) -> list[float]:
    if not row.reasons:
        return [1.0] * len(row.chosen)
    return [float(r[2]) if r else 1.0 for r in row.reasons]


def _texts(table: pa.Table, name: str) -> tuple[str, ...]:
    return tuple(text or "" for text in table[name].to_pylist())


def _laid(parts: Sequence[Sequence[float]], kind: type[np.generic]) -> NDArray[Any]:
    """All numbers of all rows, end to end."""
    return np.fromiter(chain.from_iterable(parts), kind, sum(map(len, parts)))


def _ends(sizes: Sequence[int]) -> I64:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
