"""An encoder is loaded once a process, beside whoever asks, and nobody is given half of one."""

import threading

from segue.signals import text


def test_whoever_comes_meanwhile_gets_the_same_thread(monkeypatch):
    go, made = threading.Event(), []

    class Slow:
        name, dimensions = "slow", 1

        def __init__(self) -> None:
            made.append(self)

        def encode(self, _texts):
            assert go.wait(10)

    monkeypatch.setitem(text.ENCODERS, "slow", Slow)
    monkeypatch.setattr(text, "_LOADING", {})
    first, second = text.loading("slow"), text.loading("slow")
    assert first is second
    assert first.is_alive()
    go.set()
    first.join(10)
    assert not text.loading("slow").is_alive()
    assert len(made) == 1


def test_one_that_cannot_be_had_is_told_to_whoever_encodes(monkeypatch):
    monkeypatch.setattr(text, "_LOADING", {})
    one = text.loading("nobody's")
    one.join(10)
    assert not one.is_alive()
