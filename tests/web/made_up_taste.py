"""What the made-up service believes of its made-up listeners, and what they said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from segue.core.events import AnyEvent, Tune
from segue.surfaces.taste.views import Belief, Habit, Heard, Mood, Occasion, OnDevice, Said, TasteView
from segue.surfaces.views import CardView, Person

DAY_MS = 86_400_000
NOW = 1_790_000_000_000


def said_in(events: Iterable[AnyEvent], listener: str) -> dict[str, float]:
    """By subject what was said last and not taken back."""
    last = {e.subject: e.value for e in events if isinstance(e, Tune) and e.listener == listener}
    return {subject: value for subject, value in last.items() if value}


def wanted(cards: Iterable[CardView], said: Mapping[str, float]) -> list[CardView]:
    """Without what they want none of; of a genre they want less of every fourth, and what they want more of first."""
    left, seen = [], dict[str, int]()
    for card in cards:
        subjects = [f"genre:{g}" for g in card.genres] + [f"item:{card.uri}", f"kind:{card.kind}"]
        values = [said.get(s, 0.0) for s in [*subjects, *(f"item:{a.uri}" for a in card.artists)]]
        genre = card.genres[0]
        seen[genre] = seen.get(genre, 0) + 1
        if min(values) > -1 and (min(values) == 0 or seen[genre] % 4 == 1):
            left.append((-max(values), card))
    return [card for _, card in sorted(left, key=lambda pair: pair[0])]


def made_up_taste(
    cards: Sequence[CardView], said: Mapping[str, float], saved: Iterable[str], head: tuple[str, str, str]
) -> TasteView:
    """`cards` is what was heard, the newest first; `head` is tenant, listener and release."""
    heard = [
        Heard(card=card, at=NOW - i * DAY_MS // 3, subject=f"play:{NOW - i * DAY_MS // 3}:{card.uri}", counted=True)
        for i, card in enumerate(cards)
    ]
    heard = [Heard(card=h.card, at=h.at, subject=h.subject, counted=not _out(h, said)) for h in heard]
    counts = [h.card for h in heard if h.counted]
    tenant, listener, release = head
    hours = [1 + (7 <= h < 10) * 6 + (17 <= h < 22) * 9 for h in range(24)]
    return TasteView(
        tenant=tenant, listener=listener, release=release, known=bool(cards or said), plays=len(counts),
        left_out=len(heard) - len(counts), since=heard[-1].at if heard else 0, country="SE" if cards else "",
        zone="Europe/Stockholm" if cards else "",
        genres=_beliefs(counts, lambda c: (c.genres[0], f"genre:{c.genres[0]}", f"plays:genre:{c.genres[0]}"), said),
        favourites=_beliefs(
            [c for c in counts if c.artists],
            lambda c: (c.artists[0].name, f"item:{c.artists[0].uri}", f"plays:item:{c.artists[0].uri}"), said,
        ),
        tastes=_beliefs(counts, lambda c: (f"{c.genres[0]} · slow", "", f"plays:genre:{c.genres[0]}"), {})[:3],
        kinds=_beliefs(counts, lambda c: (c.kind, f"kind:{c.kind}", ""), said),
        new_items=0.62 if cards else 0.0, new_artists=0.27 if cards else 0.0,
        clock=tuple(h / sum(hours) for h in hours) if cards and "habit:hours" not in said else (), usual=(1 / 24,) * 24,
        occasions=(
            Occasion(subject="shelf:good-morning", name="Good morning", hours=((5, 11),), share=0.31, usual=0.22,
                     leaning=1.12, value=said.get("shelf:good-morning", 0.0)),
            Occasion(subject="shelf:focus", name="Focus", hours=((8, 12), (13, 18)), share=0.12, usual=0.35,
                     leaning=0.7, value=said.get("shelf:focus", 0.0)),
        ),
        moods=tuple(
            Mood(subject=f"mood:{name}", name=name, times=times, value=said.get(f"mood:{name}", 0.0),
                 because=tuple(Person(c.uri, c.title) for c in cards[:2]))
            for name, times in (("calm", 1.6), ("dreamy", 1.3))
        ) if cards else (),
        devices=(OnDevice(name="phone", share=0.7), OnDevice(name="web", share=0.3)) if cards else (),
        habits=tuple(Habit(subject=s, value=said.get(s, 0.0)) for s in ("habit:hours", "habit:device") if cards),
        held_back=(Belief(name="The Longest Title That A Card Has Ever Had", share=0.0, kind="track", plays=3,
                          erase=("skips:item:segue:track:fake:3",)),) if cards else (),
        saved=tuple(Person(uri, uri) for uri in sorted(saved)),
        said=tuple(Said(subject=s, name=s.rpartition(":")[2], value=v) for s, v in reversed(list(said.items()))),
        heard=tuple(heard),
    )  # fmt: skip


def _out(heard: Heard, said: Mapping[str, float]) -> bool:
    card = heard.card
    who = [f"{form}item:{uri}" for uri in (card.uri, *(a.uri for a in card.artists)) for form in ("", "plays:")]
    genres = [f"{form}genre:{g}" for g in card.genres for form in ("", "plays:")]
    return any(said.get(s, 0.0) <= -1 for s in (heard.subject, *who, *genres))


def _beliefs(cards: Sequence[CardView], about: Any, said: Mapping[str, float]) -> tuple[Belief, ...]:
    out = []
    for (name, subject, erase), group in groupby(sorted(cards, key=about), about):
        mine = list(group)
        out.append(
            Belief(name=name, share=len(mine) / len(cards), subject=subject, value=said.get(subject, 0.0),
                   erase=(erase,) if erase else (), kind=mine[0].kind, plays=len(mine), since=NOW - 90 * DAY_MS,
                   because=tuple(Person(c.uri, c.title) for c in mine[:3]))
        )  # fmt: skip
    return tuple(sorted(out, key=lambda belief: -belief.share)[:12])
