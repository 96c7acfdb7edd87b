"""How people behave in front of a Home: every number of it in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manners:
    """Chances are logits unless said otherwise. What people click on and what brings them back is not the same:
    `known` draws clicks, while `deep` and `found` alone make satisfaction, so that clicks are a misleading proxy."""

    start: float = -2.7  # of starting a seen card of appeal 0
    eager: float = 0.64  # for each unit of appeal
    known: float = 0.25  # for each unit of log(1 + times heard)
    worn: float = 0.35  # less, for each time above one that it was heard in the last days
    spoken: float = 0.8  # less for shows and books, for each e-fold by which they are rarer in one's own sessions
    later: float = 0.12  # share of the seen that would have been started, and are played later, away from the page

    always: int = 3  # cards at the left of a row that are seen whenever the row is
    first: int = 2  # rows that are always seen
    onward: float = 0.72  # chance of looking at one card more

    deep: float = 0.45  # of satisfaction: minutes heard, by 1 - exp(-minutes / 12)
    found: float = 0.55  # of satisfaction: artists and shows met that way, by 1 - exp(-their number)
    skipped: float = 0.15  # taken off, times the share of what was started and left
    memory: float = 0.10  # how much one visit weighs in satisfaction
    neutral: float = 0.35  # satisfaction of who has not visited yet
    back: float = 7.0  # of coming back, for each unit of satisfaction above neutral


MINUTES = 12.0  # of content: what makes two thirds of it
MOST_STREAMS = 15  # of one visit
