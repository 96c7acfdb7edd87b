"""Playlists of listeners, replayed from the log: made, filled, changed and deleted by events.

A playlist is followed by who made it, with its name in `attrs`; a later follow renames it; removed from the library, it
is gone. Removing from it names a position, or else takes the first of the item.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from segue.core.errors import UnknownName
from segue.core.events import AnyEvent, Follow, Item, PlaylistAdd, Remove
from segue.core.types import Kind
from segue.store.catalogue_view import OWN
from segue.store.facts import Facts, facts_of
from segue.surfaces.library import Library

_COLUMNS = ("event", "item", "at", "playlist", "attrs")


@dataclass
class Playlist:
    uri: str
    title: str
    created: int  # UTC ms
    changed: int
    note: str = ""
    numbers: list[int] = field(default_factory=list)  # of its items, in order


def playlists_of(library: Library, listener: str) -> dict[str, Playlist]:
    """By uri, those that were made first first."""
    rows = library.rows(listener, (Follow, PlaylistAdd, Remove), columns=_COLUMNS)
    lists = {n for row in rows for n in (row["playlist"] or row["item"],)}
    heads = {n: f for n, f in facts_of(library.workspace.database, lists).items() if f.kind is Kind.PLAYLIST}
    stands = {n: library.workspace.catalogue.current(n) for n in {row["item"] for row in rows}}
    found: dict[str, Playlist] = {}
    for row in rows:
        head = heads.get(row["playlist"] or row["item"])
        if head is None:
            continue
        said = json.loads(row["attrs"]) if row["attrs"] else {}
        if row["event"] is Remove and not row["playlist"]:
            found.pop(head.uri, None)
            continue
        one = found.setdefault(head.uri, Playlist(head.uri, head.title, row["at"], row["at"]))
        one.changed = max(one.changed, row["at"])
        if row["event"] is Follow:
            one.title, one.note = str(said.get("name") or one.title), str(said.get("note", one.note))
        elif row["event"] is PlaylistAdd:
            one.numbers.append(stands[row["item"]])
        else:
            _take_out(one.numbers, stands[row["item"]], said.get("position"))
    return found


def _take_out(numbers: list[int], item: int, position: object) -> None:
    if isinstance(position, int) and 0 <= position < len(numbers) and numbers[position] == item:
        del numbers[position]
    elif item in numbers:
        numbers.remove(item)


def playlist_of(library: Library, listener: str, uri: str) -> Playlist:
    """One of a listener's, or UnknownName."""
    found = playlists_of(library, listener).get(uri)
    if found is None:
        raise UnknownName("playlist", uri)
    return found


def items_of(library: Library, playlist: Playlist) -> list[Facts]:
    """What is in it, in order."""
    facts = facts_of(library.workspace.database, playlist.numbers)
    return [facts[n] for n in playlist.numbers if n in facts]


@dataclass
class Edit:
    """Changes of one playlist as events, in order: each a millisecond after the one before."""

    listener: str
    uri: str
    now: int  # UTC ms
    events: list[AnyEvent] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    @classmethod
    def new(cls, listener: str, name: str, now: int) -> Edit:
        """A playlist that is not there yet."""
        edit = cls(listener, f"segue:playlist:{OWN}:{uuid4().hex}", now)
        edit.items.append(Item(uri=edit.uri, title=name))
        edit.name(name)
        return edit

    def name(self, name: str = "", note: str | None = None) -> None:
        attrs = ({"name": name} if name else {}) | ({"note": note} if note is not None else {})
        self.events.append(Follow(id=uuid4().hex, listener=self.listener, at=self._at(), item=self.uri, attrs=attrs))

    def add(self, uris: Sequence[str]) -> None:
        for uri in uris:
            self.events.append(
                PlaylistAdd(id=uuid4().hex, listener=self.listener, at=self._at(), item=uri, context=self.uri)
            )

    def take_out(self, items: Sequence[Facts], positions: Sequence[int]) -> None:
        """From the end, so that the positions before stay what they are."""
        for position in sorted(set(positions), reverse=True):
            if 0 <= position < len(items):
                self.events.append(Remove(
                    id=uuid4().hex, listener=self.listener, at=self._at(), item=items[position].uri, context=self.uri,
                    attrs={"position": position},
                ))  # fmt: skip

    def delete(self) -> None:
        self.events.append(Remove(id=uuid4().hex, listener=self.listener, at=self._at(), item=self.uri))

    def _at(self) -> int:
        return self.now + len(self.events)
