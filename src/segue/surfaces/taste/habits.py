"""When and on what somebody listens, to what mood, and how much of it is new."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segue.candidates import Board
from segue.core.events import HABITS
from segue.core.types import F64, Ids, Kind, Query
from segue.signals.moods import ACTIVITIES, MOODS
from segue.store.tuning import Tuning
from segue.surfaces.devices import UNKNOWN
from segue.surfaces.home.kitchen import Kitchen
from segue.surfaces.serving import Serving
from segue.surfaces.taste.views import Habit, Mood, Occasion, OnDevice

MOST, CLEARLY = 4, 1.15  # moods that are named, and how much more of one there is then
BECAUSE = 3  # items named for a mood
LITTLE = 0.01  # that everything has of every mood
LATELY = 200  # newest plays that say how much was new
SHELF = {"morning": "good-morning"}
"""Shelves that are not called as their activity is."""


def hours_of(
    serving: Serving, kitchen: Kitchen, tuning: Tuning
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[Occasion, ...]]:
    """Their clock, everybody's, and the shelves that are made by them."""
    if kitchen.section is None:
        return (), (), ()
    habits = kitchen.board.habits(kitchen.main)
    clock, crowd = habits.clock, habits.crowd
    occasions = []
    for what in ACTIVITIES:
        key = SHELF.get(what.name, what.name)
        if key not in serving.shelves or not what.hours:
            continue
        hours = np.concatenate([np.arange(start, stop) % 24 for start, stop in what.hours])
        occasions.append(Occasion(
            subject=f"shelf:{key}", name=what.title, hours=what.hours, share=round(float(clock[hours].sum()), 4),
            usual=round(float(crowd[hours].sum()), 4), leaning=round(habits.leaning(what.name), 3),
            value=tuning.value(("shelf", key, 0)),
        ))  # fmt: skip
    timed = bool(habits.timed.any()) and not habits.untold
    return (tuple(np.round(clock, 4).tolist()) if timed else ()), tuple(np.round(crowd, 4).tolist()), tuple(occasions)


def moods_of(serving: Serving, kitchen: Kitchen, tuning: Tuning) -> tuple[Mood, ...]:
    """Those that what they play has clearly more of than what everybody plays, and those they said something of; the
    most telling first."""
    if kitchen.section is None or kitchen.stock.moods is None or not len(kitchen.query.history):
        return ()
    habits, table = kitchen.board.habits(kitchen.main), kitchen.stock.moods
    lift = (habits.mood + LITTLE) / (habits.usual_mood + LITTLE)
    found = sorted(((float(lift[table.column(m.name)]), m.name) for m in MOODS if m.name in table.names), reverse=True)
    played = table.of(kitchen.query.history) * habits.each[:, None]  # of what they know the time of
    out = []
    for place, (much, name) in enumerate(found):
        value = tuning.value(("mood", name, 0))
        if value or (place < MOST and much >= CLEARLY):
            fits = played[:, table.column(name)]
            because = tuple(serving.cards.person(i) for i in _most(kitchen.query.history, fits, BECAUSE))
            out.append(Mood(subject=f"mood:{name}", name=name, times=round(much, 2), value=value, because=because))
    return tuple(out)


def devices_of(serving: Serving, board: Board, kinds: Sequence[Kind]) -> tuple[OnDevice, ...]:
    """By what they played of these kinds."""
    devices = serving.listening.devices
    codes = [devices.of(query.listener, query.at) for query in map(board.query, kinds)]
    count = np.bincount(np.concatenate([*codes, np.zeros(1, np.int32)]))
    count[UNKNOWN] = 0
    used = [int(code) for code in np.argsort(-count, kind="stable") if count[code]]
    return tuple(OnDevice(name=devices.names[c - 1], share=round(float(count[c] / count.sum()), 4)) for c in used)


def habits_of(kitchen: Kitchen, devices: Sequence[OnDevice], tuning: Tuning) -> tuple[Habit, ...]:
    """Of their hours where times are known, of their devices where these are."""
    timed = kitchen.section is not None and bool(kitchen.board.habits(kitchen.main).timed.any())
    found = []
    for name, tells in zip(HABITS, (timed, bool(devices)), strict=True):
        value = tuning.value(("habit", name, 0))
        if tells or value:
            found.append(Habit(subject=f"habit:{name}", value=value))
    return tuple(found)


def _most(items: Ids, strength: F64, n: int) -> list[int]:
    """The n items (E,) with the greatest strength in all; none that has none."""
    each, where = np.unique(items, return_inverse=True)
    total = np.bincount(where, strength, len(each))
    return [int(each[i]) for i in np.lexsort((each, -total))[:n] if total[i] > 0]


def new_to(serving: Serving, query: Query) -> tuple[float, float]:
    """Of the last plays the share of items that were new, and of makers that were."""
    facts = serving.stock.facts
    artist = facts.artist[facts.rows(query.history)] if len(query.history) else query.history
    out = []
    for column in (query.history, np.where(artist > 0, artist, query.history)):
        first = np.zeros(len(column), np.bool_)
        first[np.unique(column, return_index=True)[1]] = True
        out.append(round(float(first[-LATELY:].mean()), 4) if len(column) else 0.0)
    return out[0], out[1]
