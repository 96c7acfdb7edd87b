import numpy as np
import pytest
import soundfile

from segue.signals.audio import RATE, BadSound, analyse_file, decode_file
from segue.signals.audio.features import loudness_of

FORMATS = {"wav": "PCM_16", "flac": "PCM_16", "ogg": "VORBIS", "opus": "OPUS", "mp3": "MPEG_LAYER_III"}


def write(path, samples, rate, subtype=None):
    """In small blocks: libsndfile's Vorbis does not bear large ones."""
    samples = np.atleast_2d(samples.T).T
    container = {"opus": "OGG", "mp3": "MP3"}.get(path.suffix[1:])
    with soundfile.SoundFile(path, "w", rate, samples.shape[1], subtype, format=container) as file:
        for start in range(0, len(samples), 16_384):
            file.write(samples[start : start + 16_384])
    return path


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format(tmp_path, synth, ending):
    """Two channels of 440 Hz at 48 kHz come back as one at 22,050 Hz, as long, as loud and of the same pitch."""
    time = np.arange(3 * 48_000) / 48_000
    tone = 0.3 * np.sin(2 * np.pi * 440 * time)
    path = write(tmp_path / f"tone.{ending}", np.stack([tone, tone], 1), 48_000, FORMATS[ending])
    got = decode_file(path)
    assert got.dtype == np.float32
    assert len(got) == pytest.approx(3 * RATE, rel=0.03)
    assert loudness_of(got[RATE:-RATE]) == pytest.approx(
        loudness_of(synth.sine(440, 1, 0.3)), abs=0.4
    )  # LAME turns it down a little
    spectrum = np.abs(np.fft.rfft(got[:RATE]))
    assert int(np.argmax(spectrum)) == 440


def test_channels_are_averaged(tmp_path, synth):
    left, right = synth.sine(300, 1, 0.4), synth.sine(700, 1, 0.2)
    got = decode_file(write(tmp_path / "two.flac", np.stack([left, right], 1), RATE))
    np.testing.assert_allclose(got, (left + right) / 2, atol=1e-4)


def test_without_resampling_nothing_changes(tmp_path, synth):
    tone = synth.sine(440, 1, 0.5)
    got = decode_file(write(tmp_path / "same.wav", tone, RATE, "FLOAT"))
    assert got.tobytes() == tone.tobytes()


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100])
def test_a_part(tmp_path, rate):
    ramp = np.linspace(0, 0.9, 10 * rate)
    path = write(tmp_path / "ramp.wav", ramp, rate, "FLOAT")
    part = decode_file(path, start=4, seconds=2)
    assert len(part) == pytest.approx(2 * RATE, abs=200)
    assert part[RATE // 2 : -RATE // 2].mean() == pytest.approx(0.45, abs=0.01)
    middle = decode_file(path, middle=2)
    assert middle[RATE // 2 : -RATE // 2].mean() == pytest.approx(0.45, abs=0.01)


def test_streamed_or_at_once_is_the_same(tmp_path, monkeypatch):
    noise = 0.2 * np.random.default_rng(0).standard_normal(5 * 44_100)
    path = write(tmp_path / "noise.flac", noise, 44_100)
    whole = decode_file(path)
    monkeypatch.setattr("segue.signals.audio.decode.BLOCK", 1_000)
    np.testing.assert_allclose(decode_file(path), whole, atol=1e-6)


def test_no_gaps_between_blocks(tmp_path, synth, monkeypatch):
    path = write(tmp_path / "tone.mp3", synth.sine(440, 5, 0.3), RATE, FORMATS["mp3"])
    monkeypatch.setattr("segue.signals.audio.decode.BLOCK", 10_000)
    level = decode_file(path)[RATE : 4 * RATE].reshape(-1, RATE // 10).std(1)
    assert level.min() > 0.98 * level.max()


@pytest.mark.parametrize(("name", "content", "reason"), [
    ("empty.mp3", b"", "empty"),
    ("words.ogg", b"These are words, not sound. " * 100, "no audio"),
    ("cut.flac", b"fLaC" + b"\xff" * 100, "no audio"),
    ("nothing.wav", b"RIFF", "no audio"),
    ("bare.raw", b"\x01\x02" * 5000, "no audio"),
])  # fmt: skip
def test_what_is_no_sound_is_named(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadSound, match=rf"{name}: {reason}"):
        decode_file(tmp_path / name)


def test_missing_and_silent_and_not_numbers(tmp_path):
    with pytest.raises(BadSound, match=r"no\.wav: No such file"):
        decode_file(tmp_path / "no.wav")
    with pytest.raises(BadSound, match=r"quiet\.wav: silent"):
        analyse_file(write(tmp_path / "quiet.wav", np.zeros(44_100), 44_100))
    with pytest.raises(BadSound, match=r"odd\.wav: samples that are not numbers"):
        decode_file(write(tmp_path / "odd.wav", np.full(44_100, np.nan), RATE, "FLOAT"))
    with pytest.raises(BadSound, match=r"none\.wav: holds no samples"):
        decode_file(write(tmp_path / "none.wav", np.zeros(0), RATE, "PCM_16"))


@pytest.mark.parametrize("ending", ["ogg", "opus", "flac", "mp3"])
def test_damage_in_the_middle_is_survived_or_named(tmp_path, synth, ending):
    rate = 48_000 if ending == "opus" else RATE
    path = write(tmp_path / f"hurt.{ending}", synth.sine(440, 4, 0.3), rate, FORMATS[ending])
    raw = bytearray(path.read_bytes())
    rng = np.random.default_rng(3)
    for share in (0.1, 0.5, 0.9):
        start = int(share * len(raw))
        raw[start : start + 200] = rng.bytes(200)
    path.write_bytes(raw[: int(0.95 * len(raw))])
    named = ""
    try:
        assert np.isfinite(decode_file(path)).all()
    except BadSound as e:
        named = str(e)
    assert named == "" or path.name in named


def test_limits(tmp_path, synth, monkeypatch):
    path = write(tmp_path / "long.wav", synth.sine(440, 5, 0.3), RATE, "PCM_16")
    monkeypatch.setattr("segue.signals.audio.decode.LONGEST", 2.0)
    assert len(decode_file(path)) == 2 * RATE
    monkeypatch.setattr("segue.signals.audio.decode.LARGEST", 1000)
    with pytest.raises(BadSound, match=r"long\.wav: .* bytes, at most 1,000"):
        decode_file(path)
