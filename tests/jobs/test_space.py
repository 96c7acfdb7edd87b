"""The taste space of two crowds who never share a track."""

import numpy as np

from segue.core.types import Kind
from segue.fitted.space import Origin, Space
from segue.jobs.space import make_space
from segue.store import snapshot


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
    assert (space.origin[~tracks] == Origin.MEMBERS).all()
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
    assert len(said) == 1
