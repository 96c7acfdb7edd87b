"""Lists that Segue makes for a listener, for players that know playlists and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from segue.core.errors import UnknownName, UsageError
from segue.core.types import Context, Kind
from segue.surfaces.browse import Browse
from segue.surfaces.library import Library
from segue.surfaces.playlist_files import TrackList
from segue.surfaces.playlists import items_of, playlists_of
from segue.surfaces.views import RadioView, Recommendations

LISTS = {"recommended": "Recommended for {}", "lately": "Like what {} heard lately"}
"""Names of the lists, and their titles."""
RADIO = "radio"
SEEDS = 5  # of what was heard last


class Answers(Protocol):
    """The part of the service that is needed here."""

    @property
    def library(self) -> Library: ...

    @property
    def browse(self) -> Browse: ...

    def recommend(
        self, listener: str, kind: str | None = None, n: int = 10, seeds: Sequence[str] = (),
        context: Context | None = None, words: str = "",
    ) -> Recommendations: ...  # fmt: skip

    def radio(
        self, seeds: Sequence[str] = (), words: str = "", listener: str = "", kind: str | None = None, n: int = 25,
        page: int = 0, shuffle: int = 0, context: Context | None = None,
    ) -> RadioView: ...  # fmt: skip

    def history(self, listener: str, n: int) -> Sequence[Any]: ...


def made_for(service: Answers, listener: str, name: str, n: int = 50) -> TrackList:
    """One of LISTS, of tracks; UnknownName for another. Who was heard nothing of gets what is popular."""
    if name not in LISTS:
        raise UnknownName("list", name, LISTS)
    seeds: list[str] = []
    if name == "lately":
        heard = service.history(listener, 4 * SEEDS)
        seeds = [card.uri for card in heard if card.kind == "track"][:SEEDS]
    if seeds:
        cards = service.radio(seeds, listener=listener, kind="track", n=n).items
    else:
        cards = service.recommend(listener, "track", n).items
    facts = service.library.facts([card.uri for card in cards])
    return TrackList(LISTS[name].format(listener), facts, f"segue:{name}", "Segue")


def track_list(
    service: Answers, name: str, listener: str = "", n: int = 50, seeds: Sequence[str] = (), words: str = ""
) -> TrackList:  # fmt: skip
    """A list by its name: one of LISTS for a listener, "radio" from seeds or words, or the uri of a playlist.

    A listener's own playlists are as they are now, those of sources as they were in the release. What another listener
    made is not there for one; without a listener it is an operator who asks.
    """
    if name == RADIO:
        facts = service.library.facts([c.uri for c in service.radio(seeds, words, listener, "track", n).items])
        return TrackList(f"Radio: {', '.join([*seeds, *([words] if words else [])])}", facts, "segue:radio", "Segue")
    if name in LISTS:
        if not listener:
            raise UsageError(f"the list {name!r} is made for a listener: name one")
        return made_for(service, listener, name, n)
    if not name.startswith(f"segue:{Kind.PLAYLIST.label}:"):
        raise UnknownName("playlist", name, [*LISTS, RADIO, "segue:playlist:…"])
    own = playlists_of(service.library, listener).get(name) if listener else None
    if own is not None:
        return TrackList(own.title, items_of(service.library, own), own.uri, listener, own.note, own.changed)
    head = service.library.fact(name)
    found = service.browse.in_playlist(head.number).tolist()
    if not found or (listener and service.browse.private(head.number)):
        raise UnknownName("playlist of the release", name)
    return TrackList(head.title, service.library.numbered(found), head.uri)
