"""Ten real pieces in Vorbis, from the Debian package that `./run test` installs."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from segue.fitted.sound.statistics import mel_statistics
from segue.signals.audio import BANDS, FRAMES_PER_S, RATE, analyse, decode_file

MUSIC = Path("/usr/share/pushover/themes")
SECONDS = 20.0


@pytest.fixture(scope="module")
def heard():
    if not MUSIC.is_dir():
        pytest.skip("no music: apt install pushover-data")
    return {path.stem: decode_file(path, middle=SECONDS) for path in sorted(MUSIC.glob("*.ogg"))}


def test_every_piece_is_decoded_and_described(heard):
    assert len(heard) >= 9
    for name, samples in heard.items():
        mel, features = analyse(samples, name)
        assert len(samples) == pytest.approx(SECONDS * RATE, rel=0.01)
        assert mel.shape[1] == BANDS
        assert len(mel) == pytest.approx(SECONDS * FRAMES_PER_S, rel=0.02)
        assert np.isfinite(mel).all()
        assert 40 <= features.tempo <= 240
        assert -40 < features.loudness < 0


def test_what_is_decoded_is_what_the_file_holds(heard):
    path = MUSIC / "greek.ogg"
    data, rate = soundfile.read(path, dtype="float32", always_2d=True)
    whole = decode_file(path)
    assert len(whole) / RATE == pytest.approx(len(data) / rate, abs=0.01)
    mono = data.mean(axis=1)
    assert np.sqrt(np.mean(whole**2)) == pytest.approx(np.sqrt(np.mean(mono**2)), rel=0.1)


def test_a_piece_is_more_like_itself_than_like_the_others(heard):
    """By statistics alone: the first and the second half of a piece find each other."""
    first = np.stack([mel_statistics(analyse(s[: len(s) // 2])[0]) for s in heard.values()])
    second = np.stack([mel_statistics(analyse(s[len(s) // 2 :])[0]) for s in heard.values()])
    both = np.concatenate([first, second])
    scale = both.std(axis=0) + 1e-6
    first, second = (first - both.mean(axis=0)) / scale, (second - both.mean(axis=0)) / scale
    like = first @ second.T / np.linalg.norm(first, axis=1)[:, None] / np.linalg.norm(second, axis=1)
    found = float((like.argmax(axis=1) == np.arange(len(like))).mean())
    turned = float((np.roll(like, 1, axis=1).argmax(axis=1) == np.arange(len(like))).mean())
    assert found >= 0.7
    assert turned <= 0.3
