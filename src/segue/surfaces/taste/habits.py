"""When somebody listens, and how much of it is new."""

from __future__ import annotations

import numpy as np

from segue.core.types import Query
from segue.signals.moods import ACTIVITIES, MOODS
from segue.store.tuning import Tuning
from segue.surfaces.home.kitchen import Kitchen
from segue.surfaces.serving import Serving
from segue.surfaces.taste.views import Mood, Occasion

MOST, CLEARLY = 4, 1.15  # moods that are named, and how much more of one there is then
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
    timed = bool(habits.timed.any())
    return (tuple(np.round(clock, 4).tolist()) if timed else ()), tuple(np.round(crowd, 4).tolist()), tuple(occasions)


def moods_of(kitchen: Kitchen) -> tuple[Mood, ...]:
    """Those that what they play has clearly more of than what everybody plays, the most telling first."""
    if kitchen.section is None or kitchen.stock.moods is None or not len(kitchen.query.history):
        return ()
    habits, table = kitchen.board.habits(kitchen.main), kitchen.stock.moods
    lift = (habits.mood + LITTLE) / (habits.usual_mood + LITTLE)
    found = sorted(((float(lift[table.column(m.name)]), m.name) for m in MOODS if m.name in table.names), reverse=True)
    return tuple(Mood(name=name, times=round(much, 2)) for much, name in found[:MOST] if much >= CLEARLY)


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
