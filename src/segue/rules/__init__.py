"""What may not be shown. One rule a file; each keeps a subset, in order, and the runner records what fell to which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from segue.core.protocols import Facts, Rule
from segue.core.registry import Registry
from segue.core.settings import Settings
from segue.core.types import Candidates, Query

RULES = Registry[Callable[[Facts, Settings], Rule]]("segue.rules", "rule")
"""Each plug-in makes its rule for one release from the catalogue and the settings."""

CAPS = frozenset({"artist-cap", "album-cap"})
"""Rules that look at what stands above an item, and so run after the ranker; all others judge an item by itself."""


def make_rules(facts: Facts, settings: Settings) -> dict[str, Rule]:
    """Every rule there is, the caps last."""
    return {name: RULES[name](facts, settings) for name in sorted(RULES, key=lambda n: (n in CAPS, n))}


def run(
    rules: Mapping[str, Rule], query: Query, candidates: Candidates, fell: Counter[str], without: Iterable[str] = ()
) -> Candidates:
    """What is left after every rule but those in `without`; how many fell is added to `fell` under the rule's name."""
    for name, rule in rules.items():
        if name in without or not len(candidates):
            continue
        left = rule(query, candidates)
        if len(left) < len(candidates):
            fell[name] += len(candidates) - len(left)
            candidates = left
    return candidates
