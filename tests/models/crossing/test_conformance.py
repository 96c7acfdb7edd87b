"""What every crossing recipe must do: find the planted taste, be the same from disk, and need no torch to serve."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from segue.core.errors import UsageError
from segue.core.types import Interactions, Queries
from segue.fitted import load_model, save_model
from segue.models.crossing import CROSSINGS, Points
from segue.models.crossing._people import histories, without

from .conftest import TASTES

pytest.importorskip("torch", reason="networks are trained in torch, of the extra ml")
HELD = 40  # people at the end of the list who are set aside


def fitted(name: str, of: Interactions, by: Interactions):
    rng = np.random.default_rng(1)
    return CROSSINGS[name]().fit(of, by, Points.of(by, rng), rng)


def share_found(name: str, data) -> float:
    """Of the first ten of people set aside, how many are of their taste."""
    people = len(data.taste)
    held = np.arange(people) >= people - HELD
    model = fitted(name, without(data.of, held), without(data.by, held))
    scores = model.score(histories(data.by, np.flatnonzero(held)))
    best = np.argsort(-scores, axis=1)[:, :10]
    return float((best % TASTES == data.taste[held][:, None]).mean())


@pytest.mark.parametrize("name", CROSSINGS)
def test_finds_the_planted_taste_and_nothing_where_there_is_none(name: str, planted) -> None:
    assert share_found(name, planted()) > 0.7
    assert share_found(name, planted(shuffled=True)) < 0.4  # by chance 1 of 4


@pytest.mark.parametrize("name", CROSSINGS)
def test_same_scores_from_disk_without_torch(name: str, planted, tmp_path: Path) -> None:
    data = planted(80)
    model = fitted(name, data.of, data.by)
    asked = histories(data.by, np.arange(5))
    save_model(model, tmp_path / "model")
    np.save(tmp_path / "scores.npy", model.score(asked))
    assert np.array_equal(load_model(tmp_path / "model").score(asked), model.score(asked))
    np.savez(tmp_path / "asked.npz", indptr=asked.indptr, items=asked.items)
    code = (
        "import sys, json, numpy as np\nfrom pathlib import Path\nfrom segue.fitted import load_model\n"
        "from segue.core.types import Queries\n"
        f"f = Path({str(tmp_path)!r}); a = np.load(f / 'asked.npz')\n"
        "s = load_model(f / 'model').score(Queries.of(a['indptr'], a['items']))\n"
        "print(json.dumps([bool(np.allclose(s, np.load(f / 'scores.npy'))), 'torch' in sys.modules]))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(out.stdout) == [True, False]


@pytest.mark.parametrize("name", CROSSINGS)
def test_unknown_histories_get_what_everybody_takes(name: str, planted) -> None:
    data = planted(80)
    model = fitted(name, data.of, data.by)
    scores = model.score(Queries.of(np.array([0, 0, 1]), np.array([999_999], np.int32)))
    takers = np.bincount(data.of.rows, minlength=len(data.of.items))
    assert np.isfinite(scores).all()
    assert np.array_equal(scores[0], scores[1])
    assert np.array_equal(takers[np.argsort(-scores[0], kind="stable")], np.sort(takers)[::-1])


def test_nobody_in_common_is_an_error(planted) -> None:
    data = planted(80)
    first = np.arange(80) < 40
    with pytest.raises(UsageError, match="nobody took both tracks and shows"):
        fitted("ridge", without(data.of, first), without(data.by, ~first))
