"""What counts as taken after the snapshot must be what the next snapshot says."""

import numpy as np
import pytest

from segue.core.events import EVENT_TYPES, AnyEvent, Click, Follow, Play, Rating, Remove, Save, Skip
from segue.core.types import Context, Kind
from segue.store import snapshot
from segue.store.workspace import Workspace
from segue.surfaces.listening import COUNTS, NEEDED, Listening

NOW = 1_790_000_000_000
TRACK = "segue:track:t:{}"


def events() -> list[AnyEvent]:
    """After the snapshot: heard and not heard, liked and not, of known items."""
    return [
        Play(listener="u", id="n1", item=TRACK.format(1), at=NOW + 1, ms_played=40_000),
        Play(listener="u", id="n2", item=TRACK.format(2), at=NOW + 2, ms_played=4_000),
        Rating(listener="u", id="n3", item=TRACK.format(3), at=NOW + 3, value=0.5),
        Rating(listener="u", id="n4", item=TRACK.format(4), at=NOW + 4, value=-1),
        Save(listener="u", id="n5", item=TRACK.format(5), at=NOW + 5),
        Skip(listener="u", id="n6", item=TRACK.format(1), at=NOW + 6),
        Click(listener="u", id="n7", item=TRACK.format(6), at=NOW + 7),
        Follow(listener="u", id="n8", item="segue:artist:t:9", at=NOW + 8),
        Play(listener="u", id="n9", item=TRACK.format(0), at=NOW - 500, ms_played=0),  # late
    ]


@pytest.fixture
def workspace(tmp_path):
    with Workspace.create(tmp_path / "ws") as opened:
        first = [
            Play(id=f"o{i}", listener="u", item=TRACK.format(i), at=NOW - 1000 + i, ms_played=99_000) for i in range(8)
        ]
        follow = Follow(id="of", listener="other", item="segue:artist:t:9", at=NOW - 1)
        opened.log.append([*first, follow])
        yield opened


def test_recent_history_is_what_the_next_snapshot_has(workspace: Workspace) -> None:
    old = snapshot.take(workspace, "default")
    by_column, by_row = Listening(old, tuple(Kind)), Listening(old, tuple(Kind))
    workspace.log.append(events())
    listener = workspace.catalogue.listener_number("default", "u")
    assert listener is not None
    rows = workspace.log.few("default", old.last_seq, 100, NEEDED, COUNTS)
    assert rows is not None
    by_row.absorb_rows(rows, workspace.catalogue.current)
    assert by_column.absorb(workspace.log.tail("default", old.last_seq)) == len(events()) - 1  # not the click
    new = snapshot.take(workspace, "default")
    for kind in (Kind.TRACK, Kind.ARTIST):
        wanted = new.history(listener, kind)
        for listening in (by_column, by_row):
            found = listening.heard(listener, kind)
            assert [column.tolist() for column in found] == [column.tolist() for column in wanted]
    numbers = {i: workspace.catalogue.number("default", TRACK.format(i)) for i in range(8)}
    for listening in (by_column, by_row):
        items, at = listening.skips(listener)
        assert items.tolist() == [numbers[2], numbers[4], numbers[4], numbers[1]]
        assert (np.diff(at) >= 0).all()
        assert listening.saved(listener) == {numbers[5]}
    removed = (by_row.seen + 1, EVENT_TYPES.index(Remove) + 1, listener, numbers[5], NOW + 9, None, None, "", "")
    by_row.absorb_rows([removed], int)
    assert by_row.saved(listener) == set()


def test_nobody_has_nothing(workspace: Workspace) -> None:
    listening = Listening(snapshot.take(workspace, "default"), tuple(Kind))
    queries = listening.queries("default", 0, Context(now=NOW), 5)
    assert all(len(q.history) == 0 and q.hour == 5 for q in queries.values())
    assert Kind.TRACK in queries
