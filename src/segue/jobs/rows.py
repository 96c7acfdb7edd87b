"""The rows of pages that were shown, as choices that another policy can be judged from.

The unit is a row of a page: which shelf, then which cards, each choice given the ones above it. What the rows above
did to it, other than what they left to choose from, is taken as it was: a policy is judged row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segue.core.protocols import Facts, Policy
from segue.core.slates import Arms
from segue.core.types import F64, I32, I64, Bools
from segue.evaluation.ope import Log, of_columns
from segue.policies import probabilities
from segue.store.decisions import Slates
from segue.store.outcomes import Outcomes

ASSUMES = "a row's streams do not depend on the rows above, but for what these have left"


@dataclass(frozen=True)
class Rows:
    """R rows of pages and the n choices they consist of."""

    slates: Slates
    which: I64  # (R,) rows of the slates
    log: Log  # n choices: slot 0 is the shelf, then the cards

    @classmethod
    def of(cls, slates: Slates, outcomes: Outcomes, keep: Bools) -> Rows:
        """Of the rows of slates where `keep` (all rows,) is true; the reward of a card is a stream."""
        which = np.flatnonzero(keep)
        cards = np.diff(slates.chosen_ptr)[which]
        row = np.repeat(np.arange(len(which)), cards + 1)
        starts = np.concatenate([[0], np.cumsum(cards + 1)[:-1]]).astype(np.int64)
        slot = np.arange(len(row)) - np.repeat(starts, cards + 1)
        of_card = np.repeat(slates.chosen_ptr[which], cards + 1) + slot - 1
        is_card = slot > 0
        propensity, reward = np.repeat(slates.shelf_p[which], cards + 1), np.zeros(len(row))
        propensity[is_card] = slates.propensity[of_card[is_card]]
        reward[is_card] = outcomes.streamed[of_card[is_card]]
        listener = slates.listener[which][row].astype(np.int64)
        log = of_columns(
            np.zeros(len(row), np.int32), propensity, reward, page=row, listener=listener, slot=slot.astype(np.int32),
            at=slates.at[which][row],
        )  # fmt: skip
        return cls(slates, which, log)

    def chances(self, policy: Policy, facts: Facts, rng: np.random.Generator) -> F64:
        """(n,) how likely a policy that goes by the scores would have made each choice, given those above it."""
        out: list[F64] = []
        s = self.slates
        artists = _artists(s, facts)
        for r in self.which.tolist():
            shelf = Arms.of(s.shelves[r], np.array(s.worth[r] or [0.0] * len(s.shelves[r]), np.float32))
            out.append(probabilities(policy, shelf, [int(s.shelf_at[r])], rng))
            arms = slice(int(s.arm_ptr[r]), int(s.arm_ptr[r + 1]))
            cards = Arms.of(tuple(s.arms[arms].tolist()), s.scores[arms], groups=artists[arms])
            chosen = s.chosen[s.chosen_ptr[r] : s.chosen_ptr[r + 1]].tolist()
            out.append(probabilities(policy, cards, chosen, rng))
        return np.minimum(np.concatenate(out), 1.0) if out else np.zeros(0)


def _artists(slates: Slates, facts: Facts) -> I32:
    """(A,) artist of every arm, 0 unknown."""
    row = facts.rows(slates.arms)
    return np.where(row >= 0, facts.artist[row], 0).astype(np.int32)


def most_exploring(slates: Slates) -> str:
    """The policy that made most of the rows that were left to chance; "" where none was."""
    names, counts = np.unique([p for p, x in zip(slates.policy, slates.shelf_p) if x < 1], return_counts=True)
    return str(names[np.argmax(counts)]) if len(names) else ""


def settled(slates: Slates, outcomes: Outcomes) -> Bools:
    """(R,) rows of which every card's window is over."""
    return np.asarray(np.bincount(slates.chosen_row, ~outcomes.settled, len(slates)) == 0, np.bool_)


def not_best(slates: Slates) -> Bools:
    """(C,) cards that were not the best left on their shelf by the scores they were chosen by."""
    out = np.zeros(len(slates.chosen), np.bool_)
    for r in range(len(slates)):
        scores = slates.scores[slates.arm_ptr[r] : slates.arm_ptr[r + 1]]
        chosen = slates.chosen[slates.chosen_ptr[r] : slates.chosen_ptr[r + 1]]
        taken = scores[chosen]
        below = -np.sort(-scores)[: len(chosen)]
        out[slates.chosen_ptr[r] : slates.chosen_ptr[r + 1]] = taken < below - 1e-6
    return out


def given_up(slates: Slates, look: Sequence[float]) -> F64:
    """(R,) expected reward that each row gave up to try something else, by the scores it was chosen by.

    `look` (K,): how much each place of a shelf counts, from the first; later places do not.
    """
    out = np.zeros(len(slates))
    for r in range(len(slates)):
        values = np.exp(slates.scores[slates.arm_ptr[r] : slates.arm_ptr[r + 1]].astype(np.float64))
        shown = values[slates.chosen[slates.chosen_ptr[r] : slates.chosen_ptr[r + 1]]][: len(look)]
        best = -np.sort(-values)[: len(shown)]
        out[r] = float(((best - shown) * np.asarray(look)[: len(shown)]).sum())
    return out
