"""Figures of Open Bandit Pipeline (obp), kept in ope.json beside this script.

obp is a reference, not a dependency, and is no longer maintained: it pins NumPy 1.23 and torch 1.12. Its estimators are
plain NumPy, so it is installed without what it asks for, in an environment of its own; torch, which only its
continuous estimators and policies import, is stood in for by an empty module.

    python3.11 -m venv /tmp/obp
    /tmp/obp/bin/pip install --no-deps --ignore-requires-python obp==0.5.7
    /tmp/obp/bin/pip install numpy pandas scikit-learn scipy tqdm PyYAML matplotlib seaborn mypy_extensions
    /tmp/obp/bin/python tests/golden/make_ope.py ../shared/data/open-bandit-small

The inputs are made by ope_recipe.py from the logs and from nothing; the figures alone are kept.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import ope_recipe as recipe


class Hollow(type):
    """Classes with every attribute, each a class like it."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Hollow(name, (), {})


class Absent(ModuleType):
    """A module whose every name is such a class."""

    def __getattr__(self, name: str) -> Any:
        return getattr(Hollow("absent", (), {}), name)


def obp() -> Any:
    for name in ("torch", "torch.nn", "torch.nn.functional", "torch.optim", "torch.utils", "torch.utils.data"):
        sys.modules[name] = Absent(name)
    import obp.ope

    return obp.ope


def single(ope: Any, columns: recipe.Columns) -> dict[str, float]:
    """Estimators of one choice."""
    over, q = recipe.target(columns), recipe.model(columns)
    given = {
        "reward": columns.reward, "action": columns.action, "position": columns.slot, "pscore": columns.propensity,
        "action_dist": over, "estimated_rewards_by_reg_model": q,
    }  # fmt: skip
    wanted = {
        "ips": ope.InverseProbabilityWeighting(),
        "clipped-ips": ope.InverseProbabilityWeighting(lambda_=recipe.CLIP),
        "snips": ope.SelfNormalizedInverseProbabilityWeighting(),
        "dm": ope.DirectMethod(),
        "dr": ope.DoublyRobust(),
        "sndr": ope.SelfNormalizedDoublyRobust(),
        "switch-dr": ope.SwitchDoublyRobust(lambda_=recipe.TAU),
        "dr-os": ope.DoublyRobustWithShrinkage(lambda_=recipe.LAMBDA),
    }
    figures = {name: float(e.estimate_policy_value(**given)) for name, e in wanted.items()}
    from sklearn.linear_model import Ridge

    for method in ("normal", "mrdr"):
        model = ope.RegressionModel(
            n_actions=columns.arms, len_list=recipe.SLOTS, base_model=Ridge(alpha=recipe.RIDGE, solver="cholesky"),
            fitting_method=method,
        )  # fmt: skip
        fitted = model.fit_predict(
            context=columns.context, action=columns.action, reward=columns.reward, pscore=columns.propensity,
            position=columns.slot, action_dist=over, n_folds=1,
        )  # fmt: skip
        given["estimated_rewards_by_reg_model"] = fitted
        name = "mrdr" if method == "mrdr" else "dr-ridge"
        figures[name] = float(ope.DoublyRobust().estimate_policy_value(**given))
    return figures


def slates(ope: Any, columns: recipe.Columns) -> dict[str, float]:
    """Estimators of pages, on pages put together from rows of the three places."""
    page = recipe.pages(columns)
    k, a = recipe.SLOTS, columns.arms
    common = {"slate_id": page.page, "reward": page.reward, "position": page.slot}
    whole = {"pscore": page.whole(page.propensity), "evaluation_policy_pscore": page.whole(page.chance)}
    own = {"pscore_item_position": page.propensity, "evaluation_policy_pscore_item_position": page.chance}
    above = {
        "pscore_cascade": page.cascade(page.propensity),
        "evaluation_policy_pscore_cascade": page.cascade(page.chance),
    }
    figures = {
        name: float(e(len_list=k).estimate_policy_value(**common, **given))
        for name, e, given in (
            ("slate-ips", ope.SlateStandardIPS, whole),
            ("slate-snips", ope.SelfNormalizedSlateStandardIPS, whole),
            ("iips", ope.SlateIndependentIPS, own),
            ("sniips", ope.SelfNormalizedSlateIndependentIPS, own),
            ("rips", ope.SlateRewardInteractionIPS, above),
            ("snrips", ope.SelfNormalizedSlateRewardInteractionIPS, above),
        )
    }
    doubly = ope.SlateCascadeDoublyRobust(len_list=k, n_unique_action=a)
    figures["cascade-dr"] = float(
        doubly.estimate_policy_value(
            **common, **above, action=page.action, q_hat=page.q.ravel(), evaluation_policy_action_dist=page.over.ravel()
        )
    )
    return figures


def main(folder: Path) -> dict[str, Any]:
    ope = obp()
    logs = {"made-up": recipe.made_up()}
    logs |= {name: recipe.read(folder, name) for name in recipe.LOGS}
    figures = {name: {**single(ope, c), **slates(ope, c)} for name, c in logs.items()}
    return {"obp": version("obp"), "numpy": np.__version__, "figures": figures}


if __name__ == "__main__":
    made = main(Path(sys.argv[1]))
    Path(__file__).with_name("ope.json").write_text(json.dumps(made, indent=1) + "\n")
