"""A folder of audio files: what their tags say, as catalogue items. No listening comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tinytag import TinyTag

from segue.core.errors import InputError
from segue.core.events import LAST_AT, Bad, Item, Record, Uri
from segue.core.types import Kind
from segue.importers._archive import walk
from segue.importers._reading import counted, some
from segue.importers._values import MAX_WORDS, Names, Once, by_name, clean, day, iso, ms, uuid

FORMAT = "audio-folder"
SOURCE = "musicbrainz"
EXPECTED = "a folder with audio files (mp3, flac, ogg, opus, m4a, wav, …)"


@dataclass(frozen=True)
class AudioFolder:
    """A folder of audio files: titles, artists, albums, genres and lengths from their tags."""

    def read(self, path: Path) -> Iterator[Record]:
        if not path.is_dir():
            raise InputError(f"{path} is not a folder; expected {EXPECTED}")
        return some(_files(path), path, EXPECTED)


def _files(folder: Path) -> Iterator[Record]:
    new, endings = Once(), tuple(TinyTag.SUPPORTED_FILE_EXTENSIONS)
    for file in walk(folder):
        if not file.name.lower().endswith(endings) or file.name.startswith("._"):  # what macOS leaves beside files
            continue
        within = file.relative_to(folder).as_posix()
        name = clean(within)
        try:
            items = _items(TinyTag.get(file), name, within if within.isprintable() else "")
        except Exception as e:  # whatever a damaged file makes of a parser, the next file is read
            yield Bad(line=0, reason=f"{name}: cannot be read: {type(e).__name__}: {str(e)[:200]}", raw=name[:500])
        else:
            yield from (item for item in items if new(item.uri))
        counted(file.lstat().st_size)


def _items(tag: TinyTag, name: str, file: str) -> list[Item]:
    """The track, last, after its artists and its album; `file` as it is named in the folder."""
    if not tag.duration:
        raise ValueError("no audio found in it")
    other = {key.lower().replace(" ", "").replace("_", ""): values for key, values in tag.other.items()}
    credit = clean(tag.artist or tag.albumartist)
    artist_id = _mbid(other, "musicbrainzartistid")
    artists = [_item(Kind.ARTIST, artist_id, credit)] if credit else []
    people = tuple(artist.uri for artist in artists)
    released = _year(clean(tag.year))
    record, owner = clean(tag.album), clean(tag.albumartist) or credit
    album_id = _mbid(other, "musicbrainzalbumid")
    albums = [_item(Kind.ALBUM, album_id, owner, record, artists=people, released=released)] if record else []
    title = clean(tag.title)
    genres = [clean(one) for one in (tag.genre or "", *other.get("genre", []))]
    track_id = _mbid(other, "musicbrainztrackid", "musicbrainzrecordingid")
    isrc = next(iter(other.get("isrc", [])), "").replace("-", "").upper()
    if track_id:
        uri = str(Uri(Kind.TRACK, SOURCE, track_id))
    elif title:
        uri = by_name(Kind.TRACK, credit, title)
    else:
        uri = Names(Kind.TRACK, FORMAT).uri(name[-400:])
    track = Item(
        uri=uri, title=title or Path(name).stem, artists=people, album=albums[0].uri if albums else "",
        genres=tuple(dict.fromkeys(filter(None, genres)))[:MAX_WORDS],
        same_as=(*_also(track_id), *((f"isrc:{isrc}",) if len(isrc) == 12 else ())),
        duration_ms=ms(tag.duration * 1000), released=released, file=file,
    )  # fmt: skip
    return [*artists, *albums, track]


def _mbid(other: dict[str, list[str]], *keys: str) -> str:
    return next((found for key in keys for value in other.get(key, []) if (found := uuid(value))), "")


def _also(mbid: str) -> tuple[str, ...]:
    return (f"mbid:{mbid}",) if mbid else ()


def _item(kind: Kind, mbid: str, *names: str, artists: tuple[str, ...] = (), released: int = 0) -> Item:
    uri = str(Uri(kind, SOURCE, mbid)) if mbid else by_name(kind, *names)
    return Item(uri=uri, title=names[-1], artists=artists, same_as=_also(mbid), released=released)


def _year(text: str) -> int:
    """UTC ms of `1999`, `1999-12-31` and the like; 0 where it is neither, or before 1970."""
    try:
        at = day(int(text), 1, 1) if text.isascii() and text.isdigit() and len(text) == 4 else iso(text)
    except ValueError:
        return 0
    return at if 0 <= at <= LAST_AT else 0


plugin = AudioFolder
