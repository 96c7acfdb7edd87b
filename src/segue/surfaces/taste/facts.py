"""What the beliefs come from and what stands against them: plays, skips, and what the listener said."""

from __future__ import annotations

import numpy as np

from segue.core.errors import SegueError
from segue.core.types import I64, Candidates, Ids
from segue.signals.moods import ACTIVITIES
from segue.store.tuning import Key, Tuning, counted
from segue.surfaces.home.kitchen import Kitchen
from segue.surfaces.serving import Serving
from segue.surfaces.taste.habits import SHELF
from segue.surfaces.taste.views import Belief, Heard, Said

TOLD_BY = {"hours": "The hours at which you listen", "device": "The device you play on"}
"""Habits, as they are called."""
SHOWN = 60  # plays that are listed, and items held back


def heard_by(serving: Serving, number: int) -> tuple[tuple[Heard, ...], int]:
    """The newest plays, and how many of all do not count."""
    listening, tuned = serving.listening, serving.listening.tuned(number)
    parts = [listening.heard(number, kind) for kind in listening.taken] if number else []
    if not parts:
        return (), 0
    items: Ids = np.concatenate([part[0] for part in parts])
    at: I64 = np.concatenate([part[2] for part in parts])
    keep = np.ones(len(items), np.bool_) if tuned is None else counted(tuned, serving.snapshot.catalogue, items, at)
    newest = np.argsort(-at, kind="stable")[:SHOWN]
    shown = tuple(
        Heard(card=serving.cards.bare(item), at=when, counted=bool(counts),
              subject=f"play:{when}:{serving.cards.person(item).uri}")
        for item, when, counts in zip(items[newest].tolist(), at[newest].tolist(), keep[newest].tolist())
    )  # fmt: skip
    return shown, int((~keep).sum())


def held_back_from(serving: Serving, kitchen: Kitchen) -> tuple[Belief, ...]:
    query = kitchen.query
    items, counts = np.unique(query.skipped, return_counts=True)
    kept = kitchen.rules["skipped-lately"](query, Candidates.of(items, np.zeros(len(items), np.float32), "skipped"))
    out = []
    for item, n in zip(items.tolist(), counts.tolist()):
        if item not in kept.items:
            person, kind = serving.cards.person(item), serving.cards.bare(item).kind
            out.append(
                Belief(name=person.name, share=0.0, erase=(f"skips:item:{person.uri}",), kind=kind, plays=int(n),
                       because=(person,))
            )  # fmt: skip
    return tuple(out[-SHOWN:])


def said_by(serving: Serving, tuning: Tuning) -> tuple[Said, ...]:
    """Of items by the uri they have now."""
    out = []
    for key, subject, value in tuning.said():
        form, what, at = key
        if isinstance(what, int):
            if not known(serving, what):
                continue
            prefix = f"{form}:{at}" if form == "play" else form
            subject = f"{prefix}:{serving.cards.person(what).uri}"
        out.append(Said(subject=subject, name=_name(serving, key), value=value))
    return tuple(out)


def _name(serving: Serving, key: Key) -> str:
    form, what, _ = key
    if isinstance(what, int):
        return serving.stock.name(what) if known(serving, what) else ""
    if form == "habit":
        return TOLD_BY[what]
    titles = {SHELF.get(a.name, a.name): a.title for a in ACTIVITIES}
    return titles.get(what, what) if form == "shelf" else what


def known(serving: Serving, number: int) -> bool:
    try:
        return bool(serving.snapshot.catalogue.row(number) >= 0)
    except SegueError:  # newer than the snapshot
        return False
