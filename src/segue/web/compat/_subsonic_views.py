"""Items as Subsonic shows them. Their ids are their uris."""

from __future__ import annotations

from typing import Any

from segue.store.facts import Facts
from segue.surfaces.browse import Browse
from segue.surfaces.library import Library
from segue.surfaces.playlist_files import credit, moment
from segue.surfaces.playlists import Playlist


def song(facts: Facts) -> dict[str, Any]:
    """A Child."""
    out: dict[str, Any] = {
        "id": facts.uri, "isDir": False, "title": facts.title, "isVideo": False, "type": "music", "mediaType": "song",
    }  # fmt: skip
    if facts.album:
        out |= {"parent": facts.album.uri, "album": facts.album.name, "albumId": facts.album.uri}
    out |= _by(facts)
    out |= {"duration": round(facts.duration_ms / 1000)} if facts.duration_ms else {}
    return out | _known(facts)


def album(facts: Facts, songs: list[Facts]) -> dict[str, Any]:
    """An AlbumID3 without its songs."""
    seconds = round(sum(s.duration_ms for s in songs) / 1000)
    out = {"id": facts.uri, "name": facts.title, "songCount": len(songs), "duration": seconds,
           "created": moment(facts.released)}  # fmt: skip
    return out | _by(facts) | _known(facts)


def artist(facts: Facts, albums: int) -> dict[str, Any]:
    """An ArtistID3."""
    out: dict[str, Any] = {"id": facts.uri, "name": facts.title, "albumCount": albums}
    mbid = facts.outside_id("mbid")
    return out | ({"musicBrainzId": mbid} if mbid else {})


def _by(facts: Facts) -> dict[str, Any]:
    if not facts.artists:
        return {}
    first, line = facts.artists[0], credit(facts)
    people = [{"id": a.uri, "name": a.name} for a in facts.artists]
    return {"artist": line, "artistId": first.uri, "displayArtist": line, "artists": people}


def _known(facts: Facts) -> dict[str, Any]:
    out: dict[str, Any] = {"year": int(moment(facts.released)[:4])} if facts.released else {}
    mbid, isrc = facts.outside_id("mbid"), facts.outside_id("isrc")
    return out | ({"musicBrainzId": mbid} if mbid else {}) | ({"isrc": [isrc]} if isrc else {})


def playlist(owner: str, found: Playlist, items: list[Facts]) -> dict[str, Any]:
    """A Playlist without its entries."""
    return {
        "id": found.uri, "name": found.title, "comment": found.note, "owner": owner, "public": False,
        "songCount": len(items), "duration": round(sum(i.duration_ms for i in items) / 1000),
        "created": moment(found.created), "changed": moment(found.changed),
    }  # fmt: skip


def album_of(library: Library, browse: Browse, facts: Facts, with_songs: bool = False) -> dict[str, Any]:
    """An album as it is in the catalogue."""
    songs = library.numbered(browse.songs_on(facts.number).tolist())
    return album(facts, songs) | ({"song": [song(s) for s in songs]} if with_songs else {})


def artist_of(library: Library, browse: Browse, facts: Facts, with_albums: bool = False) -> dict[str, Any]:
    """An artist as it is in the catalogue."""
    albums = library.numbered(browse.albums_of(facts.number).tolist())
    out = artist(facts, len(albums))
    return out | ({"album": [album_of(library, browse, a) for a in albums]} if with_albums else {})
