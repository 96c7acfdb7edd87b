"""What this release and the live histories go by when they choose for a listener, and what each of it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from segue.core.types import Context
from segue.store.building import REAL_TIME
from segue.surfaces.home.mix import FAMILIES
from segue.surfaces.library import Opinion
from segue.surfaces.serving import Serving
from segue.surfaces.taste.beliefs import favourites_of, genres_of, kinds_of, tastes_of
from segue.surfaces.taste.facts import heard_by, held_back_from, known, said_by
from segue.surfaces.taste.habits import devices_of, habits_of, hours_of, moods_of, new_to
from segue.surfaces.taste.views import TasteView


def taste_of(serving: Serving, listener: str, number: int, context: Context, saved: Sequence[Opinion]) -> TasteView:
    """All that is believed of one listener; `saved` are opinions of the library, the newest first."""
    listening, who = serving.listening, serving.snapshot.listeners
    kitchen = serving.kitchen(number, context)
    board, tuning = kitchen.board, listening.tuning(number)
    kinds = [k for k in listening.taken if len(board.query(k).history)]
    kinds.sort(key=lambda k: (k != kitchen.main, -len(board.query(k).history)))
    leading = [k for i, k in enumerate(kinds) if FAMILIES[k] not in FAMILIES[kinds[:i]]]  # of music, talk and books
    plays = sum(len(board.query(k).history) for k in kinds)
    heard, left_out = heard_by(serving, number)
    row = who.row(number)
    new_items, new_artists = new_to(serving, board.query(kitchen.main))
    devices = devices_of(serving, board, kinds)
    clock, usual, occasions = hours_of(serving, kitchen, tuning)
    times = [int(at[at >= REAL_TIME].min()) for k in kinds if ((at := board.query(k).at) >= REAL_TIME).any()]
    return TasteView(
        tenant=serving.snapshot.tenant, listener=listener, release=serving.release.id,
        known=bool(plays or heard or tuning.said()), plays=plays, left_out=left_out, since=min(times, default=0),
        country=context.country or (who.country[row].decode() if row >= 0 else ""), zone=context.zone,
        genres=genres_of(serving, board, leading, tuning), favourites=favourites_of(serving, board, leading, tuning),
        tastes=tastes_of(serving, board, kitchen.main), kinds=kinds_of(board, kinds, tuning),
        new_items=new_items, new_artists=new_artists, clock=clock, usual=usual, occasions=occasions,
        moods=moods_of(serving, kitchen, tuning), devices=devices, habits=habits_of(kitchen, devices, tuning),
        held_back=held_back_from(serving, kitchen),
        saved=tuple(serving.cards.person(o.facts.number) for o in saved if known(serving, o.facts.number)),
        said=said_by(serving, tuning), heard=heard,
    )  # fmt: skip
