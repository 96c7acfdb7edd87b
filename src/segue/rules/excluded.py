"""What the listener, or the house, does not want: `tag:christmas`, `kind:audiobook`, `artist:NUMBER`, `item:NUMBER`.

A tag is met where an item, or its artist, carries a tag with that word, or its title has it. A kind is also met by
items tagged with its name, so that `kind:audiobook` takes the chapters out of the music that were filed as tracks.
Artists and items come as uris at the edge and as catalogue numbers here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from segue.core.errors import UsageError
from segue.core.protocols import Facts
from segue.core.settings import Settings
from segue.core.types import Bools, Candidates, Kind, Query

FORMS = ("tag", "kind", "artist", "item")
KEPT = 256  # exclusions whose masks are kept


def parse_exclusion(text: str) -> tuple[str, str]:
    """`form` and `what` of an exclusion, or UsageError."""
    form, _, what = text.partition(":")
    if form not in FORMS or not what.strip():
        raise UsageError(f"not an exclusion: {text[:80]!r}; it looks like " + ", ".join(f"{f}:…" for f in FORMS))
    return form, what.strip()


@dataclass(frozen=True, slots=True)
class Excluded:
    facts: Facts
    masks: dict[str, Bools] = field(default_factory=dict)  # exclusion → (N,) of the catalogue; filled as asked for

    def __call__(self, query: Query, candidates: Candidates) -> Candidates:
        if not query.context.exclude:
            return candidates
        rows = self.facts.rows(candidates.items)
        out = np.zeros(len(rows), np.bool_)
        for exclusion in query.context.exclude:
            out |= self._mask(exclusion)[rows]
        return candidates.take(~out)

    def _mask(self, exclusion: str) -> Bools:
        found = self.masks.get(exclusion)
        if found is None:
            found = self._make(*parse_exclusion(exclusion))
            if len(self.masks) >= KEPT:
                self.masks.clear()
            self.masks[exclusion] = found
        return found

    def _make(self, form: str, what: str) -> Bools:
        facts = self.facts
        if form == "kind":
            kind = Kind.parse(what)
            return np.asarray((facts.kind == kind) | self._tagged(what))
        if form == "tag":
            return self._tagged(what) | self._titled(what)
        try:
            number = int(what)
        except ValueError:
            raise UsageError(f"exclusion {form}:{what[:80]!r} names an item that the catalogue does not have") from None
        return np.asarray((facts.items == number) | ((facts.artist == number) if form == "artist" else False))

    def _tagged(self, word: str) -> Bools:
        """(N,) items that carry a tag with the word, or whose artist does."""
        facts, pattern = self.facts, _whole(word)
        columns = np.array([bool(pattern.search(name)) for name in facts.tag_names], np.float32)
        if not columns.any():
            return np.zeros(len(facts.items), np.bool_)
        own = np.asarray(facts.tags @ columns) > 0
        credited = facts.artist > 0
        out: Bools = own.copy()
        artists = facts.rows(facts.artist[credited])
        out[credited] |= own[artists] & (artists >= 0)
        return out

    def _titled(self, word: str) -> Bools:
        pattern = _whole(word)
        numbers = [n for n in self.facts.containing(word).tolist() if pattern.search(self.facts.title(n))]
        return np.isin(self.facts.items, np.array(numbers, np.int32))


def _whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)


def plugin(facts: Facts, settings: Settings) -> Excluded:
    return Excluded(facts)
