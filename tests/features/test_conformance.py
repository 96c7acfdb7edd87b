"""What every feature must be, by being there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.features.conftest import DAY, NOW, Small, asked, everything, log, table

from segue.core.types import Candidates
from segue.features import FEATURES, Book

LISTENERS = (0, 1, 3, 99)


@pytest.mark.parametrize("name", FEATURES)
def test_values_are_finite_in_bounds_and_of_the_stated_shape(name: str, facts: Small) -> None:
    book = Book(facts, [name])
    assert len(set(book.names)) == len(book.names)
    for rows in ([], log(1)):
        book.update(table(rows))
        for who in LISTENERS:
            for now in (0, NOW - 5 * DAY, NOW + DAY, NOW + 4000 * DAY):
                values = book.values(asked(who, now, hour=who % 25 - 1), everything(facts))
                assert values.shape == (len(facts.items) + 2, len(book.names))
                assert values.dtype == np.float32
                assert np.isfinite(values).all()
                assert np.abs(values).max() <= 20
    assert book.values(asked(), Candidates.none()).shape == (0, len(book.names))


@pytest.mark.parametrize("size", [1, 7, 60])
def test_told_row_by_row_or_at_once_is_the_same(size: int, facts: Small) -> None:
    rows = log(2)
    once, parts = Book(facts), Book(facts)
    once.update(table(rows))
    for start in range(0, len(rows), size):
        parts.update(table(rows[start : start + size]))
    for who in LISTENERS:
        query = asked(who, NOW + 6 * DAY)
        a, b = once.values(query, everything(facts)), parts.values(query, everything(facts))
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", FEATURES)
def test_a_candidate_is_judged_alike_wherever_and_beside_whatever_it_stands(name: str, facts: Small) -> None:
    book = Book(facts, [name])
    book.update(table(log(3)))
    pool = everything(facts)
    order = np.random.default_rng(0).permutation(len(pool))
    np.testing.assert_array_equal(book.values(asked(), pool)[order], book.values(asked(), pool.take(order)))
    np.testing.assert_array_equal(book.values(asked(), pool)[order[:5]], book.values(asked(), pool.take(order[:5])))


def test_asking_changes_nothing_and_columns_have_names_of_their_own(facts: Small) -> None:
    book = Book(facts)
    book.update(table(log(4)))
    first = book.values(asked(), everything(facts))
    np.testing.assert_array_equal(first, book.values(asked(), everything(facts)))
    assert len(set(book.names)) == len(book.names) == first.shape[1]


def test_a_feature_by_a_wrong_name_is_refused(facts: Small) -> None:
    with pytest.raises(Exception, match="no-such"):
        Book(facts, ["no-such"])


@pytest.mark.parametrize("name", FEATURES)
def test_a_book_goes_on_from_what_was_saved(name: str, facts: Small, tmp_path: Path) -> None:
    rows = log(5)
    half = len(rows) // 2
    whole, first, again = (Book(facts, [name]) for _ in range(3))
    whole.update(table(rows))
    first.update(table(rows[:half]))
    first.save(tmp_path)
    again.restore(tmp_path)
    for now in (NOW + DAY, NOW + 6 * DAY):
        np.testing.assert_array_equal(
            again.values(asked(1, now), everything(facts)), first.values(asked(1, now), everything(facts))
        )
    again.update(table(rows[half:]))
    for who in LISTENERS:
        a, b = (book.values(asked(who, NOW + 6 * DAY), everything(facts)) for book in (whole, again))
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


def test_the_same_log_saves_the_same_bytes_and_saving_changes_nothing(facts: Small, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two", "three", "other")]
    books = [Book(facts), Book(facts)]
    for book, folder in zip(books, folders):
        book.update(table(log(6)))
        folder.mkdir()
        book.save(folder)
    asked_before = books[1].values(asked(), everything(facts))
    folders[2].mkdir()
    books[1].save(folders[2])
    np.testing.assert_array_equal(asked_before, books[1].values(asked(), everything(facts)))
    books[0].update(table(log(7)))
    folders[3].mkdir()
    books[0].save(folders[3])
    one, two, three, other = ({p.name: p.read_bytes() for p in folder.iterdir()} for folder in folders)
    assert len(one) > 50
    assert one == two == three
    assert one != other


def test_a_folder_that_lacks_something_is_refused(facts: Small, tmp_path: Path) -> None:
    Book(facts).save(tmp_path)
    next(tmp_path.glob("popularity*")).unlink()
    with pytest.raises(KeyError):
        Book(facts).restore(tmp_path)
