"""Formats that people's listening comes in, one a file: `plugin` is a frozen dataclass of options with `read`.

`read(path)` yields Items, events and Bad rows, streaming. Event ids come from what a row says, so that a second import
of the same or of a longer export adds nothing twice. A bad row is yielded as Bad and never raises; a path that is not
of the format raises InputError naming it and what was expected. Each option is a dataclass field whose metadata `help`
says what it does; the command line is made from them: `listener` → `--listener`, a bool → `--header/--no-header`,
`tuple[str, ...]` → repeatable, a field without default → required.

Progress: inside `with metered() as reading:` every importer that runs in that thread counts what it reads, whichever
way it opens files (`_reading.open_file` and what stands on it). Show `min(reading.read_bytes, total) / total` with
`total = size(path)`.
"""

from __future__ import annotations

from segue.core.protocols import Importer
from segue.core.registry import Registry
from segue.importers._reading import Reading, metered, size

__all__ = ["IMPORTERS", "Reading", "metered", "size"]

IMPORTERS = Registry[type[Importer]]("segue.importers", "import format")
