"""Write docs/reference.md from the code: commands, formats, settings, events, plug-ins. A test holds the two together.

python docs/make_reference.py
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from segue.checks.anomalies import ANOMALIES
from segue.checks.log import CHECKS
from segue.cli.commands import PANELS
from segue.core.events import EVENT_TYPES, Event
from segue.core.registry import Registry
from segue.core.settings import Settings
from segue.core.types import Kind
from segue.fitted import FITTED
from segue.importers import IMPORTERS
from segue.models import RECIPES
from segue.models.responses import RESPONSES
from segue.policies import POLICIES
from segue.web.compat import PROTOCOLS

PLACE = Path(__file__).with_name("reference.md")
SHELVES: Registry[Any] = Registry("segue.surfaces.home.shelves", "shelf")
RULES: Registry[Any] = Registry("segue.rules", "rule")
SOURCES: Registry[Any] = Registry("segue.candidates", "source")
RANKERS: Registry[Any] = Registry("segue.ranking", "ranker")
FEATURES: Registry[Any] = Registry("segue.features", "feature")


def first_line(thing: Any) -> str:
    """The first sentence or paragraph of what a plug-in says of itself, or its module does."""
    own = thing.__doc__ if inspect.isclass(thing) or inspect.isfunction(thing) else type(thing).__doc__
    if not own or own.startswith(f"{getattr(thing, '__name__', '')}("):
        own = inspect.getmodule(thing).__doc__ if inspect.getmodule(thing) else ""
    return " ".join(inspect.cleandoc(own or "").split("\n\n")[0].split()).replace("|", "\\|")


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    names = list(head)
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    return [*lines, *("| " + " | ".join(str(c) for c in row) + " |" for row in rows), ""]


def plugins(title: str, registry: Registry[Any]) -> list[str]:
    rows = [(f"`{name}`", first_line(registry[name])) for name in registry]
    return [f"## {title}", "", *table(("name", "what it does"), rows)]


def formats() -> list[str]:
    lines = ["## Import formats", ""]
    for name in IMPORTERS:
        importer: Any = IMPORTERS[name]
        lines += [f"### `segue import {name} PATH`", "", first_line(importer), ""]
        options = [f for f in dataclasses.fields(importer) if "help" in f.metadata]
        if options:
            rows = [(f"`--{f.name.replace('_', '-')}`", f.metadata["help"].replace("|", "\\|")) for f in options]
            lines += table(("option", "meaning"), rows)
    return lines


def protocols() -> list[str]:
    intro = "Spoken beside the API of its own; how to set players to it is in [how-to.md](how-to.md)."
    rows = []
    for name in PROTOCOLS:
        module = importlib.import_module(f"{PROTOCOLS.package}.{name.replace('-', '_')}")
        said = " ".join(inspect.cleandoc(module.__doc__ or "").split("\n\n")[0].split())
        rows.append((f"`{name}`", said, ", ".join(f"`{r.path}`" for r in PROTOCOLS[name])))
    return ["## Protocols", "", intro, "", *table(("name", "what it is", "paths"), rows)]


def events() -> list[str]:
    shared = set(Event.__struct_fields__)
    rows = []
    for kind in EVENT_TYPES:
        own = [f for f in kind.__struct_fields__ if f not in shared]
        rows.append((f"`{kind.__struct_config__.tag}`", ", ".join(f"`{f}`" for f in own)))
    common = ", ".join(f"`{f}`" for f in Event.__struct_fields__)
    intro = (
        f"Every event has {common} (`at` is UTC milliseconds; `id` makes it count once). Items are named by uri, "
        "`segue:KIND:ID` or `segue:KIND:SOURCE:ID`. Kinds: " + ", ".join(f"`{k.label}`" for k in Kind) + "."
    )
    return ["## Events", "", intro, "", *table(("type", "fields of its own"), rows)]


def settings() -> list[str]:
    rows = [(f"`{n}`", f"`{f.default!r}`", f.description) for n, f in Settings.model_fields.items()]
    intro = "In `segue.toml` of the workspace, or as `SEGUE_NAME` in the environment, which wins."
    return ["## Settings", "", intro, "", *table(("name", "default", "meaning"), rows)]


def commands() -> list[str]:
    rows = [
        (f"`segue {name}`", " ".join(inspect.cleandoc(function.__doc__ or "").split()))
        for panel in PANELS.values()
        for name, function in panel.items()
    ]
    rows += [("`segue import FORMAT PATH`", "Bring in listening and catalogues; formats below."),
             ("`segue schema infer, show, diff, accept, export, import`", "What good data look like."),
             ("`segue keys create, list, revoke`", "API keys for the service."),
             ("`segue dead list, show, replay, drop`", "Events that were refused.")]  # fmt: skip
    return [
        "## Commands",
        "",
        "`segue COMMAND --help` lists the options.",
        "",
        *table(("command", "what it does"), rows),
    ]


def reference() -> str:
    """The whole page."""
    lines = ["# Reference", "", "Made from the code by `python docs/make_reference.py`. The HTTP API is in",
             "[openapi.json](openapi.json), and served at `/openapi.json`.", ""]  # fmt: skip
    lines += [*commands(), *formats(), *protocols(), *settings(), *events()]
    lines += plugins("Recipes", RECIPES) + plugins("Fitted models", FITTED)
    lines += plugins("Shelves", SHELVES) + plugins("Candidate sources", SOURCES) + plugins("Rules", RULES)
    lines += plugins("Rankers of a shelf's candidates", RANKERS) + plugins("Policies", POLICIES)
    lines += plugins("Response models", RESPONSES) + plugins("Features", FEATURES)
    lines += plugins("Checks of the log", CHECKS) + plugins("Anomalies of a table", ANOMALIES)
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    PLACE.write_text(reference())
    print(f"wrote {PLACE}")
