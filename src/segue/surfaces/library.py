"""What a listener heard, loves and keeps, as other programs ask for it: read from the log, up to this second."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from segue.core.errors import UnknownName
from segue.core.events import EVENT_TYPES, Event, Play, Rating, Remove, Save
from segue.store.facts import Facts, facts_of
from segue.store.workspace import Workspace

FOR_EVER = 1 << 62
_LISTENED = ("id", "seq", "at", "item", "ms_played", "device", "attrs")


@dataclass(frozen=True, slots=True)
class Listen:
    """One play."""

    facts: Facts
    at: int  # UTC ms
    ms_played: int
    device: str
    attrs: dict[str, Any]
    id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a listener last said of an item."""

    facts: Facts
    value: float  # of a rating, -1 … 1; 1 of what was saved
    at: int  # UTC ms


@dataclass(frozen=True)
class Library:
    """The log and the catalogue of one tenant, by listener. Items newer than the release are in it, too."""

    workspace: Workspace
    tenant: str

    def number(self, listener: str) -> int | None:
        return self.workspace.catalogue.listener_number(self.tenant, listener)

    def facts(self, uris: Iterable[str]) -> list[Facts]:
        """Of each uri in order; those that the catalogue has not are left out."""
        numbers = [self.workspace.catalogue.number(self.tenant, uri) for uri in uris]
        known = facts_of(self.workspace.database, [n for n in numbers if n is not None])
        return [known[n] for n in numbers if n in known]

    def numbered(self, numbers: Sequence[int]) -> list[Facts]:
        """Of each number in order."""
        known = facts_of(self.workspace.database, numbers)
        return [known[n] for n in numbers if n in known]

    def fact(self, uri: str) -> Facts:
        """Of one uri, or UnknownName."""
        found = self.facts([uri])
        if not found:
            raise UnknownName("item", uri)
        return found[0]

    def listens(self, listener: str, since: int = -1, until: int = FOR_EVER, n: int = 25) -> list[Listen]:
        """Plays since <= at < until (UTC ms), newest first."""
        rows = self.rows(listener, (Play,), since, until, n, _LISTENED)[::-1]
        facts = facts_of(self.workspace.database, [row["item"] for row in rows])
        return [
            Listen(
                facts[row["item"]], row["at"], row["ms_played"] or 0, row["device"] or "",
                json.loads(row["attrs"]) if row["attrs"] else {}, row["id"], row["seq"],
            )
            for row in rows
        ]  # fmt: skip

    def listen_count(self, listener: str) -> int:
        return len(self._table(listener, (Play,), columns=("seq",)))

    def first_at(self, listener: str) -> int:
        """When the first play was, UTC ms; 0 where there is none."""
        at = self._table(listener, (Play,), columns=("at",))["at"]
        return int(at[0].as_py()) if len(at) else 0

    def ratings(self, listener: str) -> list[Opinion]:
        """The last rating of each item, newest first; those that were taken back (0) are left out."""
        found = self._last(listener, (Rating,))
        return [opinion for opinion in found if opinion.value]

    def saved(self, listener: str) -> list[Opinion]:
        """What was saved and not taken out of the library since, newest first."""
        return [opinion for opinion in self._last(listener, (Save, Remove)) if opinion.value]

    def _last(self, listener: str, types: Sequence[type[Event]]) -> list[Opinion]:
        """By item what was last said: of a rating its value, of anything saved 1, of anything removed 0."""
        rows = self.rows(listener, types, columns=("event", "item", "at", "value", "context"))
        facts = facts_of(self.workspace.database, [row["item"] for row in rows])
        last: dict[str, Opinion] = {}
        for row in rows:
            if row["context"]:  # of a playlist, not of the library
                continue
            fact = facts[row["item"]]
            last.pop(fact.uri, None)
            value = row["value"] if row["event"] is Rating else float(row["event"] is Save)
            last[fact.uri] = Opinion(fact, float(value or 0), row["at"])
        return list(last.values())[::-1]

    def rows(
        self, listener: str, types: Sequence[type[Event]], since: int = -1, until: int = FOR_EVER,
        newest: int | None = None, columns: Sequence[str] = (),
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Events of a listener, oldest first, as rows of `columns`; "event" is its class."""
        names = ["type" if name == "event" else name for name in columns]
        rows: list[dict[str, Any]] = self._table(listener, types, since, until, newest, names).to_pylist()
        if "type" in names:
            for row in rows:
                row["event"] = EVENT_TYPES[row["type"] - 1]
        return rows

    def _table(
        self, listener: str, types: Sequence[type[Event]], since: int = -1, until: int = FOR_EVER,
        newest: int | None = None, columns: Sequence[str] | None = None,
    ) -> pa.Table:  # fmt: skip
        number = self.number(listener) or 0
        return self.workspace.log.of_listener(self.tenant, number, types, since, until, newest, columns)
