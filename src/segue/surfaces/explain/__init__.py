"""A reason, which is data, as a short text that says no more than the data does."""

from __future__ import annotations

from collections.abc import Callable

from segue.core.slates import Reason

TEXTS: dict[str, str] = {
    "listened": "You have listened to this",
    "similar_to": "Because you listened to {items}",
    "like": "Similar to {items}",
    "like_artist": "Similar to {items}",
    "near_words": "Close to {words}",
    "artist_known": "By {items}, whom you have listened to",
    "in_genre": "You listen to {words}",
    "popular": "Popular with listeners here",
    "popular_in": "Popular in {words}",
    "popular_in_genre": "Popular in {words}",
    "new_release": "Came out lately",
    "new_in_genre": "Came out lately, in {words}",
    "at_hour": "From your {words}",
    "fits_mood": "Sounds {words}",
    "fits_activity": "Suits {words}",
    "same_taste": "Listeners of {words} chose this",
    "near_taste": "Close to what you listen to",
    "crossed": "Listeners of {items} chose this",
    "suits": "Chosen from all you have listened to",
}
"""By the key of the reason. {items} are the names of what it rests on, {words} its words."""


def explain(reason: Reason, name: Callable[[int], str]) -> str:
    """Plain text, not escaped; "" for a key without a text, or where a text needs what the reason does not have."""
    text = TEXTS.get(reason.key, "")
    if ("{items}" in text and not reason.because) or ("{words}" in text and not reason.words):
        return ""
    items, words = listed([name(n) for n in reason.because]), listed(list(reason.words))
    return text.replace("{items}", "\0").replace("{words}", words).replace("\0", items)


def listed(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
