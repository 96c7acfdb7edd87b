"""Letters alone: what is spelled alike is alike, everywhere and always."""

import hashlib

import numpy as np

from segue.signals.text import Hashed


def test_spelled_alike_lies_close():
    a, b, c, none = Hashed().encode(["Post-Rock from Montréal", "post rock montreal", "bluegrass banjo", "of the"])
    assert a @ b > 0.8
    assert abs(a @ c) < 0.25
    assert not none.any()
    assert np.isclose(np.linalg.norm(a), 1)


def test_a_misspelled_word_is_nearer_than_another():
    word, misspelled, other = Hashed().encode(["electronica", "eletronica", "flamenco"])
    assert word @ misspelled > 0.3 + word @ other


def test_the_same_on_every_machine():
    vector = Hashed().encode(["calm piano for studying"])[0]
    assert hashlib.sha256(np.round(vector * 1000).astype(np.int32).tobytes()).hexdigest()[:12] == "213f6de72f2a"
