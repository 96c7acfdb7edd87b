"""Items by taste, likeness, words and title."""

import time
from dataclasses import replace

import pytest
from tests.app.planted import rock

from segue.app import Service
from segue.core.errors import NotReady, UnknownName
from segue.core.types import Context


def test_recommend_gives_the_models_order_without_what_was_taken(service: Service, now: Context) -> None:
    taken = {c.uri for c in service.history("L0", 100)}
    found = service.recommend("L0", "track", 20, context=now)
    assert len(found.items) == 20
    assert not taken & {c.uri for c in found.items}
    scores = [c.score for c in found.items]
    assert scores == sorted(scores, reverse=True)
    assert all(c.reason is not None and c.source == "model" for c in found.items)
    like = service.recommend("L0", "track", 5, ["segue:track:t:a1t0"], now)
    assert like.items
    assert not any(rock(c.uri) for c in like.items)
    assert service.recommend("nobody", n=5, context=now).items[0].reason.key == "popular"  # type: ignore[union-attr]  # it has one


def test_similar_by_uri_id_or_title(service: Service) -> None:
    one = service.similar("segue:track:t:a2t1", n=5)
    assert len(one) == 5
    assert all(rock(c.uri) for c in one)
    assert [c.uri for c in service.similar("Song 1 of 2", n=5)] == [c.uri for c in one]
    assert [c.uri for c in service.similar("a2t1", n=5)] == [c.uri for c in one]
    with pytest.raises(UnknownName, match="Song 9"):
        service.similar("Song 9")


def test_titles_listeners_and_cards(service: Service) -> None:
    found = service.search_titles("song 3", "track", 5)
    assert len(found) == 5
    assert all(c.title.startswith("Song 3") for c in found)
    assert service.search_titles("  ") == []
    assert service.listeners("L1", 3)[0].id.startswith("L1")
    assert len(service.listeners(limit=7)) == 7
    card = service.card("segue:track:t:a2t1")
    assert (card.id, card.kind, card.artists[0].name, card.genres) == ("a2t1", "track", "Rock Artist 2", ())
    with pytest.raises(UnknownName):
        service.card("segue:track:t:none")


def test_a_page_of_search_by_kind(service: Service) -> None:
    page = service.search_page("rock artist 2", None, 3)
    assert (page.by, page.kinds[0].kind, page.kinds[0].cards[0].title) == ("title", "artist", "Rock Artist 2")
    tracks = next(f for f in page.kinds if f.kind == "track")
    assert tracks.total > 3, "all that they made"
    assert len(tracks.cards) == 3
    alone = service.search_page("rock artist 2", "artist", 3)
    assert {f.kind: (f.total, bool(f.cards)) for f in alone.kinds} == {
        f.kind: (f.total, f.kind == "artist") for f in page.kinds
    }
    assert service.search_page("rokc artist 2", None, 3).meant == "rock artist 2"
    assert service.search_page("", None, 3).by == "popular"
    assert service.search_page("an artist of jazz", None, 3).kinds == ()
    while not service.words_ready():
        time.sleep(0.01)
    near = service.search_near("an artist of jazz", "track", 3)
    assert (near.by, len(near.kinds), len(near.kinds[0].cards)) == ("near", 1, 3)
    assert not any(rock(c.uri) for c in near.kinds[0].cards)


def test_an_item_and_what_belongs_to_it(service: Service) -> None:
    song = service.about("segue:track:t:a2t1")
    assert song.listeners > 0
    artist = service.about(song.card.artists[0].uri)
    (most_heard, *_) = artist.shelves
    assert (most_heard.key, song.card.uri in {c.uri for c in most_heard.cards}) == ("tracks", True)
    *own, like = song.shelves
    assert (like.key, all(rock(c.uri) for c in like.cards)) == ("like", True)
    others = {c.uri for shelf in own for c in shelf.cards}
    assert others | {song.card.uri} == {c.uri for c in most_heard.cards}
    with pytest.raises(UnknownName):
        service.about("segue:track:t:none")


def test_words_find_what_they_say(service: Service) -> None:
    for words, genre in (("jazz", 1), ("a slow jazz artist", 1), ("rock artist", 0)):
        found = service.recommend("nobody", "track", 8, words=words)
        assert [int(c.id[1:].split("t")[0]) % 2 for c in found.items] == [genre] * 8
        assert found.items[0].reason is not None
        assert found.items[0].reason.text == f"Close to {words}"
    assert service.search("song 3 of 2")[0].id == "a2t3", "titles first"
    assert {int(c.id[1:].split("t")[0]) % 2 for c in service.search("an artist of jazz", "track", 5)} == {1}


def test_without_a_space_words_are_refused(spaceless: Service) -> None:
    with pytest.raises(NotReady, match="places no words"):
        spaceless.recommend("L0", words="a slow jazz artist")
    assert spaceless.search("a slow jazz artist") == []
    assert spaceless.recommend("L0", words="").items


def test_a_track_without_a_sound_has_no_clip(service: Service, now: Context) -> None:
    found = next(c for s in service.home("L0", now).shelves for c in s.cards if c.kind == "track")
    assert not found.clip
    with pytest.raises(UnknownName, match=r"no sound of .*simulated tracks"):
        service.clip(found.uri)


def test_activity_and_time_of_day_change_what_is_recommended(service: Service, now: Context) -> None:
    plain, calm, loud = (
        [c.uri for c in service.recommend("L0", n=20, context=replace(now, activity=what)).items]
        for what in ("", "wind down", "gym")
    )
    assert calm
    assert loud
    assert not set(calm) & set(loud), "what is calm is not energetic"
    assert plain not in (calm, loud)
    found = service.recommend("L0", context=replace(now, activity="winding down")).items
    assert {c.reason.text for c in found if c.reason} == {"Suits wind-down"}
    assert service.recommend("L0", context=replace(now, clock=480)).items
    with pytest.raises(UnknownName, match="morning, focus, workout"):
        service.recommend("L0", context=replace(now, activity="flying"))
    with pytest.raises(UnknownName, match="no activity"):
        service.home("L0", replace(now, activity="flying"))
