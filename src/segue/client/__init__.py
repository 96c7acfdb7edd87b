"""Sending events to a Segue server from any Python program: nothing else of Segue is loaded.

    from segue.client import Producer

    with Producer("http://localhost:8800", "events.sqlite", key="segue_…") as producer:
        producer.put({"type": "play", "listener": "ann", "item": "segue:track:1", "ms_played": 200_000})

An event is on this machine's disk when `put` returns and is sent in the background, again and again until the server
has it. Its id makes that once: sending it twice changes nothing there. Events are numbered, so that the server can
tell which never came (`segue audit`).
"""

from segue.client.buffer import BufferFull
from segue.client.producer import Producer, Stats

__all__ = ["BufferFull", "Producer", "Stats"]
