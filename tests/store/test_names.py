import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.store.names import normal_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Beatles", "beatles"),
        ("Beyoncé", "BEYONCE"),
        ("Simon & Garfunkel", "Simon and Garfunkel"),
        ("Guns N' Roses", "Guns N’ Roses"),
        ("AC/DC", "ac-dc"),
        ("R.E.M.", "REM"),
        ("  Sigur   Rós ", "Sigur Ros"),
        ("Ｐｅｒｆｕｍｅ", "Perfume"),
        ("Straße", "STRASSE"),
    ],
)
def test_spellings_of_one_name(one: str, other: str):
    assert normal_name(one) == normal_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("か", "が"),
        ("Цой", "Цои"),
        ("!!!", "???"),
        ("椎名林檎", "東京事変"),
        ("Air", "Aire"),
        ("The The", "The"),
        ("हिन्दी", "हनद"),
    ],
)
def test_different_names_stay_apart(one: str, other: str):
    assert normal_name(one) != normal_name(other)


def test_a_name_of_punctuation_stays():
    assert normal_name("!!!") == "!!!"


@given(st.text())
def test_stable_and_empty_only_for_blanks(name: str):
    once = normal_name(name)
    assert bool(once) == bool(name.strip()) or not once.strip()
    assert normal_name(name.upper().lower()) == normal_name(name.upper().lower().casefold())
