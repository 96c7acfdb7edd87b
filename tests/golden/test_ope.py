"""Our off-policy estimators against Open Bandit Pipeline's, on identical inputs. The figures, the script that made them
and the recipe of their inputs lie beside this file; the real logs are read by our own reader.

Where the two differ in words: its slate propensities are products down the page, ours are of each choice; its
self-normalized slate estimators divide a place at a time, as ours do.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from segue.core.types import F64
from segue.evaluation.ope import doubly_robust, slates, weighting
from segue.evaluation.ope.open_bandit import read_open_bandit
from segue.evaluation.ope.reward_model import ridge

HERE = Path(__file__).parent
KEPT: dict[str, dict[str, float]] = json.loads((HERE / "ope.json").read_text())["figures"]
SINGLE = ("ips", "clipped-ips", "snips", "dm", "dr", "sndr", "switch-dr", "dr-os")


def _recipe() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ope_recipe", HERE / "ope_recipe.py")
    assert spec is not None and spec.loader is not None  # noqa: PT018
    module = importlib.util.module_from_spec(spec)
    sys.modules["ope_recipe"] = module  # dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


RECIPE = _recipe()


@pytest.fixture(scope="module", params=list(KEPT))
def log(request: pytest.FixtureRequest) -> tuple[str, Any]:
    """Each log in turn; the real ones through our reader."""
    name: str = request.param
    if name == "made-up":
        return name, RECIPE.made_up()
    folder: Path = request.getfixturevalue("data_folder") / "open-bandit-small" / name
    if not folder.is_dir():
        pytest.skip(f"no Open Bandit logs in {folder} (set SEGUE_DATA)")
    found = read_open_bandit(folder).log
    item = np.array([int(a) for a in found.actions])[found.action]
    return name, RECIPE.Columns(item, found.slot.astype(np.int64), found.propensity, found.reward, int(item.max()) + 1)


def single(c: Any) -> dict[str, float]:
    over, table = RECIPE.target(c), RECIPE.model(c)
    rows = np.arange(len(c.action))
    weight = over[rows, c.action, c.slot] / c.propensity
    q, v = table[rows, c.action, c.slot], (over[rows, :, c.slot] * table[rows, :, c.slot]).sum(axis=1)
    r = c.reward
    return {
        "ips": weighting.ips(r, weight).value,
        "clipped-ips": weighting.clipped_ips(r, weight, RECIPE.CLIP).value,
        "snips": weighting.snips(r, weight).value,
        "dm": doubly_robust.dm(v).value,
        "dr": doubly_robust.dr(r, weight, q, v).value,
        "sndr": doubly_robust.sndr(r, weight, q, v).value,
        "switch-dr": doubly_robust.switch_dr(r, weight, q, v, RECIPE.TAU).value,
        "dr-os": doubly_robust.dr_os(r, weight, q, v, RECIPE.LAMBDA).value,
    }


def fitted(c: Any, how: str) -> float:
    """DR with ridge regression on context and action, a model a place, plain or weighted as MRDR wants it."""
    over, n = RECIPE.target(c), len(c.action)
    chance = over[np.arange(n), c.action, c.slot]
    weight = doubly_robust.mrdr_weights(chance, c.propensity) if how == "mrdr" else np.ones(n)
    d, q, v = c.context.shape[1], np.zeros(n), np.zeros(n)
    x = np.concatenate([c.context, np.eye(c.arms)[c.action]], axis=1)
    for slot in range(RECIPE.SLOTS):
        some = np.flatnonzero(c.slot == slot)
        found, base = ridge(x[some], c.reward[some], weight[some], RECIPE.RIDGE)
        everywhere = (c.context[some] @ found[:d])[:, None] + found[d:] + base
        q[some] = everywhere[np.arange(len(some)), c.action[some]]
        v[some] = (over[some, :, slot] * everywhere).sum(axis=1)
    return doubly_robust.dr(c.reward, chance / c.propensity, q, v).value


def pages(c: Any) -> dict[str, float]:
    page = RECIPE.pages(c)
    k = RECIPE.SLOTS

    def wide(values: F64) -> F64:
        return values.reshape(-1, k)

    r, w, action = wide(page.reward), wide(page.chance / page.propensity), page.action.reshape(-1, k)
    shown = np.ones(r.shape, bool)
    q = np.take_along_axis(page.q, action[:, :, None], axis=2)[:, :, 0]
    return {
        "slate-ips": slates.slate_ips(r, w).value,
        "slate-snips": slates.slate_snips(r, w).value,
        "iips": slates.iips(r, w).value,
        "sniips": slates.sniips(r, w, shown).value,
        "rips": slates.rips(r, w).value,
        "snrips": slates.snrips(r, w, shown).value,
        "cascade-dr": slates.cascade_dr(r, w, q, (page.q * page.over).sum(axis=2)).value,
    }


def ours(c: Any) -> dict[str, float]:
    return {**single(c), "dr-ridge": fitted(c, "normal"), "mrdr": fitted(c, "mrdr"), **pages(c)}


def test_every_estimator_is_that_of_obp(log: tuple[str, Any]) -> None:
    name, columns = log
    found = ours(columns)
    assert set(found) == set(KEPT[name])
    for estimator, value in KEPT[name].items():
        assert found[estimator] == pytest.approx(value, rel=1e-9, abs=1e-12), estimator


def test_control_one_propensity_more_breaks_the_equality() -> None:
    c = RECIPE.made_up()
    propensity = c.propensity.copy()
    rewarded = np.flatnonzero(c.reward)
    rows = np.arange(len(propensity))
    weight = RECIPE.target(c)[rows, c.action, c.slot] / propensity
    propensity[rewarded[np.argmin(weight[rewarded])]] *= 1.01  # a weight that is neither clipped nor switched off
    found = ours(replace(c, propensity=propensity))
    same = [name for name, value in KEPT["made-up"].items() if found[name] == pytest.approx(value, rel=1e-9, abs=1e-12)]
    assert same == ["dm"]  # which looks at no propensity


def test_control_other_settings_are_other_figures() -> None:
    c = RECIPE.made_up()
    assert single(c)["clipped-ips"] != pytest.approx(KEPT["made-up"]["ips"], abs=1e-6)
    assert fitted(c, "mrdr") != pytest.approx(KEPT["made-up"]["dr-ridge"], abs=1e-6)
