"""Tags and titles in the terms of the vocabulary: word forms, languages, phrases, and what is denied."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import UnknownName
from segue.signals.moods import ACTIVITIES, MOODS, NAMES, VOCABULARY, activity, read, read_all, suiting
from segue.signals.moods.reading import NOT, words_of


def said(text: str) -> set[str]:
    return {name for name, value in zip(NAMES, read(text)) if value}


ENTRIES = [(kind.name, entry.strip()) for kind in VOCABULARY for entry in (*kind.words.split(","), kind.name)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("mellow", {"calm"}),
        ("Calming", {"calm"}),
        ("MELANCHOLIC", {"sad"}),
        ("feel-good", {"happy"}),
        ("late_night", {"dreamy", "wind-down"}),
        ("low energy", {"calm"}),
        ("energy", {"energetic"}),
        ("love song", {"romantic"}),
        ("not sad", set()),
        ("sad, not happy", {"sad"}),
        ("ohne Ruhe, aber fröhlich", {"happy"}),
        ("Entspannungsmusik", {"calm"}),
        ("musique calme pour dormir", {"calm", "sleep"}),
        ("música triste", {"sad"}),
        ("vårdagen", set()),
        ("勉強用BGM", {"focus"}),
        ("вечеринка", {"party"}),
        ("guitar", set()),
        ("", set()),
    ],
)
def test_what_a_text_says(text: str, names: set[str]) -> None:
    assert said(text) == names


@given(st.sampled_from(ENTRIES), st.sampled_from(["", "ing", "s"]), st.sampled_from([str.upper, str.title, str.lower]))
def test_every_entry_is_read_in_every_case_and_with_every_ending_it_allows(entry, ending, case):
    name, words = entry
    if words.endswith("*"):
        words = words[:-1] + ending
    assert name in said(case(words))
    assert name in said(f"xylophone {case(words)} xylophone"), "also in the midst of others"


@given(st.sampled_from(ENTRIES), st.sampled_from(sorted(NOT)))
def test_what_is_denied_is_not_said(entry, no):
    assert entry[0] not in said(f"{no} {entry[1].rstrip('*')}")


@given(st.text(max_size=200))
def test_any_text_can_be_read(text):
    found = read(text)
    assert found.shape == (len(NAMES),)
    assert set(np.unique(found)) <= {0.0, 1.0}
    assert np.array_equal(found, read(" ".join(words_of(text)))), "marks and case mean nothing"


def test_equal_texts_are_read_alike():
    assert np.array_equal(read_all(["sad", "happy", "sad"]), np.stack([read("sad"), read("happy"), read("sad")]))
    assert read_all([]).shape == (0, len(NAMES))


@given(st.lists(st.sampled_from(ENTRIES), min_size=1, max_size=6))
def test_what_suits_follows_the_moods_and_keeps_what_was_named(entries):
    before = read(", ".join(words.rstrip("*") for _, words in entries))[None]
    after = suiting(before)[0]
    assert ((after >= 0) & (after <= 1)).all()
    assert (after >= before[0]).all()
    assert np.array_equal(after[: len(MOODS)], before[0, : len(MOODS)])


def test_moods_speak_for_and_against_activities():
    def suits(mood: str, what: str) -> float:
        return float(suiting(read(mood)[None])[0, NAMES.index(what)])

    assert suits("energetic", "workout") > 0.8 > suits("happy", "workout") > suits("calm", "workout") == 0
    assert suits("calm", "wind-down") > 0.7 > suits("romantic", "wind-down") > suits("aggressive", "wind-down") == 0
    assert suits("calm", "focus") > suits("calm energetic", "focus")


def test_activities_by_name_and_by_a_word_for_them():
    assert [activity(t).name for t in ("focus", "Wind down", "wind_down", "gym", "studying", "yoga")] == [
        "focus", "wind-down", "wind-down", "workout", "focus", "meditation",
    ]  # fmt: skip
    for text in ("flying", "", "gym and sleep"):
        with pytest.raises(UnknownName, match=r"no activity .*; there are: morning, focus, workout"):
            activity(text)


def test_the_vocabulary_is_sound():
    assert len(set(NAMES)) == len(NAMES)
    moods = {m.name for m in MOODS}
    for what in ACTIVITIES:
        assert set(what.moods) <= moods
        assert set(what.sound) <= {"tempo", "energy", "loudness"}
        assert all(0 <= start < stop <= 24 for start, stop in what.hours)
    for kind in VOCABULARY:
        entries = [" ".join(words_of(e)) + "*" * e.rstrip().endswith("*") for e in kind.words.split(",")]
        assert len(set(entries)) == len(entries), f"{kind.name} says a word twice"
        assert all(len(e.rstrip("*").encode()) > 2 for e in entries), "two Latin letters begin too much"
