"""What is true of the listeners of a world and hidden from every model: for tests, and for the closed loop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.types import F32, I64, Bools
from segue.world.choice import BOOK, MUSIC, SHOW, appeal, centres, cluster_weights
from segue.world.draws import Index
from segue.world.genres import GENRES, TOPICS
from segue.world.listeners import Listeners
from segue.world.log import Numbers
from segue.world.music import Music
from segue.world.plays import places_available
from segue.world.sessions import HOUR, offsets
from segue.world.settings import DAY, WorldSettings
from segue.world.spoken import Spoken


@dataclass(frozen=True, slots=True)
class Truth:
    """Tastes, their drift, and how relevant each item is to each listener at a time. Items are world numbers."""

    settings: WorldSettings
    music: Music
    spoken: Spoken
    listeners: Listeners
    numbers: Numbers

    def _when(self, who: Index, at: int) -> tuple[np.ndarray, Index, Bools]:
        """Progress of the drift, local hour and weekend of listeners (n,) at a time."""
        local = at + offsets(at)[self.listeners.home[who]]
        progress = np.clip((at - self.settings.start) / (self.settings.days * DAY), 0.0, 1.0)
        return np.full(len(who), progress), local // HOUR % 24, (local // DAY + 3) % 7 >= 5

    def weights(self, who: Index, at: int) -> F32:
        """(n, 8) how much each cluster of taste is wanted at a time; 4 of music, 2 of shows, 2 of books."""
        return cluster_weights(self.listeners.tastes, who, *self._when(who, at))

    def tastes(self, who: Index, at: int) -> F32:
        """(n, 8, SPACE) the directions of the clusters at a time."""
        return centres(self.listeners.tastes, who, self._when(who, at)[0])

    def vectors(self, items: Index) -> tuple[F32, I64, F32]:
        """Vector (n, SPACE), domain and quality (n,) of tracks, artists, shows, episodes or audiobooks."""
        m, s, k = self.music, self.spoken, self.numbers
        kinds = (
            (0, k.artist, m.track_vector, MUSIC),
            (k.artist, k.album, m.vector, MUSIC),
            (k.show, k.episode, s.show_vector, SHOW),
            (k.episode, k.book, s.episode_vector, SHOW),
            (k.book, k.person, s.book_vector, BOOK),
        )
        vector = np.zeros((len(items), m.vector.shape[1]), np.float32)
        domain = np.full(len(items), -1)
        quality = np.full(len(items), 0.5, np.float32)
        for first, last, table, kind in kinds:
            some = (items >= first) & (items < last)
            vector[some] = table[items[some] - first]
            domain[some] = kind
        tracks = items < k.artist
        quality[tracks] = m.quality[items[tracks]]
        return vector, domain, quality

    def appeal(self, who: Index, items: Index, at: int) -> F32:
        """(n,) logit of hearing item i to the end when new to the listener; pairs. Albums, playlists: very low."""
        return appeal(self.listeners.tastes, who, *self.vectors(items), *self._when(who, at))

    def available(self, who: Index, items: Index, at: int | I64) -> Bools:
        """(n,) whether the listener can hear the item then: released, allowed in the country, not too explicit."""
        k, people, then = self.numbers, self.listeners, np.broadcast_to(at, items.shape)
        track, episode, book = (
            items < k.artist,
            (items >= k.episode) & (items < k.book),
            (items >= k.book) & (items < k.person),
        )
        out = np.ones(len(items), bool)
        t = items[track]
        out[track] = (self.music.released[t] <= then[track]) & places_available()[
            self.music.region[t], people.home[who[track]]
        ]
        out[track] &= ~(people.clean[who[track]] & self.music.explicit[t])
        e = items[episode] - k.episode
        out[episode] = self.spoken.episode_released[e] <= then[episode]
        out[episode] &= ~(people.clean[who[episode]] & self.spoken.explicit[self.spoken.episode_show[e]])
        out[book] = self.spoken.book_released[items[book] - k.book] <= then[book]
        return out

    def relevance(self, who: int, items: Index, at: int) -> F32:
        """(n,) probability in [0, 1] that one listener hears each item to the end, 0 where it cannot be heard."""
        one = np.full(len(items), who)
        chance = 1 / (1 + np.exp(-self.appeal(one, items, at)))
        return np.where(self.available(one, items, at), chance, 0.0).astype(np.float32)

    def genres(self, who: int) -> tuple[str, ...]:
        """Names of the genres of one listener's music, the dearest first, as the window begins."""
        weight = self.listeners.tastes.weight_before[who, :4]
        return tuple(GENRES[g].name for g, w in zip(self.listeners.genre_before[who], weight) if w > 0)

    def topics(self, who: int) -> tuple[str, ...]:
        """The two topics of shows that go with one listener's music."""
        names = tuple(TOPICS)
        return tuple(names[t] for t in self.listeners.topics[who])
