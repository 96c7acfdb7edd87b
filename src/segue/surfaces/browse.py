"""The catalogue of a release by artist and album, for programs that walk through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segue.core.errors import NotReady
from segue.core.types import Ids, Kind
from segue.store.catalogue_view import CatalogueView
from segue.surfaces.views import Person

if TYPE_CHECKING:  # a server answers before the first release, and then needs none of what serving takes
    from segue.surfaces.serving import Serving


@dataclass(frozen=True)
class Browse:
    """Numbers of items, most popular first unless said otherwise; none that is private."""

    serving: Serving

    @property
    def _view(self) -> CatalogueView:
        return self.serving.snapshot.catalogue

    def artists(self) -> list[tuple[Person, int]]:
        """Every artist by name, and how many albums each has."""
        view = self._view
        albums = np.bincount(view.rows(self._artists_of_albums()[0]), minlength=len(view))
        people = [(n, self.serving.cards.person(n)) for n in view.of_kind(Kind.ARTIST).tolist()]
        return [(who, int(albums[view.row(n)])) for n, who in sorted(people, key=lambda p: p[1].name)]

    def albums_of(self, artist: int) -> Ids:
        """Theirs, and those that have a track of theirs; by release date, newest first."""
        view = self._view
        own, songs = (self._where(kind, view.artist, artist) for kind in (Kind.ALBUM, Kind.TRACK))
        found = np.unique(np.concatenate([own, view.current(view.album[view.rows(songs)])]))
        return self._newest(found[found > 0])

    def tracks_of(self, artist: int) -> Ids:
        return self.made_by(artist, Kind.TRACK)

    def made_by(self, maker: int, kind: Kind) -> Ids:
        """Items of a kind by an artist or author."""
        return self._popular(self._where(kind, self._view.artist, maker))

    def songs_on(self, album: int) -> Ids:
        """In the order they were imported."""
        return self.parts_of(album, Kind.TRACK)

    def parts_of(self, whole: int, kind: Kind) -> Ids:
        """The tracks of an album in the order they were imported; the episodes of a show, newest first."""
        found = self._where(kind, self._view.album, whole)
        return self._newest(found) if kind == Kind.EPISODE else found

    def private(self, number: int) -> bool:
        """Whether an item of the release is for its owner alone."""
        return bool(self._view.private[self._view.row(number)])

    def in_playlist(self, playlist: int) -> Ids:
        """What is in a playlist of the release, in order."""
        snapshot, number = self.serving.snapshot, int(self._view.current(np.array([playlist]))[0])
        kinds = [k for k, o, _ in snapshot.populations() if o == "playlist" and not snapshot.derived(k, "playlist")]
        parts = [snapshot.history(number, kind, "playlist") for kind in kinds]
        if not number or not parts:
            return np.zeros(0, np.int32)
        items, at = (np.concatenate([part[i] for part in parts]) for i in (0, 2))
        found: Ids = items[np.argsort(at, kind="stable")].astype(np.int32)
        return found

    def containing(self, words: str, kind: Kind) -> Ids:
        """Whose title has the words; all of the kind without words."""
        view = self._view
        found = view.public(view.containing(words) if words else view.of_kind(kind))
        return self._popular(found[view.kind[view.rows(found)] == kind])

    def nearest(self, number: int, n: int) -> list[tuple[int, float]]:
        """Items of the same kind that lie nearest in the taste space, and their cosines; NotReady without a space."""
        space = self.serving.stock.space
        if space is None:
            raise NotReady("this release has no taste space: run `segue train` where something was listened to")
        row = int(space.rows(self._view.current(np.array([number])))[0])
        if row < 0:
            return []
        items, near = self.serving.stock.nearest(space.vectors[row], n + 1, Kind(int(space.kind[row])))
        found = zip(items.tolist(), near.tolist(), strict=True)
        return [(i, c) for i, c in found if i != space.items[row]][:n]

    def _artists_of_albums(self) -> tuple[Ids, Ids]:
        """(P,), (P,) each artist with each album that is theirs, or has a track of theirs."""
        view = self._view
        own, songs = view.kind == Kind.ALBUM, (view.kind == Kind.TRACK) & (view.album > 0)
        artists = view.current(np.concatenate([view.artist[own], view.artist[songs]]))
        albums = view.current(np.concatenate([view.items[own], view.album[songs]]))
        known = (artists > 0) & (albums > 0)
        pairs = np.unique(np.stack([artists[known], albums[known]]), axis=1)
        return pairs[0], pairs[1]

    def _where(self, kind: Kind, column: Ids, number: int) -> Ids:
        """Items of a kind that name an item, by what stands for it."""
        view = self._view
        row = int(view.rows(np.array([number]))[0])
        if row < 0:
            return np.zeros(0, np.int32)
        return view.public(view.items[(view.kind == kind) & (view.current(column) == view.items[row])])

    def _newest(self, found: Ids) -> Ids:
        return found[np.lexsort((found, -self._view.released[self._view.rows(found)]))]

    def _popular(self, found: Ids) -> Ids:
        return found[np.lexsort((found, -self.serving.stock.popularity(found)))]
