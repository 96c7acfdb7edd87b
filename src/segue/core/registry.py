"""Plug-ins by name: one module of a package is one plug-in, found without importing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib import import_module, metadata
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any, TypeVar, cast

from segue.core.errors import UnknownName

T = TypeVar("T")


@cache
def _installed() -> Any:
    """Entry points of all groups: looking through what is installed takes as long for one."""
    return metadata.entry_points()


class Registry(Mapping[str, T]):
    """Modules of `package` whose name has no leading underscore, plus installed entry points of the same group.

    Each module names what it offers in a variable `plugin`. Listing imports no plug-in; looking up imports one.
    A module `hetrec_lastfm2k` is the plug-in `hetrec-lastfm2k` (or with underscores: both are found).
    """

    def __init__(self, package: str, what: str) -> None:
        self.package, self.what = package, what

    @cached_property
    def _places(self) -> dict[str, str]:
        spec = find_spec(self.package)
        modules = iter_modules(spec.submodule_search_locations if spec else [])
        own = [m.name for m in modules if not m.ispkg]
        outside = {e.name.replace("_", "-"): e.value for e in _installed().select(group=self.package)}
        return outside | {n.replace("_", "-"): f"{self.package}.{n}:plugin" for n in own if not n.startswith("_")}

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._places))

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, name: str) -> T:
        place = self._places.get(name.replace("_", "-"))
        if place is None:
            raise UnknownName(self.what, name, self)
        module, _, attribute = place.partition(":")
        loaded: Any = import_module(module)
        return cast(T, getattr(loaded, attribute))
