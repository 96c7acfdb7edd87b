"""What is no part of a listener's taste tells features nothing, as if it were not in the log."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.features.conftest import DAY, HOUR, NOW, Small, answer, asked, everything, log, table

from segue.core.events import Play, Skip
from segue.features import Book
from segue.store.edge import CODES
from segue.store.tuning import Counts, Tuner, Tuning

LISTENERS = (0, 1, 2, 3, 99)


def counts(facts: Any, *said: tuple[int, str, int]) -> Counts:
    """Of (listener, subject, item), each at -1."""
    tunings: dict[int, Tuning] = {}
    for listener, subject, item in said:
        tunings.setdefault(listener, Tuning()).say(subject, item, -1.0, NOW)
    return Counts(Tuner(facts), tunings)


@pytest.mark.parametrize("size", [1, 9, 10_000])
def test_it_knows_what_one_knows_that_was_never_told_of_it(size: int, facts: Small) -> None:
    rows = log(2)
    heard = next(r for r in rows if r["type"] == CODES[Play] and r["listener"] == 1 and r["ms_played"] > 30_000)
    skip = next(r for r in rows if r["type"] == CODES[Skip] and r["listener"] == 2)
    by_one = {int(n) for n in facts.items[(facts.artist == 1) | (facts.items == 1)]}  # what the artist made

    def left_out(row: dict[str, Any]) -> bool:
        if "attrs" in row:  # of a page
            return False
        cut = row["type"] == CODES[Play] and row["ms_played"] < 30_000 and row["reason_end"] != "trackdone"
        if row["type"] == CODES[Skip] or cut:
            return bool(row["listener"] == 2 and row["item"] == skip["item"])
        single = (row["listener"], row["item"], row["at"]) == (1, heard["item"], heard["at"])
        return single or (row["listener"] == 3 and row["item"] in by_one)

    said = counts(
        facts, (1, f"play:{heard['at']}:segue:track:x", heard["item"]), (2, "skips:item:segue:track:y", skip["item"]),
        (3, "item:segue:artist:z", 1),
    )  # fmt: skip
    told, other, all_of_it = Book(facts, counts=said), Book(facts), Book(facts)
    for start in range(0, len(rows), size):
        told.update(table(rows[start : start + size]))
    all_of_it.update(table(rows))
    other.update(table([r for r in rows if not left_out(r)]))
    assert 3 < sum(map(left_out, rows)) < 40
    for who in LISTENERS:
        query = asked(who, NOW + 6 * DAY)
        values = [book.values(query, everything(facts)) for book in (told, other, all_of_it)]
        np.testing.assert_allclose(values[0], values[1], rtol=1e-6, atol=1e-6)
        assert who in (0, 99) or (values[0] != values[2]).any()


def test_hours_that_tell_nothing_are_every_hour_alike(facts: Small) -> None:
    rows = [answer(i, Play, 20, NOW - i * DAY, who, ms_played=60_000) for i in range(1, 20) for who in (1, 2)]
    later = NOW + 8 * HOUR
    rows += [answer(i, Play, 60, later - i * DAY, who, ms_played=60_000) for i in range(1, 20) for who in (1, 2)]
    book = Book(facts, ["rhythm"], counts(facts, (1, "habit:hours", 0)))
    book.update(table(rows))
    share, now = book.values(asked(1, NOW), everything(facts)).T
    np.testing.assert_allclose(share, now, atol=0.02)  # but for what is added to each
    np.testing.assert_allclose(now, book.values(asked(1, later), everything(facts))[:, 1], atol=2e-3)
    share, now = book.values(asked(2, NOW), everything(facts)).T
    assert np.abs(share - now).max() > 0.1
    mine, theirs = (book.values(asked(who, NOW), everything(facts))[:, 0] for who in (1, 2))
    np.testing.assert_allclose(mine, theirs, atol=2e-3)  # what they take is still known
