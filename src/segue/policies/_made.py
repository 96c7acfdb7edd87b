"""A policy from what a setting says: a name, or a name with parameters, `plackett-luce(temperature=0.2, even=0.05)`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from segue.core.errors import UnknownName, UsageError
from segue.core.protocols import Policy

_FORM = re.compile(r"\s*([a-z_-]+)\s*(?:\(([^()]*)\))?\s*")


def made(text: str, policies: Mapping[str, Any]) -> Policy:
    """UsageError or UnknownName where it says something else."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise UsageError(f"policy {text!r}: it looks like greedy, or like plackett-luce(temperature=0.2, even=0.05)")
    kind = policies[found[1]]
    numbers = {f.name: f.default for f in dataclasses.fields(kind) if isinstance(f.default, int | float)}
    given: dict[str, Any] = {}
    for part in filter(None, (p.strip() for p in (found[2] or "").split(","))):
        name, _, value = (p.strip() for p in part.partition("="))
        if name not in numbers:
            raise UnknownName(f"parameter of {found[1]}", name, numbers)
        try:
            given[name] = type(numbers[name])(value)
        except ValueError:
            raise UsageError(
                f"policy {text!r}: {name} is {value!r}; it is a number, {numbers[name]} by default"
            ) from None
    policy: Policy = kind(**given)
    return policy
