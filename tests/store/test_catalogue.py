import pytest

from segue.core.errors import InputError, UnknownName
from segue.core.events import Item, Play
from segue.core.types import Kind
from segue.store.snapshot import take
from segue.store.workspace import Workspace

T = "default"


def artist(namespace: str, id: str, title: str = "", **facts: object) -> Item:
    return Item(uri=f"segue:artist:{namespace}:{id}", title=title, **facts)  # type: ignore[arg-type]  # open facts


def test_numbers_are_permanent_and_counted(workspace: Workspace):
    items = [artist("a", "1", "One"), Item(uri="segue:track:a:1", title="Song", artists=("segue:artist:a:2",))]
    assert workspace.catalogue.add(T, items) == (3, 0)
    first = workspace.catalogue.number(T, "segue:artist:a:1")
    assert workspace.catalogue.add(T, items) == (0, 2)
    assert workspace.catalogue.number(T, "segue:artist:a:1") == first
    assert first is not None
    assert workspace.catalogue.uri(first) == "segue:artist:a:1"
    assert workspace.catalogue.counts(T) == {Kind.ARTIST: 2, Kind.TRACK: 1}
    assert workspace.catalogue.sources(T) == {("a", Kind.ARTIST): 2, ("a", Kind.TRACK): 1}


def test_local_is_the_namespace_of_short_uris(workspace: Workspace):
    workspace.catalogue.add(T, [Item(uri="segue:track:x")])
    assert workspace.catalogue.number(T, "segue:track:local:x") == workspace.catalogue.number(T, "segue:track:x")


def test_a_bad_uri_takes_nothing(workspace: Workspace):
    with pytest.raises(InputError, match="nonsense"):
        workspace.catalogue.add(T, [artist("a", "1"), Item(uri="nonsense")])
    assert workspace.catalogue.counts(T) == {}
    workspace.catalogue.add(T, [artist("a", "1")])  # what the failed one remembered is not believed
    assert workspace.catalogue.counts(T) == {Kind.ARTIST: 1}


def test_said_again_fills_and_adds(workspace: Workspace):
    uri = "segue:track:a:1"
    workspace.catalogue.add(T, [Item(uri=uri, title="Song", genres=("Rock",), artists=("segue:artist:a:x",))])
    workspace.catalogue.add(
        T,
        [
            Item(
                uri=uri, title="Other", duration_ms=5, tags=("loud",), artists=("segue:artist:a:y", "segue:artist:a:x")
            ),
            Item(uri=uri, duration_ms=9, explicit=True, album="segue:album:a:z"),
        ],
    )
    view = take(workspace, T).catalogue
    number = workspace.catalogue.number(T, uri)
    assert number is not None
    row = view.row(number)
    assert view.title(number) == "Song"
    assert view.duration[row] == 5
    assert view.explicit[row]
    assert view.tag_words(number) == ("loud", "rock")
    assert view.genre_words(number) == ("rock",)
    assert [view.uri(int(n)) for n in view.artists_of(number)] == ["segue:artist:a:x", "segue:artist:a:y"]
    assert view.artist[row] == workspace.catalogue.number(T, "segue:artist:a:x")
    assert view.album[row] == workspace.catalogue.number(T, "segue:album:a:z")


def test_same_name_in_two_sources_is_one(workspace: Workspace):
    workspace.catalogue.add(T, [artist("a", "1", "The Beatles"), artist("a", "2", "Björk")])
    workspace.catalogue.add(T, [artist("b", "x", "beatles"), artist("b", "y", "Bjork"), artist("b", "z", "Other")])
    merges = workspace.catalogue.merges(T)
    assert [m.why for m in merges] == ["same name 'beatles'", "same name 'bjork'"]
    one = workspace.catalogue.number(T, "segue:artist:a:1")
    assert one == workspace.catalogue.number(T, "segue:artist:b:x")
    assert workspace.catalogue.counts(T) == {Kind.ARTIST: 3}
    view = take(workspace, T).catalogue
    assert one is not None
    assert (view.source_id(one), view.source_id(one, "b"), view.source_id(one, "none")) == ("1", "x", "1")
    assert view.find("x") == [one]
    assert view.find("segue:artist:b:x") == [one]
    gone = merges[0].gone
    assert view.current(view.items[:0]).tolist() == []
    assert view.title(gone) == "The Beatles"


def test_two_of_one_source_never_merge(workspace: Workspace):
    workspace.catalogue.add(T, [artist("a", "1", "Air"), artist("a", "2", "Air", same_as=("mbid:7",))])
    workspace.catalogue.add(T, [artist("b", "x", "Air")])  # ambiguous in a
    assert workspace.catalogue.merges(T) == []
    workspace.catalogue.add(T, [artist("c", "y", "Elsewhere", same_as=("mbid:7",))])
    assert len(workspace.catalogue.merges(T)) == 1
    workspace.catalogue.add(T, [artist("a", "1", same_as=("mbid:7",))])  # c:y is a:2 already: a:1 must stay out
    assert len(workspace.catalogue.merges(T)) == 1


def test_outside_ids_say_more_than_names(workspace: Workspace):
    workspace.catalogue.add(T, [artist("a", "1", "Nirvana", same_as=("mbid:us",))])
    workspace.catalogue.add(T, [artist("b", "2", "Nirvana", same_as=("mbid:uk",))])
    assert workspace.catalogue.merges(T) == []


def test_tracks_merge_by_outside_id_only(workspace: Workspace):
    workspace.catalogue.add(
        T, [Item(uri="segue:track:a:1", title="Hurt"), Item(uri="segue:track:a:2", title="Hey", same_as=("isrc:1",))]
    )
    workspace.catalogue.add(
        T, [Item(uri="segue:track:b:1", title="Hurt"), Item(uri="segue:track:b:2", title="Hé", same_as=("isrc:1",))]
    )
    assert [m.why for m in workspace.catalogue.merges(T)] == ["same outside id isrc:1"]


def test_merge_and_undo_is_an_exact_round_trip(workspace: Workspace):
    facts = [
        [artist("a", "1", "Air", tags=("french",), same_as=("mbid:1",))],
        [Item(uri="segue:track:a:t", title="La femme", artists=("segue:artist:a:1",))],
        [Item(uri="segue:track:b:t", title="Sexy Boy", artists=("segue:artist:b:9",))],
    ]
    for some in facts:
        workspace.catalogue.add(T, some)
    plays = [
        Play(id=str(i), listener="u", at=i, item=uri, ms_played=60_000)
        for i, uri in enumerate(["segue:artist:a:1", "segue:artist:b:9", "segue:track:b:t"])
    ]
    workspace.log.append(plays)
    workspace.catalogue.add(T, [artist("b", "9", "", tags=("electronic",), description="A duo")])
    apart = take(workspace, T)
    workspace.catalogue.add(T, [artist("b", "9", "", same_as=("mbid:1",))])
    merged = take(workspace, T)
    (merge,) = workspace.catalogue.merges(T)
    assert merged.id != apart.id
    one = merge.kept
    assert merged.catalogue.tag_words(one) == ("electronic", "french")
    assert merged.catalogue.description(one) == "A duo"
    assert merged.history(1, Kind.ARTIST)[0].tolist() == [one, one]
    assert set(merged.catalogue.artist[merged.catalogue.kind == Kind.TRACK]) == {one}
    workspace.catalogue.undo_merge(merge.id)
    undone = take(workspace, T)
    assert undone.id == apart.id
    assert workspace.catalogue.number(T, "segue:artist:b:9") == merge.gone
    workspace.catalogue.add(T, [artist("b", "9", "Air", same_as=("mbid:1",))])
    assert workspace.catalogue.merges(T) == []  # not made again
    with pytest.raises(UnknownName):
        workspace.catalogue.undo_merge(merge.id)


def test_tenants_are_apart(workspace: Workspace):
    workspace.catalogue.add("red", [artist("a", "1", "Air", same_as=("mbid:1",))])
    workspace.catalogue.add("blue", [artist("b", "1", "Air", same_as=("mbid:1",))])
    workspace.log.append([Play(id="e", tenant="red", listener="u", at=1, item="segue:artist:a:1", ms_played=0)])
    workspace.log.append([Play(id="e", tenant="blue", listener="u", at=1, item="segue:artist:b:1", ms_played=0)])
    for own, other, uri in (("red", "blue", "segue:artist:b:1"), ("blue", "red", "segue:artist:a:1")):
        assert workspace.catalogue.merges(own) == []
        assert workspace.catalogue.number(own, uri) is None
        assert workspace.catalogue.find(own, uri) == []
        assert workspace.catalogue.find(own, "Air") != workspace.catalogue.find(other, "Air")
        assert workspace.catalogue.listener_number(own, "u") != workspace.catalogue.listener_number(other, "u")
        assert len(workspace.log.read(own)) == len(workspace.log.tail(own, 0)) == workspace.log.count(own) == 1
        snapshot = take(workspace, own)
        assert len(snapshot.catalogue) == len(snapshot.listeners) == 1
    assert len(workspace.log.read("green")) == workspace.log.count("green") == 0
    assert workspace.catalogue.number("green", "segue:artist:a:1") is None


def test_find_by_uri_id_outside_id_and_title(workspace: Workspace):
    workspace.catalogue.add(T, [artist("a", "1", "Ólafur Arnalds", same_as=("mbid:7",)), Item(uri="segue:album:a:1")])
    number = workspace.catalogue.number(T, "segue:artist:a:1")
    assert workspace.catalogue.find(T, "ÓLAFUR arnalds") == [number]
    assert workspace.catalogue.find(T, "mbid:7") == [number]
    assert workspace.catalogue.find(T, "1", Kind.ARTIST) == [number]
    assert len(workspace.catalogue.find(T, "1")) == 2
    view = take(workspace, T).catalogue
    assert view.find("ólafur ARNALDS") == view.find("1", Kind.ARTIST) == [number]
    assert view.find("nobody") == []


def test_listeners_by_number(workspace: Workspace):
    workspace.log.append([Play(id=n, listener=n, item="segue:track:a:1", at=1, ms_played=1) for n in ("u", "v")])
    numbers = [workspace.catalogue.listener_number(T, n) or 0 for n in ("u", "v")]
    assert workspace.catalogue.listener_ids([*numbers, 999_999]) == dict(zip(numbers, ("u", "v")))
    assert workspace.catalogue.listener_ids(numbers * 600) == dict(zip(numbers, ("u", "v")))  # of several questions
    assert workspace.catalogue.listener_ids([]) == {}
