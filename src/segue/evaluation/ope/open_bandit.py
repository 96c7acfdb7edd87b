"""Logs of the Open Bandit Dataset (Saito et al., 2021) as they are published: a row is one of three places on a page.

Which rows were one page is not in the files, so each row is a page of its own. There are no listeners; what is known of
people are four coarse categories, which become context.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from segue.core.errors import InputError
from segue.core.events import Bad
from segue.evaluation.ope.open_log import Cell, Found, Intake, files, header
from segue.importers._table import table

COLUMNS = ("timestamp", "item_id", "position", "click", "propensity_score")
CONTEXT = "user_feature_"


def is_open_bandit(path: Path) -> bool:
    """A file by its columns, or a folder in which there is one."""
    return any(set(COLUMNS) <= set(header(f)) for f in _tables(path))


def read_open_bandit(path: Path) -> Found:
    """The log of a campaign: the file, or the folder that holds it with the description of its items."""
    reading = Intake()
    for file in _tables(path):
        there = header(file)
        if not set(COLUMNS) <= set(there):
            continue
        wanted = [*COLUMNS, *(c for c in there if c.startswith(CONTEXT))]
        names = ["at", "action", "slot", "reward", "propensity", *(f"x_{c}" for c in wanted[len(COLUMNS) :])]
        reading.take(file, names, _rows(file, wanted, names))
    return reading.done(path)


def _rows(path: Path, wanted: Sequence[str], names: Sequence[str]) -> Iterator[tuple[int, dict[str, Cell]] | Bad]:
    for row in table(path, wanted):
        if isinstance(row, Bad):
            yield row
            continue
        cells = dict(zip(names, row[1]))
        place = str(cells["slot"])
        cells["slot"] = int(place) - 1 if place.isdigit() else place
        yield row[0], cells


def _tables(path: Path) -> list[Path]:
    if path.is_dir() and (below := sorted(p.name for p in path.iterdir() if p.is_dir())) and not _has_table(path):
        raise InputError(f"{path} holds no table but folders; name one of: {', '.join(below[:20])}")
    return files(path)


def _has_table(path: Path) -> bool:
    try:
        return bool(files(path))
    except InputError:
        return False
