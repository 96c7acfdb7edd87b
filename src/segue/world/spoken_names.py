"""Titles and descriptions of shows, episodes and audiobooks, by a small grammar over the word lists."""

from __future__ import annotations

from segue.world import words_spoken as w
from segue.world.dice import Dice
from segue.world.music_names import articles
from segue.world.places import Place

FREQUENCIES = ("Every week.", "New episodes on Tuesdays.", "Every second Thursday.", "Short, and often.", "", "")


IN_LANGUAGE = {
    "de": ("auf Deutsch", "German"),
    "fr": ("en français", "French"),
    "es": ("en español", "Spanish"),
    "pt": ("em português", "Portuguese"),
    "sv": ("på svenska", "Swedish"),
    "ja": ("Nihongo", "Japanese"),
    "hi": ("Hindi", "Hindi"),
}
"""How an edition in another language is named, and the language in English."""


def show_title(topic: str, place: Place, host: str, dice: Dice) -> str:
    title = dice.of(w.TALK[topic].shows)
    u = dice.u()
    if u < 0.3:
        return f"{title} with {host}"
    if place.language in IN_LANGUAGE:
        return f"{title} {IN_LANGUAGE[place.language][0]}"
    return f"{title} {dice.of(place.cities)}" if u < 0.5 else title


def show_text(topic: str, place: Place, host: str, dice: Dice) -> str:
    lead = dice.of(w.TALK[topic].about)
    with_ = dice.of((f"Hosted by {host}.", f"With {host} and guests.", f"{host} listens."))
    language = f"In {IN_LANGUAGE[place.language][1]}." if place.language in IN_LANGUAGE else ""
    return " ".join(part for part in (lead, with_, language, dice.of(FREQUENCIES)) if part)


def episode_title(topic: str, guest: str, dice: Dice) -> str:
    title = dice.of(w.FORMS).format(s=dice.of(w.TALK[topic].subjects), h=guest)
    return title[:1].upper() + title[1:]


def episode_text(topic: str, guest: str, dice: Dice) -> str:
    one, two = dice.of(w.TALK[topic].subjects), dice.of(w.TALK[topic].subjects)
    lines = (
        f"{guest} joins us. We also return to {one}.",
        f"We begin with {one} and end somewhere else.",
        f"On {topic}: {one}, and a listener's question about {two}.",
        f"A conversation with {guest}, recorded in front of an audience.",
        f"{dice.of(w.TALK[topic].about)} This time: {one}.",
    )
    text = dice.of(lines)
    return text[:1].upper() + text[1:]


def book_title(genre: str, person: str, dice: Dice) -> str:
    words = w.BOOK_WORDS[genre]
    noun = dice.of(words.nouns)
    other = dice.of([n for n in words.nouns if n != noun])
    place = dice.of(words.places)
    title = dice.of(words.titles).format(a=dice.of(words.adjectives), n=noun, n2=other, p=place, h=person)
    title = title.replace("The the ", "The ").replace("the the ", "the ")
    title = articles(title)
    return title[:1].upper() + title[1:]


def book_text(genre: str, place: Place, narrator: str, hours: float, dice: Dice) -> str:
    plot = dice.of(w.BOOK_WORDS[genre].plots)
    language = f" in {IN_LANGUAGE[place.language][1]}" if place.language in IN_LANGUAGE else ""
    a = "An" if genre[0] in "aeiou" else "A"
    kind = f"{a} {genre} audiobook" if genre not in ("popular science", "self-help") else f"{genre.capitalize()}"
    return f"{plot} {kind} of {hours:.0f} hours, read{language} by {narrator}."
