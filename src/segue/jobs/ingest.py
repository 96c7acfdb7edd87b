"""Records of an importer into the log and the catalogue; what cannot be taken goes to quarantine with its reason."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import msgspec

from segue.core.errors import SegueError
from segue.core.events import AnyEvent, Bad, Item, Record
from segue.core.protocols import Importer
from segue.runs.ledger import IMPORT, Ledger
from segue.store.workspace import QUARANTINE, Workspace

BATCH = 20_000  # records a transaction
MAX_QUARANTINE = 1_000_000  # rows written to one quarantine file; further ones are only counted


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came in."""

    format: str
    path: str
    records: int  # read, good and bad
    events: int  # new in the log
    duplicates: int  # already there
    items: int  # new in the catalogue
    items_known: int
    merged: int  # items recognized as the same as one of another source
    quarantined: int
    quarantine: str  # file; "" where nothing was quarantined
    seconds: float


def ingest(
    workspace: Workspace,
    name: str,
    importer: Importer,
    path: Path,
    tenant: str,
    progress: Callable[[int], None] = lambda _: None,
) -> Ingested:
    """Run an importer to its end. Every batch is durable before the next is read; run again, it adds nothing.

    `progress` is told the records done after each batch.
    """
    started = time.time()
    records = events = duplicates = new = known = 0
    merges = len(workspace.catalogue.merges(tenant))
    with Ledger(workspace.path / "runs") as ledger, Quarantine(_folder(workspace, tenant), name) as quarantine:
        run = ledger.begin(IMPORT, "", inputs=[str(path)], params={"format": name, "tenant": tenant}, seed=0, code="")
        try:
            for batch in _batches(importer.read(path), BATCH):
                good, items = _sorted(batch, tenant, quarantine)
                receipt = workspace.log.append(good, items, tenant=tenant)
                workspace.sounds.add(tenant, path, items)
                records += len(batch)
                events += receipt.accepted
                duplicates += receipt.duplicates
                new += receipt.items_new
                known += receipt.items_known
                progress(records)
        except BaseException as e:
            ledger.end(run, "failed", time.time() - started, error=f"{type(e).__name__}: {e}")
            raise
        merged = len(workspace.catalogue.merges(tenant)) - merges
        seconds = time.time() - started
        report = Ingested(
            name, str(path), records, events, duplicates, new, known, merged, quarantine.rows,
            str(quarantine.path) if quarantine.rows else "", round(seconds, 3),
        )  # fmt: skip
        ledger.end(run, "done", seconds, result=asdict(report))
    return report


def _folder(workspace: Workspace, tenant: str) -> Path:
    """Of a tenant's refused rows; the tenant may be new."""
    with workspace.database.write():
        workspace.database.tenant(tenant, create=True)
    return workspace.derived(QUARANTINE, tenant)


def _batches(records: Iterator[Record], size: int) -> Iterator[list[Record]]:
    """Lists of `size`; what came before a failure is given out before it is raised."""
    batch: list[Record] = []
    try:
        for record in records:
            batch.append(record)
            if len(batch) == size:
                yield batch
                batch = []
    except SegueError:
        yield batch
        raise
    yield batch


def _sorted(batch: list[Record], tenant: str, quarantine: Quarantine) -> tuple[list[AnyEvent], list[Item]]:
    events: list[AnyEvent] = []
    items: list[Item] = []
    for record in batch:
        if isinstance(record, Bad):
            quarantine.add(record)
        elif isinstance(record, Item):
            items.append(record)
        else:
            events.append(record if record.tenant == tenant else msgspec.structs.replace(record, tenant=tenant))
    return events, items


class Quarantine:
    """A JSONL file of rows that were refused: `{"line", "reason", "raw"}`. Made when the first row comes."""

    def __init__(self, folder: Path, name: str) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        self.path = folder / f"{name}-{stamp}.jsonl"
        self.rows = 0
        self._file: TextIO | None = None

    def add(self, bad: Bad) -> None:
        self.rows += 1
        if self.rows > MAX_QUARANTINE:
            return
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8")
        row = {"line": bad.line, "reason": bad.reason, "raw": bad.raw}
        self._file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")

    def __enter__(self) -> Quarantine:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


def last_import(workspace: Workspace) -> Ingested | None:
    """The newest finished import."""
    with Ledger(workspace.path / "runs") as ledger:
        for run in ledger.runs(limit=50, name=IMPORT):
            if run.status == "done" and isinstance(run.result, dict):
                return Ingested(**run.result)
    return None
