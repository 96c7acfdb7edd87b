"""Words are found however they are written, and nearly right ones are forgiven as the definition says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.index.words import LONGEST, Words, words_of

TEXTS = ["Sigur Rós", "Radio Head", "Radiohead", "Don’t Stop the Radio", "", "Straße nach Ølby", "東京 Nights"]


@pytest.fixture(scope="module")
def words():
    return Words.of(map(words_of, TEXTS))


@pytest.mark.parametrize(
    ("text", "said"),
    [("Sigur RÓS", ["sigur", "ros"]), ("AC/DC: Back in Black!", ["ac", "dc", "back", "in", "black"]),
     ("Don’t / don't", ["dont", "dont"]), ("STRASSE straße", ["strasse", "strasse"]), ("Mø Łódź", ["mo", "lodz"]),
     ("ﬁne ①", ["fine", "1"]), ("_ - …", []), ("東京", ["東京"]), ("x" * 99, ["x" * LONGEST])],
)  # fmt: skip
def test_writing_does_not_matter(text, said):
    assert words_of(text) == said


def held(words, word, beginning=False):
    return np.flatnonzero(words.holding(words.places(word, beginning))).tolist()


def test_whole_words_and_beginnings(words):
    assert held(words, "radio") == [1, 3]
    assert held(words, "radio", True) == [1, 2, 3]
    assert held(words, "zz", True) == held(words, "zz") == held(words, "radi") == []
    assert held(words, "東", True) == [6]
    assert Words.of([]).places("a", True).tolist() == []


def test_words_apart_in_the_vocabulary_are_held_as_well(words):
    places = np.concatenate([words.places("ros"), words.places("stop")])
    assert np.flatnonzero(words.holding(np.sort(places))).tolist() == [0, 3]


@pytest.mark.parametrize(
    ("word", "beginning", "meant"),
    [("raidohead", False, {"radiohead"}), ("radiohaed", False, {"radiohead"}), ("adiohead", False, {"radiohead"}),
     ("radipheaad", False, {"radiohead"}), ("raidoh", True, {"radiohead"}), ("raidoh", False, set()),
     ("rso", False, set()), ("sigru", False, {"sigur"}), ("xxxxxxxxxxxx", True, set()), ("olbi", False, {"olby"})],
)  # fmt: skip
def test_what_was_likely_meant(words, word, beginning, meant):
    assert {str(words.vocabulary[p]) for p in words.likely(word, beginning)} == meant


def alignment(a, b):
    """Optimal string alignment, by its definition."""
    d = [[i + j if not i * j else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            d[i][j] = min(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1)
    return d[-1]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abc", min_size=1, max_size=9), min_size=1, max_size=8), st.text("abc", min_size=1, max_size=9))
def test_distances_are_those_of_the_definition(vocabulary, word):
    words = Words.of([[w] for w in vocabulary])
    for beginning in (False, True):
        found = words._distances(word, beginning)
        for distance, known in zip(found.tolist(), words.vocabulary.tolist()):
            row = alignment(word, known)
            true = min(row) if beginning else row[-1]
            assert distance == true or (true > 2 and distance > 2)
