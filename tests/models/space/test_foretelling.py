"""The map from words and sound: planted, partly missing, and shuffled."""

import numpy as np
import pytest

from segue.core.errors import InputError
from segue.fitted.space.foretelling import Foretelling
from segue.models.space.foretelling import choose, fit

N, D = 600, 8


@pytest.fixture
def planted():
    """Points that are the sum of what two blocks say, each block missing of a third of the items."""
    rng = np.random.default_rng(0)
    text, sound = rng.standard_normal((N, 12)).astype(np.float32), rng.standard_normal((N, 5)).astype(np.float32)
    points = text @ rng.standard_normal((12, D)) + sound @ rng.standard_normal((5, D)) + 3.0
    text[: N // 3], sound[N // 3 : 2 * N // 3] = 0, 0
    return {"text": text, "sound": sound}, points.astype(np.float32)


def cosine(a, b):
    return float((np.einsum("nd,nd->n", a, b) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)).mean())


def test_both_or_either_block_foretells(planted):
    blocks, points = planted
    group = np.repeat(np.arange(N // 6), 6)
    found = choose(blocks, points, np.ones(N, np.float32), group, np.random.default_rng(0))
    assert found.cosine > 0.65
    rows = slice(2 * N // 3, N)
    truth = points[rows] - points.mean(axis=0)
    both = cosine(found.foretelling({n: b[rows] for n, b in blocks.items()}), truth)
    text = cosine(found.foretelling({"text": blocks["text"][rows]}), truth)
    sound = cosine(found.foretelling({"sound": blocks["sound"][rows]}), truth)
    assert both > 0.95
    assert both > text > 0.7
    assert text > sound > 0.3


def test_dropout_is_what_repeated_dropping_gives(planted):
    """The closed form against copies of the items with blocks taken away at random."""
    blocks, points = planted
    rows = slice(2 * N // 3, N)
    whole = {n: b[rows] - b[rows].mean(axis=0) for n, b in blocks.items()}
    whole["sound"] = whole["sound"] + 0.7 * whole["text"][:, :5]  # what both say is where dropping matters
    truth, rng, copies, keep = points[rows] - points[rows].mean(axis=0), np.random.default_rng(1), 400, 0.5
    kept = {n: np.concatenate([b * (rng.random((len(b), 1)) < keep) for _ in range(copies)]) for n, b in whole.items()}
    stacked = np.hstack(list(kept.values()))
    drawn = np.linalg.lstsq(stacked, np.tile(truth, (copies, 1)), rcond=None)[0]
    closed = fit(whole, truth.astype(np.float32), np.ones(len(truth), np.float32), 1e-6, keep)
    np.testing.assert_allclose(np.vstack(list(closed.weights.values())), drawn, atol=0.15)
    alone = fit(whole, truth.astype(np.float32), np.ones(len(truth), np.float32), 1e-6, 1.0)
    assert np.abs(np.vstack(list(alone.weights.values())) - drawn).max() > 0.4


def test_shuffled_words_foretell_nothing(planted):
    blocks, points = planted
    order = np.random.default_rng(3).permutation(N)
    found = choose(blocks, points[order], np.ones(N, np.float32), np.arange(N), np.random.default_rng(0))
    assert abs(found.cosine) < 0.1


def test_nothing_said_nothing_foretold(planted):
    blocks, points = planted
    found = fit(blocks, points, np.ones(N, np.float32), 0.1)
    assert not found({"text": np.zeros((2, 12), np.float32)}).any()
    with pytest.raises(InputError, match="text, sound"):
        found({"smell": np.zeros((1, 3), np.float32)})


def test_saved_and_loaded(planted, tmp_path):
    blocks, points = planted
    found = fit(blocks, points, np.ones(N, np.float32), 0.1)
    found.save(tmp_path / "map")
    np.testing.assert_array_equal(Foretelling.load(tmp_path / "map")(blocks), found(blocks))
