import numpy as np
import pytest

from segue.core.errors import InputError
from segue.fitted.sound import load_sound
from segue.models.sound import SoundTraining, statistics_only, train_sound
from segue.signals.audio import log_mel
from segue.signals.rendering import render_clip

pytest.importorskip("torch", reason="pip install 'segue[ml]'")
SMALL = SoundTraining(steps=30, tracks=8, segments=2, widths=(16, 16, 16), size=16, head=8)
GENRES = ("house", "piano", "punk", "choral", "trap", "bluegrass")


def clips(artists, tracks, start=0):
    """Log-mels of rendered tracks and who made them."""
    who = [(a, t) for a in range(start, start + artists) for t in range(tracks)]
    mels = [
        log_mel(render_clip(f"segue:track:t:{a}-{t}", f"segue:artist:t:{a}", (GENRES[a % len(GENRES)],), (), 8.0))
        for a, t in who
    ]
    return mels, np.array([a for a, _ in who])


def precision(vectors, label):
    near = vectors @ vectors.T
    np.fill_diagonal(near, -2)
    return float(np.mean(label[near.argmax(1)] == label))


@pytest.fixture(scope="module")
def heard():
    return clips(12, 2)


def test_tracks_of_strangers_find_their_like(heard):
    """Artists that the network never heard: by chance a neighbour is of the same artist once in eleven."""
    mels, artist = heard
    model = train_sound(mels, groups=artist, training=SMALL)
    fresh, label = clips(6, 2, start=100)
    vectors = np.stack([model.embed(m) for m in fresh])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-4)
    assert precision(vectors, label) > 0.6
    own = np.stack([model.heard(m) for m in fresh])
    own = (own - model.middle) / model.spread
    assert precision(own / np.linalg.norm(own, axis=1, keepdims=True), label) > 0.5, "also without the statistics"


def test_the_same_seed_gives_the_same_network(heard):
    mels, artist = heard
    models = [train_sound(mels[:8], groups=artist[:8], seed=s, training=SoundTraining(**{**asdict(SMALL), "steps": 3}))
              for s in (1, 1, 2)]  # fmt: skip
    assert models[0].network == models[1].network != models[2].network


def test_it_learns_vectors_of_listening(heard):
    """A vector that depends on the genre alone: with it, tracks of a genre come closer."""
    mels, artist = heard
    genre = artist % len(GENRES)
    targets = np.eye(len(GENRES), dtype=np.float32)[genre]
    targets[::7] = np.nan
    training = SoundTraining(**{**asdict(SMALL), "of_track": 0.0, "of_group": 0.0, "steps": 60})
    model = train_sound(mels, targets, training=training)
    fresh, who = clips(6, 2, start=102)
    vectors = np.stack([model.heard(m) for m in fresh])
    vectors = (vectors - model.middle) / model.spread
    assert precision(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), who % len(GENRES)) > 0.6


def test_saved_and_loaded_it_is_the_same(heard, tmp_path):
    mels, artist = heard
    for name, model in (("net", train_sound(mels[:6], groups=artist[:6], training=SMALL)),
                        ("plain", statistics_only(mels[:6]))):  # fmt: skip
        model.save(tmp_path / name)
        again = load_sound(tmp_path / name)
        assert again.embed(mels[7]).tobytes() == model.embed(mels[7]).tobytes()
        assert (tmp_path / name / "network.onnx").exists() == (name == "net")


def test_statistics_alone_find_their_like(heard):
    mels, artist = heard
    model = statistics_only(mels)
    assert precision(np.stack([model.embed(m) for m in mels]), artist) > 0.6


def test_short_tracks_and_wrong_shapes(heard):
    mels, _ = heard
    model = train_sound(mels[:4], training=SMALL)
    assert np.isfinite(model.embed(mels[0][:5])).all()
    assert np.isfinite(model.embed_samples(np.ones(3000, np.float32))).all()
    with pytest.raises(InputError, match=r"the shape \(T, 64\), this one \(9, 40\)"):
        model.embed(np.zeros((9, 40), np.float32))
    with pytest.raises(InputError, match="1 groups for 4 tracks"):
        train_sound(mels[:4], groups=np.zeros(1, np.int64))
    with pytest.raises(InputError, match="at least 2"):
        train_sound([m[:20] for m in mels[:4]], training=SMALL)


def asdict(training):
    return {name: getattr(training, name) for name in training.__dataclass_fields__}
