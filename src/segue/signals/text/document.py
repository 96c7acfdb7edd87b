"""What an item is in words."""

from __future__ import annotations

LENGTH = 240  # letters of a description: its first sentences say what it is about


def document(title: str, description: str = "", about: str = "") -> list[str]:
    """The passages of an item: its title and what is said of it, and what is said of who made it.

    They are kept apart, since the latter is shared by many items and need be encoded once. Tags are read one by one for
    the same reason (see `segue.jobs.texts`).
    """
    own = ". ".join(t for t in (shortened(title), shortened(description)) if t)
    return [p for p in (own, shortened(about)) if p]


def shortened(text: str) -> str:
    """At most LENGTH letters of a text in one line, cut where a word ends."""
    text = " ".join(text.split())
    return text if len(text) <= LENGTH else text[: LENGTH + 1].rsplit(" ", 1)[0][:LENGTH]
