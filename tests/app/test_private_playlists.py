"""Playlists that listeners made are theirs: nobody else finds one, by whatever way they ask."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.app.planted import NOW

from segue.app import Service
from segue.core.errors import UnknownName
from segue.core.events import Follow, Item, PlaylistAdd
from segue.core.types import Context, Kind
from segue.surfaces.made_for import track_list
from segue.surfaces.playlists import Edit

TITLE = "Zzdivorce lawyer songs"
PUBLIC = "segue:playlist:x:1"
TRACKS = [f"segue:track:t:a0t{i}" for i in (3, 1, 2)]
OTHERS = ("L1", "a stranger", "")


@pytest.fixture
def uri(service: Service, release_of: Callable[..., Any], tmp_path: Path) -> str:
    """A playlist of L0's own in the release that serves, beside one of a source; the release has a map."""
    edit = Edit.new("L0", TITLE, NOW)
    edit.add(TRACKS)
    follows = [Follow(id=f"f-{who}", listener=who, at=NOW, item=PUBLIC) for who in ("L2", "P")]
    adds = [
        PlaylistAdd(id=f"add{i}", listener="L2", at=NOW + i, item=item, context=PUBLIC) for i, item in enumerate(TRACKS)
    ]
    service.append([*edit.events, *follows, *adds], [*edit.items, Item(uri=PUBLIC, title="Zztop lawyers")])
    release_of(service.workspace.path, tmp_path / "models", ("track", "playlist"))
    assert service.reload()
    stock = service._serving.stock
    assert stock.space is not None
    places = np.random.default_rng(0).standard_normal((len(stock.space), 2)).astype(np.float32)
    service._serving = replace(service._serving, stock=replace(stock, space=replace(stock.space, layout=places)))
    number = service.workspace.catalogue.number(service.tenant, edit.uri)
    assert number in stock.space.items
    return edit.uri


def tells(view: object, uri: str) -> bool:
    """Whether an answer holds the uri of the playlist or its title; single words of that are what was asked for."""
    text = msgspec.json.encode(view).decode().lower()
    return uri in text or "lawyer songs" in text


def test_nobody_else_finds_one_by_words(service: Service, uri: str) -> None:
    assert service.search_titles("zzdivorce") == []
    assert [c.uri for c in service.search_titles("zz")] == [PUBLIC]
    assert [c.uri for c in service.search_titles("lawyer")] == [PUBLIC]
    for who in (*OTHERS, "L0"):
        for words in ("zzdivorce", "zzdivorcee", "divorce lawyer", "zz", "lawyer", ""):
            assert not tells(service.search_page(words, None, 20, who), uri), (who, words)
    popular = {view.kind: view for view in service.search_page("", None, 20).kinds}
    assert popular["playlist"].total == 1
    while not service.words_ready():
        time.sleep(0.01)
    for who in OTHERS:
        near = service.search_near("songs of a divorce lawyer", None, 20, who)
        assert near.kinds
        assert not tells(near, uri)
        assert not tells(service.recommend(who, "playlist", 20, words="songs of a divorce lawyer"), uri)


def test_nobody_else_learns_of_one_that_they_name(service: Service, uri: str) -> None:
    id = uri.rpartition(":")[2]
    for text in (uri, id, TITLE, TITLE.lower(), "zzdivorce", "lawyer"):
        asked: list[Callable[[], object]] = [
            partial(service.similar, text, "track"),
            partial(service.card, text),
            partial(service.clip, text),
            partial(service.path, text, TRACKS[0]),
            partial(service.space_items, uris=[text]),
        ]
        for who in OTHERS:
            asked += [
                partial(service.about, text, who),
                partial(service.recommend, who, "track", seeds=[text]),
                partial(service.radio, [text], listener=who),
                partial(service.recommend, who, context=Context(exclude=(f"item:{text}",))),
            ]
        for ask in asked:
            with pytest.raises(UnknownName) as refused:
                ask()
            assert not tells(str(refused.value).replace(text, ""), uri)
    with pytest.raises(UnknownName, match="Zztop lawyers"):
        service.similar("lawyer")


def test_nobody_is_shown_one(service: Service, uri: str, now: Context) -> None:
    for who in (*OTHERS, "L0", "L2", "P"):
        for kinds in (None, ["playlist"]):
            assert not tells(service.home(who, now, kinds), uri), (who, kinds)
        assert not tells(service.recommend(who, "playlist", 20, context=now), uri)
        assert not tells(service.radio([PUBLIC], listener=who, kind="playlist"), uri)
    taste = service.taste("P")
    assert taste.tastes[0].name == "Zztop lawyers", "named by what lies nearest"
    assert not tells(taste, uri)
    assert not tells(service.similar(PUBLIC, n=20), uri)
    assert not tells(service.similar(TRACKS[0], "playlist", n=20), uri)
    assert not tells(service.about(PUBLIC, "L1"), uri)
    assert not tells(service.path(TRACKS[0], TRACKS[1], kind="playlist"), uri)


def test_it_is_on_no_map_and_in_no_list(service: Service, uri: str) -> None:
    drawn = service._serving.map
    number = service.workspace.catalogue.number(service.tenant, uri)
    assert number not in drawn.items
    everything = range(len(drawn.items))
    assert not tells(service.space_items(everything), uri)
    (public,) = service.space_items(uris=[PUBLIC])
    assert not tells(service.space_near(public.at, 100), uri)
    browse, facts = service.browse, service._serving.snapshot.catalogue
    there = facts.current(np.array([service.workspace.catalogue.number(service.tenant, PUBLIC)]))
    for found in (browse.containing("lawyer", Kind.PLAYLIST), browse.containing("", Kind.PLAYLIST)):
        assert found.tolist() == there.tolist()
    assert number not in [i for i, _ in browse.nearest(int(there[0]), 20)]


def test_its_owner_has_it(service: Service, uri: str, now: Context) -> None:
    found = track_list(service, uri, "L0")
    assert (found.title, [f.uri for f in found.tracks]) == (TITLE, TRACKS)
    page = service.about(uri, "L0")
    assert page.card.title == TITLE
    assert [c.uri for shelf in page.shelves if shelf.key == "parts" for c in shelf.cards] == TRACKS
    assert service.radio([uri], listener="L0").items
    assert service.recommend("L0", "track", seeds=[uri], context=now).items
    assert uri in {card.uri for card in service.history("L0", 100)}


def test_a_list_of_its_tracks_is_the_owners_or_the_operators(service: Service, uri: str) -> None:
    with pytest.raises(UnknownName):
        track_list(service, uri, "L1")
    assert [f.uri for f in track_list(service, uri).tracks] == TRACKS
    assert [f.uri for f in track_list(service, PUBLIC, "L1").tracks] == TRACKS


def test_the_settings_may_name_one(service: Service, uri: str, now: Context) -> None:
    """What an operator wrote down before stays good: to leave something out shows nothing of it."""
    serving = service._serving
    exclude = (f"item:{uri}", f"item:{TITLE}")
    service._serving = replace(serving, settings=serving.settings.model_copy(update={"exclude": exclude}))
    assert service.home("L1", now).shelves
