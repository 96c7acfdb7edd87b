"""Moods and activities of music: one vocabulary, and what tags, texts and sound say in its terms."""

from __future__ import annotations

from segue.core.errors import UnknownName
from segue.signals.moods.activities import ACTIVITIES, Activity
from segue.signals.moods.moods import MOODS, Mood
from segue.signals.moods.reading import read, read_all, words_of
from segue.signals.moods.sentences import SENTENCES, near, with_sentences
from segue.signals.moods.sound import sounding
from segue.signals.moods.suiting import NAMES, VOCABULARY, WEIGHTS, suiting

__all__ = [
    "ACTIVITIES", "MOODS", "NAMES", "SENTENCES", "VOCABULARY", "WEIGHTS", "Activity", "Mood", "activity", "near",
    "read", "read_all", "sounding", "suiting", "with_sentences",
]  # fmt: skip
BY_NAME = {a.name: a for a in ACTIVITIES}


def activity(text: str) -> Activity:
    """The activity of a name or of a word for it: "focus", "Wind down", "gym". UnknownName lists them."""
    name = "-".join(words_of(text))
    if name not in BY_NAME:
        said = read(text)[len(MOODS) :]
        if said.sum() != 1:
            raise UnknownName("activity", text[:80], BY_NAME)
        return ACTIVITIES[int(said.argmax())]
    return BY_NAME[name]
