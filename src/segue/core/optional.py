"""Libraries that only an extra brings: `ml`, or what keeps the state elsewhere."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from segue.core.errors import NotReady


def needed(module: str, what: str, extra: str = "ml") -> Any:
    """A module, or an error that says how to get it."""
    try:
        return import_module(module)
    except ImportError as e:
        raise NotReady(f"{what} needs {module.partition('.')[0]}: pip install 'segue[{extra}]' ({e})") from None
