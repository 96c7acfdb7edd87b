"""What every source must be: at most n different items of the kind asked for, the same each time."""

from dataclasses import replace

import numpy as np
import pytest

from segue.candidates import SOURCES, Board
from segue.core.types import Context, Kind
from segue.surfaces.serving import Serving, local_hour

NOW = 1_790_000_000_000
CONTEXTS = {
    "plain": Context(),
    "here and now": Context(now=NOW, country="SE"),
    "far away": Context(now=NOW, country="XX", zone="Asia/Tokyo"),
    "words": Context(now=NOW, words="jazz"),
    "for an activity": Context(now=NOW, activity="focus"),
    "unknown words": Context(now=NOW, words="polka"),
}


def board_of(serving: Serving, listener: str, context: Context) -> Board:
    number = serving.snapshot.listeners.number(listener) or 0
    return Board(serving.stock, serving.listening.queries("default", number, context, local_hour(context)))


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("listener", ["L0", "L1", "nobody"])
@pytest.mark.parametrize("circumstances", CONTEXTS)
def test_conformance(name: str, listener: str, circumstances: str, serving: Serving) -> None:
    facts = serving.snapshot.catalogue
    seeds = [(), (facts.find("a1t1")[0],), (facts.find("a1t1")[0], facts.find("a3")[0]), (999_999,)]
    for chosen in seeds:
        board = board_of(serving, listener, replace(CONTEXTS[circumstances], seeds=chosen))
        for kind in (Kind.TRACK, Kind.SHOW, Kind.AUDIOBOOK, Kind.ARTIST, Kind.PLAYLIST):
            query = board.query(kind)
            for n in (0, 1, 7, 500):
                found = SOURCES[name](board)(query, n)
                assert len(found) <= n
                assert len(np.unique(found.items)) == len(found)
                assert np.isfinite(found.scores).all()
                assert (np.diff(found.scores) <= 0).all(), "best first"
                assert np.isin(found.items, facts.of_kind(kind)).all()
                again = SOURCES[name](board_of(serving, listener, query.context))(query, n)
                assert again.items.tolist() == found.items.tolist()
                few = SOURCES[name](board)(query, max(0, n - 2))
                assert few.items.tolist() == found.items.tolist()[: max(0, n - 2)], "fewer are the first of more"
