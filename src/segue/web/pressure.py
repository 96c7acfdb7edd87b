"""Whether more pages are asked for than a process can make.

It begins when those who wait would wait too long, and ends when making all that is asked for would leave time again, as
far as the last seconds tell: so it does not flicker while pages that cost little are shown.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from segue.surfaces.home.told import PageMade

WAIT_S = 0.15  # of the processor that calls in front of another may take
FREE = 0.4  # share of a core that pages may ask for when it ends
OVER_S = 5.0  # the rate at which pages are asked for is that of so many seconds
HOLDS_S = 10.0  # that it lasts at least: at first too few pages were given to tell how many are asked for
LATELY = 0.1  # weight of the newest page in what a page costs


class Pressure:
    """Of one process and tenant. Safe for several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._asked, self._seen = 0.0, clock()  # pages, those before fading; when that was
        self._cost = 0.0  # seconds of the processor a page
        self._high, self._until = False, 0.0

    def page(self, made: PageMade, waiting: int) -> None:
        """A page was given, while so many calls waited, itself included. One that was just made costs nothing; what a
        short one took says nothing of what the whole would have."""
        with self._lock:
            if not made.kept:
                self._fade()
                self._asked += 1
            if made.took and not made.short:
                self._cost += (made.took - self._cost) * (LATELY if self._cost else 1.0)
            if waiting > 1 and waiting * self._cost > WAIT_S:
                self._high, self._until = True, self._clock() + HOLDS_S

    def __call__(self) -> bool:
        with self._lock:
            if self._high and self._clock() >= self._until:
                self._fade()
                self._high = self._asked / OVER_S * self._cost > FREE
            return self._high

    def _fade(self) -> None:
        now = self._clock()
        self._asked *= math.exp((self._seen - now) / OVER_S)
        self._seen = now
