"""The taste space of two crowds who never share a track, and of what nobody has heard."""

import numpy as np
import pytest

from segue.core.errors import NotReady
from segue.core.events import Item, Play
from segue.core.types import Kind
from segue.fitted.space import Origin, Space
from segue.jobs import space as job
from segue.jobs.space import make_space
from segue.signals.text import Hashed
from segue.store import snapshot
from segue.store.workspace import Workspace


def test_crowds_lie_apart_and_artists_with_their_tracks(workspace, tmp_path):
    taken = snapshot.take(workspace, "default")
    folder = make_space(tmp_path, taken, 0, print)
    assert folder is not None
    space = Space.load(folder)
    facts = taken.catalogue
    crowd = {n: int(facts.source_id(n)[1:]) % 2 for n in space.items.tolist()}
    assert {Kind(int(k)) for k in space.kind} == {Kind.TRACK, Kind.ARTIST}
    tracks = space.kind == Kind.TRACK
    assert (space.origin[tracks] == Origin.HEARD).all()
    led = np.isin(space.items, taken.catalogue.artist)
    assert (space.origin[led] == Origin.MEMBERS).all()
    assert (space.origin[~tracks & ~led] == Origin.CONTENT).all()
    side = np.array([crowd[n] for n in space.items.tolist()])
    like = space.vectors @ space.vectors.T
    assert like[np.ix_(side == 0, side == 0)].mean() > 0.2 + like[np.ix_(side == 0, side == 1)].mean()
    for number, point in zip(space.items[tracks].tolist(), space.vectors[tracks]):
        near, _ = space.nearest(point, 4, Kind.TRACK)
        assert near[0] == number
        assert {crowd[n] for n in near.tolist()} == {crowd[number]}


def test_it_is_made_once(workspace, tmp_path):
    taken = snapshot.take(workspace, "default")
    said: list[str] = []
    assert make_space(tmp_path, taken, 0, said.append) == make_space(tmp_path, taken, 0, said.append)
    assert said.count("the taste space") == 1


GENRES = ("bluegrass", "doom metal", "city pop", "bossa nova")
MOODS = ("warm", "slow", "neon", "gentle")


def library(shuffled: bool) -> list[Item]:
    """Tracks of four genres, named in their tags; the last artist of each genre is new. Shows of two topics."""
    rng, items = np.random.default_rng(0), []
    named = rng.permutation(160) if shuffled else np.arange(160)
    for t in range(160):
        g = int(named[t]) % 4
        tags = (GENRES[g], MOODS[g]) if t % 3 else (GENRES[g],)
        items.append(Item(uri=f"segue:track:t{t}", title=f"Song {t}", artists=(f"segue:artist:a{t % 40}",), tags=tags))
    items += [Item(uri=f"segue:artist:a{a}", title=f"Artist {a}") for a in range(40)]
    items.append(Item(uri="segue:playlist:p", title="Slow doom metal", description="Nothing in it yet"))
    return items + [Item(uri=f"segue:show:s{s}", title=f"Show {s}") for s in range(8)]


def heard(listeners: int = 120) -> list[Play]:
    """Listener u plays genre u mod 4, never a new artist; every third a show, of their half of the genres."""
    rng, out = np.random.default_rng(1), []
    for u in range(listeners):
        mine = [t for t in range(160) if t % 4 == u % 4 and t % 40 < 36]
        for i, t in enumerate(rng.permutation(mine)[:15].tolist()):
            out.append(Play(id=f"{u}-{t}", listener=f"u{u}", item=f"segue:track:t{t}", at=1_700_000_000_000 + i,
                            ms_played=60_000))  # fmt: skip
        if u % 3 == 0:
            show = f"segue:show:s{2 * (u // 12 % 4) + u % 4 // 2}"
            out.append(Play(id=f"{u}-s", listener=f"u{u}", item=show, at=1_700_000_000_000, ms_played=60_000))
    return out


def made(tmp_path, monkeypatch, shuffled=False):
    monkeypatch.setattr(job, "text_encoder", Hashed)
    with Workspace.create(tmp_path / "ws") as opened:
        opened.log.append(heard(), library(shuffled))
        taken = snapshot.take(opened, "default")
    folder = make_space(tmp_path / "runs", taken, 0, print)
    assert folder is not None
    return Space.load(folder), taken.catalogue


def right(space, facts) -> float:
    """Share of the ten heard tracks nearest to each new one that are of its true genre."""
    new = [t for t in range(160) if t % 40 >= 36]
    hits = []
    played = space.origin == Origin.HEARD
    for t in new:
        point = space.point(facts.find(f"t{t}")[0])
        if point is not None:
            near, _ = space.nearest(point, 10, Kind.TRACK, played)
            hits += [int(facts.source_id(n)[1:]) % 4 == t % 4 for n in near.tolist()]
    return float(np.mean(hits)) if hits else 0.25


def test_new_tracks_lie_where_their_words_say(tmp_path, monkeypatch):
    space, facts = made(tmp_path, monkeypatch)
    new = space.rows(np.array([facts.find(f"t{t}")[0] for t in range(160) if t % 40 >= 36], np.int32))
    assert (space.origin[new] == Origin.CONTENT).all()
    assert right(space, facts) > 0.9


def test_words_of_other_tracks_say_nothing(tmp_path, monkeypatch):
    space, facts = made(tmp_path, monkeypatch, shuffled=True)
    assert right(space, facts) < 0.45


def test_words_playlists_and_tags_are_points(tmp_path, monkeypatch):
    monkeypatch.setattr("segue.fitted.space.words.text_encoder", lambda name: Hashed())
    space, facts = made(tmp_path, monkeypatch)
    empty = space.point(facts.find("p")[0])
    for point in (space.place("slow doom metal"), empty, space.tags[facts.tag_names.index("doom metal")]):
        near, _ = space.nearest(point, 10, Kind.TRACK)
        assert np.mean([int(facts.source_id(n)[1:]) % 4 == 1 for n in near.tolist()]) > 0.9


def test_shows_lie_by_who_took_them(tmp_path, monkeypatch):
    space, facts = made(tmp_path, monkeypatch)
    for s in range(8):
        near, _ = space.nearest(space.point(facts.find(f"s{s}")[0]), 10, Kind.TRACK)
        assert np.mean([int(facts.source_id(n)[1:]) % 4 // 2 == s % 2 for n in near.tolist()]) > 0.9


def test_the_same_snapshot_gives_the_same_bytes(tmp_path, monkeypatch):
    one, _ = made(tmp_path / "a", monkeypatch)
    other, _ = made(tmp_path / "b", monkeypatch)
    for name in ("items", "kind", "origin", "vectors", "tags"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()


def test_without_words_none_are_placed(workspace, tmp_path):
    space = Space(np.zeros(0, np.int32), np.zeros(0, np.uint8), np.zeros(0, np.uint8), np.zeros((0, 4), np.float32))
    with pytest.raises(NotReady, match="places no words"):
        space.place("jazz")
