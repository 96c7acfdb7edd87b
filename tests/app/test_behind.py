"""What is done behind answers: the newest first, not too much of it, and never in anybody's way."""

from __future__ import annotations

import threading
import time
from functools import partial

from segue.app.behind import Behind


def test_the_newest_comes_first_and_the_oldest_go() -> None:
    behind, done, go = Behind(share=0.999, most=3), list[int](), threading.Event()
    behind.put("first", lambda: go.wait(5))
    time.sleep(0.05)  # it is under way
    for i in range(5):
        behind.put(i, partial(done.append, i))
    behind.put(3, lambda: done.append(33))
    go.set()
    while len(done) < 3:
        time.sleep(0.01)
    assert done == [33, 4, 2]
    behind.close()


def test_a_job_that_fails_is_not_the_last() -> None:
    behind, done = Behind(), threading.Event()

    def fails() -> None:
        raise ValueError("no")

    behind.put(1, fails)
    behind.put(2, done.set)
    assert done.wait(5)
    behind.close()
    behind.put(3, fails)  # too late, and not done


def test_it_rests_three_times_as_long_as_it_works() -> None:
    behind, times = Behind(share=0.25), list[float]()

    def work() -> None:
        times.append(time.monotonic())
        until = time.thread_time() + 0.05
        while time.thread_time() < until:
            pass

    for i in range(3):
        behind.put(i, work)
    while len(times) < 3:
        time.sleep(0.01)
    behind.close()
    assert times[2] - times[0] >= 2 * 4 * 0.05 * 0.99
