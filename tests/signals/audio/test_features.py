import numpy as np
import pytest

from segue.signals.audio import analyse, features_of
from segue.signals.audio.decode import BadSound
from segue.signals.audio.features import Features, loudness_of

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11, 12, 7, 4, 0), (0, 2, 3, 5, 7, 8, 11, 12, 7, 3, 0)


@pytest.mark.parametrize("bpm", [75, 90, 100, 120, 128, 140])
def test_clicks_have_their_tempo(synth, bpm):
    found = features_of(synth.clicks(bpm))
    assert found.tempo == pytest.approx(bpm, rel=0.01)
    assert found.pulse > 0.5


def test_noise_has_no_pulse():
    noise = 0.1 * np.random.default_rng(0).standard_normal(20 * 22_050)
    assert features_of(noise.astype(np.float32)).pulse < 0.1


@pytest.mark.parametrize(("root", "steps", "key"), [(60, MAJOR, "C major"), (63, MAJOR, "E♭ major"),
                                                    (69, MINOR, "A minor"), (54, MINOR, "F♯ minor")])  # fmt: skip
def test_scales_have_their_key(synth, root, steps, key):
    found = features_of(synth.scale(root, steps))
    assert found.key_name == key
    assert found.clarity > 0.7


def test_a_sine_of_known_level(synth):
    """BS.1770: 997 Hz at full scale in one channel reads -3.01 LUFS."""
    assert loudness_of(synth.sine(997)) == pytest.approx(-3.01, abs=0.1)
    assert loudness_of(synth.sine(997, level=0.1)) == pytest.approx(-23.01, abs=0.1)
    assert loudness_of(synth.sine(60)) < loudness_of(synth.sine(997)) - 1, "bass counts for less"


def test_silence_is_gated_out(synth):
    sine = synth.sine(997, level=0.1)
    assert loudness_of(np.concatenate([sine, np.zeros_like(sine)])) == pytest.approx(loudness_of(sine), abs=0.3)
    assert loudness_of(np.zeros(22_050, np.float32)) == -70.0


def test_energy_rises_with_level_and_with_onsets(synth):
    soft, loud = synth.scale(60, MAJOR) * 0.05, synth.scale(60, MAJOR)
    busy = np.tanh(loud + synth.clicks(140, len(loud) / synth.rate)[: len(loud)])
    assert features_of(soft).energy < features_of(loud).energy < features_of(busy).energy <= 1


def test_nothing_to_hear(synth):
    with pytest.raises(BadSound, match=r"tune\.wav: silent"):
        analyse(np.zeros(50_000, np.float32), "tune.wav")
    with pytest.raises(BadSound, match=r"0\.10 s long"):
        analyse(synth.sine(440, 0.1))
    mel, found = analyse(synth.sine(440, 1.0))
    assert len(mel) == 42
    assert isinstance(found, Features)


def test_hum_without_beat_or_tone_is_no_error():
    click = np.zeros(22_050, np.float32)
    click[100] = 1
    assert np.isfinite(features_of(click)).all()
