"""A text is encoded once, and a kill in the middle of a write costs what was being written, no more."""

import numpy as np
import pytest

from segue.signals.text import Hashed
from segue.signals.text.cache import TextCache


class Counting(Hashed):
    """Notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode(self, texts):
        self.asked += texts
        return super().encode(texts)


TEXTS = ["jazz", "doom metal", "jazz", "", "city pop"]


def test_encoded_once_and_the_same(tmp_path):
    encoder = Counting()
    first = TextCache(tmp_path, encoder).encode(TEXTS)
    assert sorted(encoder.asked) == ["", "city pop", "doom metal", "jazz"]
    again = TextCache(tmp_path, encoder).encode([*TEXTS, "polka"])
    assert encoder.asked[4:] == ["polka"]
    np.testing.assert_array_equal(again[:5], first)
    np.testing.assert_allclose(first, Hashed().encode(TEXTS), atol=1e-3)


@pytest.mark.parametrize("kept", [0, 7, 1044, 1045, 2 * 1044 - 1, 3 * 1044 + 16])
def test_a_torn_write_is_encoded_anew(tmp_path, kept):
    encoder = Counting()
    first = TextCache(tmp_path, encoder).encode(TEXTS)
    (path,) = tmp_path.iterdir()
    assert path.stat().st_size == 4 * 1044
    path.write_bytes(path.read_bytes()[:kept])
    encoder.asked.clear()
    for _ in range(2):
        np.testing.assert_array_equal(TextCache(tmp_path, encoder).encode(TEXTS), first)
    assert len(encoder.asked) == 4 - kept // 1044


def test_a_spoilt_record_is_encoded_anew(tmp_path):
    encoder = Counting()
    first = TextCache(tmp_path, encoder).encode(TEXTS)
    (path,) = tmp_path.iterdir()
    spoilt = bytearray(path.read_bytes())
    spoilt[1044 + 300 : 1044 + 340] = bytes(40)
    path.write_bytes(spoilt)
    encoder.asked.clear()
    np.testing.assert_array_equal(TextCache(tmp_path, encoder).encode(TEXTS), first)
    assert len(encoder.asked) == 1
    np.testing.assert_array_equal(TextCache(tmp_path, encoder).encode(TEXTS), first)
    assert len(encoder.asked) == 1


def test_encoders_are_kept_apart(tmp_path):
    one, other = Counting(), Counting()
    other.name = "other/2"
    TextCache(tmp_path, one).encode(TEXTS)
    TextCache(tmp_path, other).encode(TEXTS)
    assert len(other.asked) == 4
