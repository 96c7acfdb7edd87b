"""Items by the words of their titles and makers: what fits best first, then what most people took."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from segue.index.words import Words, words_of
from segue.surfaces.titles import BEGINS, MAKER, OWN, SAME, Titles

NAMES = ["Night Rivers", "Night", "Rivers at Night", "Song", "The Nights", "Song of Beyoncé", "Nightingale"]
MAKERS = [[], [], [0], [0], [], [], []]  # rows
POPULARITY = [5, 1, 9, 2, 3, 4, 8]


@dataclass
class View:
    """What is read of a catalogue."""

    items: np.ndarray
    artists_indptr: np.ndarray
    artists: np.ndarray
    private: np.ndarray

    def __len__(self):
        return len(self.items)

    def rows(self, numbers):
        return np.asarray(numbers) - 10


@pytest.fixture(scope="module")
def titles():
    numbers = np.arange(10, 10 + len(NAMES), dtype=np.int32)
    credits = np.cumsum([0, *map(len, MAKERS)]), numbers[np.concatenate(MAKERS).astype(int)]
    view: Any = View(numbers, *credits, np.zeros(len(NAMES), np.bool_))
    said = [words_of(name) for name in NAMES]
    return Titles(view, Words.of(said), pa.array([" ".join(s) for s in said]), np.array(POPULARITY, np.float32))


def found(titles, text):
    there = titles.find(text)
    return [(NAMES[n - 10], fit) for n, fit in zip(there.items.tolist(), there.fits.tolist())]


def test_what_fits_best_comes_first(titles):
    assert found(titles, "night") == [
        ("Night", SAME), ("Night Rivers", BEGINS), ("Rivers at Night", OWN), ("Song", MAKER),
        ("Nightingale", BEGINS), ("The Nights", OWN),
    ]  # fmt: skip
    assert [n for n, _ in found(titles, "nigh")][:3] == ["Nightingale", "Night Rivers", "Night"], "none has it whole"


def test_all_words_are_wanted_in_any_order_and_the_last_may_be_a_beginning(titles):
    assert [n for n, _ in found(titles, "rivers ni")] == ["Rivers at Night", "Night Rivers", "Song"]
    assert [n for n, _ in found(titles, "song riv")] == ["Song"], "one from the title, one from who made it"
    assert found(titles, "riv night") == [], "but the last, words are whole"


def test_accents_case_and_signs_do_not_matter(titles):
    assert found(titles, "BEYONCE!") == [("Song of Beyoncé", OWN)]
    assert found(titles, " \t-") == found(titles, "") == []


def test_what_stands_in_the_middle_of_a_word(titles):
    assert found(titles, "ingal") == [("Nightingale", OWN)]


def test_nearly_right_words_find_what_was_meant(titles):
    there = titles.find("nihgt rivres")
    assert there.meant == "night rivers"
    assert there.items[0] == 10
    assert titles.find("night").meant == ""
    assert titles.find("night qwertzui").items.tolist() == []
