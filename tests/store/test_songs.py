"""Songs that arrive by name are recognized in the catalogue, now or when it gains them."""

from __future__ import annotations

import pytest

from segue.core.events import Item, Play, Skip
from segue.store.facts import Named, facts_of
from segue.store.names import song_name
from segue.store.workspace import Workspace

T = "default"
BEYONCE = Item(uri="segue:artist:lib:1", title="Beyoncé")
HALO = Item(uri="segue:track:lib:1", title="Halo", artists=(BEYONCE.uri,))


def said(artist: str, title: str, space: str = "named", **facts: object) -> list[Item]:
    who = Item(uri=f"segue:artist:named:{artist.casefold()}", title=artist)
    uri = f"segue:track:{space}:{facts.pop('id', f'{artist} — {title}'.casefold())}"
    return [who, Item(uri=uri, title=title, artists=(who.uri,), **facts)]  # type: ignore[arg-type]  # open facts


def one(workspace: Workspace, *uris: str) -> bool:
    return len({workspace.catalogue.number(T, uri) for uri in uris}) == 1


@pytest.mark.parametrize(
    ("artist", "title"),
    [
        ("BEYONCE", "halo"),
        ("Beyoncé feat. JAY-Z", "Halo"),
        ("Beyoncé", "Halo (feat. Somebody)"),
        ("Beyoncé", "Halo - 2009 Remaster"),
        ("Beyoncé", "Halo (Remastered 2009)"),
        ("Beyoncé", "Halo [ft. A & B]"),
    ],
)
def test_spellings_of_a_song(artist: str, title: str):
    assert song_name(artist, title) == song_name("Beyoncé", "Halo")


@pytest.mark.parametrize(
    ("artist", "title"),
    [("Beyoncé", "Halo (Live)"), ("Beyoncé", "Halo - Remix"), ("Ane Brun", "Halo"), ("Beyoncé", "Hello")],
)
def test_other_songs(artist: str, title: str):
    assert song_name(artist, title) != song_name("Beyoncé", "Halo")


def test_a_title_that_is_all_a_guest_or_remaster_stays():
    assert song_name("A", "(feat. B)").endswith("feat b")
    assert song_name("", "Halo") == song_name("A", "") == song_name(None, "x") == ""
    assert song_name("A", "A great feat of strength") != song_name("A", "A great")


def test_a_name_finds_the_catalogues_song(workspace: Workspace):
    workspace.catalogue.add(T, [BEYONCE, HALO])
    workspace.catalogue.add(T, said("beyonce", "HALO"))
    assert one(workspace, HALO.uri, "segue:track:named:beyonce — halo")


def test_a_name_waits_for_the_catalogue(workspace: Workspace):
    workspace.catalogue.add(T, said("beyonce", "HALO"))
    workspace.catalogue.add(T, said("Beyoncé feat. X", "Halo"))
    assert one(workspace, "segue:track:named:beyonce — halo", "segue:track:named:beyoncé feat. x — halo")
    workspace.catalogue.add(T, [BEYONCE, HALO])
    assert one(workspace, HALO.uri, "segue:track:named:beyonce — halo", "segue:track:named:beyoncé feat. x — halo")


def test_songs_of_two_catalogues_stay_apart(workspace: Workspace):
    other = Item(uri="segue:track:shop:9", title="Halo", artists=("segue:artist:shop:9",))
    workspace.catalogue.add(T, [BEYONCE, HALO, Item(uri="segue:artist:shop:9", title="Beyoncé"), other])
    workspace.catalogue.add(T, said("Beyoncé", "Halo"))
    assert not one(workspace, HALO.uri, other.uri)
    assert one(workspace, HALO.uri, "segue:track:named:beyoncé — halo")


def test_of_two_in_one_catalogue_the_one_on_the_album_is_meant(workspace: Workspace):
    albums = [Item(uri=f"segue:album:lib:{n}", title=n, artists=(BEYONCE.uri,)) for n in ("Hits", "Sasha")]
    tracks = [Item(uri=f"segue:track:lib:{a.title}", title="Halo", artists=(BEYONCE.uri,), album=a.uri) for a in albums]
    workspace.catalogue.add(T, [BEYONCE, *albums, *tracks])
    album = Item(uri="segue:album:named:beyonce — sasha", title="sasha", artists=("segue:artist:named:beyonce",))
    who, track = said("Beyonce", "Halo", album=album.uri)
    workspace.catalogue.add(T, [who, album, track])
    assert one(workspace, "segue:track:lib:Sasha", track.uri)
    assert not one(workspace, "segue:track:lib:Hits", track.uri)


def test_another_recordings_id_keeps_apart(workspace: Workspace):
    mine = Item(uri=HALO.uri, title="Halo", artists=(BEYONCE.uri,), same_as=("mbid:a",))
    workspace.catalogue.add(T, [BEYONCE, mine])
    workspace.catalogue.add(T, said("Beyoncé", "Halo", "musicbrainz", id="b", same_as=("mbid:b",)))
    workspace.catalogue.add(T, said("Beyoncé", "Halo", "musicbrainz", id="a", same_as=("mbid:a",)))
    assert one(workspace, mine.uri, "segue:track:musicbrainz:a")
    assert not one(workspace, mine.uri, "segue:track:musicbrainz:b")


def test_undone_it_stays_undone(workspace: Workspace):
    workspace.catalogue.add(T, [BEYONCE, HALO, *said("Beyoncé", "Halo")])
    merge = next(m for m in workspace.catalogue.merges(T) if "title" in m.why)
    workspace.catalogue.undo_merge(merge.id)
    workspace.catalogue.add(T, said("Beyoncé", "Halo", duration_ms=1))
    assert not one(workspace, HALO.uri, "segue:track:named:beyoncé — halo")


def test_facts_are_those_of_all_sources_that_are_one(workspace: Workspace):
    album = Item(uri="segue:album:lib:1", title="Sasha", artists=(BEYONCE.uri,))
    mine = Item(uri=HALO.uri, title="Halo", artists=(BEYONCE.uri,), album=album.uri, duration_ms=261_000)
    workspace.catalogue.add(T, said("beyonce", "HALO", same_as=("mbid:a", "isrc:X")))
    workspace.catalogue.add(T, [BEYONCE, album, mine])
    number = workspace.catalogue.number(T, HALO.uri)
    assert number is not None
    found = facts_of(workspace.database, [number, 9_999])
    assert list(found) == [number]
    assert (found[number].title, found[number].duration_ms) == ("HALO", 261_000)
    assert found[number].album == Named(album.uri, "Sasha")
    assert [a.name for a in found[number].artists] == ["beyonce"]
    assert found[number].outside_id("mbid") == "a"
    assert found[number].outside_id("spotify") == ""


def test_the_events_of_one_listener(workspace: Workspace):
    def play(i: int, listener: str) -> Play:
        return Play(id=f"{listener}{i}", listener=listener, item=f"segue:track:{i}", at=1_000 * i, ms_played=0)

    for start in (0, 50):  # one file, then another, then the front
        workspace.log.append([play(i, who) for i in range(start, start + 50) for who in "ab"])
        workspace.log.seal()
    workspace.log.append([play(i, who) for i in range(100, 120) for who in "ab"])
    workspace.log.append([Skip(id="s", listener="a", item="segue:track:1", at=500)])
    a = workspace.catalogue.listener_number(T, "a")
    assert a is not None
    whole = workspace.log.of_listener(T, a, (Play,))
    assert whole["at"].to_pylist() == [1_000 * i for i in range(120)]
    assert workspace.log.of_listener(T, a, (Play, Skip), until=2_000)["at"].to_pylist() == [0, 500, 1_000]
    last = workspace.log.of_listener(T, a, (Play,), newest=30, columns=["id"])
    assert last.column_names == ["id"]
    assert last["id"].to_pylist() == [f"a{i}" for i in range(90, 120)]
    assert workspace.log.of_listener(T, a, (Play,), since=99_000, until=101_000, newest=5)["at"].to_pylist() == [
        99_000, 100_000,
    ]  # fmt: skip
