"""What there is to say of the planted world: which tracks are rock, and what stands on a Home."""

from segue.core.events import Play
from segue.surfaces.views import HomeView

NOW = 1_790_000_000_000
DAY_MS = 86_400_000


def cards(view: HomeView) -> list[str]:
    return [c.uri for s in view.shelves for c in s.cards]


def shelf(view: HomeView, key: str) -> list[str]:
    return [c.uri for s in view.shelves if s.key.partition(":")[0] == key for c in s.cards]


def play(item: str, listener: str = "L0", id: str = "now", at: int = NOW + 1000) -> Play:
    return Play(id=id, listener=listener, item=item, at=at, ms_played=200_000)


def rock(uri: str) -> bool:
    return int(uri.rpartition(":")[2].partition("t")[0][1:]) % 2 == 0
