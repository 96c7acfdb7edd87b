"""A shelf for an occasion: whether it is one for this listener now, what they know for it, and what is new that fits.

At the hours at which many do a thing it is offered to all who listen then, unless what they play then speaks against
it; at other hours only to those whose own habit it is. A newcomer is taken to do as everybody does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from segue.candidates import Habits
from segue.core.slates import Offer, Reason
from segue.core.types import Candidates, Ids, Query
from segue.signals.moods import ACTIVITIES, MOODS, Activity
from segue.surfaces.home.kitchen import Kitchen, Reasons, each, leaving_out
from segue.surfaces.home.shelves._woven import woven

BY_NAME = {a.name: a for a in ACTIVITIES}
AWAKE = 0.5  # of what others listen around this hour, for an hour to be one of a listener's own
AGAINST = 0.8  # of what fits the activity at any hour: with less at this one they do something else
HABIT = 1.3  # as often as at other hours: with more it is a habit
KNOWN = 5.0  # sittings around this hour that a habit of one's own takes
PARTS = ((22, "night"), (17, "evening"), (12, "afternoon"), (5, "morning"), (0, "night"))


def occasion(kitchen: Kitchen, query: Query, name: str) -> Sequence[Offer]:
    """The offer for an activity where now is the time for it; none where the request names one itself."""
    what = BY_NAME[name]
    if query.context.activity or not possible(kitchen, query) or not fits(kitchen.board.habits(query.kind), what):
        return ()
    request = asking(query, what)
    known = kitchen.serve("at-this-hour", request, without=("heard-lately",))
    return suited(kitchen, request, what.name, what.title, known, new_for(kitchen, request, what), at_hour(query))


def possible(kitchen: Kitchen, query: Query) -> bool:
    return kitchen.section is not None and kitchen.wants(query.kind)


def fits(habits: Habits, what: Activity, by_mood: bool = True) -> bool:
    """Whether now is the time for an activity, by the habits of the listener and of everybody.

    Not `by_mood`, only the hours count, and not what is played at them.
    """
    if habits.hour < 0:
        return False
    usual = any(start <= habits.hour < stop for start, stop in what.hours) and not (what.workdays and habits.weekend)
    if usual:
        return habits.listens() >= AWAKE and (not by_mood or habits.leaning(what.name) >= AGAINST)
    return by_mood and float(habits.here.sum()) >= KNOWN and habits.leaning(what.name) >= HABIT


def asking(query: Query, what: Activity) -> Query:
    """The request for what fits an activity."""
    return replace(query, context=replace(query.context, activity=what.name))


def new_for(kitchen: Kitchen, request: Query, what: Activity) -> tuple[Candidates, Reasons]:
    """What fits the activity of a request and was never heard, each with the mood that speaks for it."""
    new = kitchen.serve("by-mood", request, drop=leaving_out(request.history))
    return new, lambda items: _moods(kitchen, items, what)


def suited(
    kitchen: Kitchen, query: Query, key: str, title: str, known: Candidates, new: tuple[Candidates, Reasons],
    why: Reason,
) -> Sequence[Offer]:  # fmt: skip
    """The offer of what is known, for one reason, and what is new, each for its own; how much of each says the dial."""
    fresh, reasons = new
    order = woven(len(known), len(fresh), query.context.familiarity)
    items = np.array([known.items[i] if mine else fresh.items[i] for mine, i in order], np.int32)
    every = dict(zip(fresh.items.tolist(), reasons(fresh.items))) | dict.fromkeys(known.items.tolist(), (why,))
    pool = Candidates.of(items, -np.arange(len(items), dtype=np.float32), key)
    capped = kitchen.capped(query, pool, kitchen.fell).top(kitchen.settings.shelf_arms)
    return (Offer(key, title, capped, each(every)),)


def at_hour(query: Query) -> Reason:
    """That something is played in this part of the day."""
    part = next((name for start, name in PARTS if query.hour >= start), "night")
    return Reason("at_hour", words=(f"{part}s",))


def _moods(kitchen: Kitchen, items: Ids, what: Activity) -> list[tuple[Reason, ...]]:
    """Of each item the mood that speaks most for the activity, or the activity itself where no mood does."""
    moods = kitchen.stock.moods
    if moods is None:
        return [(Reason("fits_activity", words=(what.name,)),)] * len(items)
    speaks = np.array([max(0.0, what.moods.get(m.name, 0.0)) for m in MOODS])
    told = moods.of(items)[:, [moods.column(m.name) for m in MOODS]] * speaks
    return [
        (Reason("fits_mood", words=(MOODS[best].name,)) if strength else Reason("fits_activity", words=(what.name,)),)
        for best, strength in zip(told.argmax(axis=1).tolist(), told.max(axis=1).tolist())
    ]
