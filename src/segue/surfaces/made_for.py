"""Lists that Segue makes for a listener, for players that know playlists and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from segue.core.errors import UnknownName
from segue.core.types import Context
from segue.surfaces.library import Library
from segue.surfaces.playlist_files import TrackList
from segue.surfaces.views import RadioView, Recommendations

LISTS = {"recommended": "Recommended for {}", "lately": "Like what {} heard lately"}
"""Names of the lists, and their titles."""
SEEDS = 5  # of what was heard last


class Answers(Protocol):
    """The part of the service that is needed here."""

    @property
    def library(self) -> Library: ...

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
