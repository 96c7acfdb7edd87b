"""What is chosen, and how likely it was. One policy a file; drawing and keeping the record is the same for all."""

from __future__ import annotations

from collections.abc import Callable

from segue.core.protocols import Policy
from segue.core.registry import Registry
from segue.policies._made import made
from segue.policies._slate import Added, choose, probabilities, repeated

POLICIES = Registry[Callable[[], Policy]]("segue.policies", "policy")
"""Each plug-in makes its policy, untaught, with the parameters it has by default."""

__all__ = ["POLICIES", "Added", "by_scores", "choose", "make_policy", "probabilities", "repeated"]


def make_policy(text: str) -> Policy:
    """The policy of a setting, untaught: its name, or `name(parameter=number, …)`."""
    return made(text, POLICIES)


def by_scores() -> tuple[str, ...]:
    """Policies that go by the scores alone and ask for no features: a logged row says what they would have done."""
    return tuple(name for name in POLICIES if getattr(POLICIES[name], "by_scores", False))
