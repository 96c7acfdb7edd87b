"""Which shelves, in what order. One policy a file; each says how likely its choice was."""

from __future__ import annotations

from collections.abc import Callable

from segue.core.protocols import Policy
from segue.core.registry import Registry

POLICIES = Registry[Callable[[str], Policy]]("segue.policies", "policy")
"""Each plug-in makes its policy for one release, named by its id."""
