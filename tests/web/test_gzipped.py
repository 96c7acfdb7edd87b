"""Bodies that come compressed: however they are put together, unpacking them takes no longer than their length says."""

import gzip
import json
import random
import threading
import time

import pytest

from segue.core.errors import InputError
from segue.web import gzipped
from segue.web.api import events
from segue.web.gzipped import gunzip
from segue.web.inbox import INLINE
from segue.web.reply import TooLarge

NOISE = random.Random(0).randbytes(20_000)


def saves(n):
    return [{"type": "save", "id": f"e{i}", "listener": "ann", "at": 1_700_000_000_000, "item": "segue:track:1"}
            for i in range(n)]  # fmt: skip


@pytest.mark.parametrize("piece", [1, 7, 100, gzipped.PIECE])
def test_members_are_read_one_after_another(monkeypatch, piece):
    monkeypatch.setattr(gzipped, "PIECE", piece)
    parts = [b"", b"one", b"", NOISE, bytes(100_000), b"end"]
    packed = b"".join(map(gzip.compress, parts))
    assert gunzip(packed, 1 << 20) == b"".join(parts)
    whole = len(b"".join(parts))
    assert len(gunzip(packed, whole)) == whole
    with pytest.raises(TooLarge):
        gunzip(packed, whole - 1)
    for broken in (packed[:-1], packed + b"x", packed + b"\x1f", packed[:-8] + bytes(8), NOISE):
        with pytest.raises(InputError, match="gzip"):
            gunzip(broken, 1 << 20)
    assert gunzip(b"", 10) == b""


def test_many_members_take_no_longer_than_their_length_says():
    empty = gzip.compress(b"")
    packed = empty * ((2 << 20) // len(empty))
    begun = time.process_time()
    assert gunzip(packed, 10 << 20) == b""
    assert time.process_time() - begun < 1.5  # 0.3; it was 3.2, and twenty-five times that for 10 MB


@pytest.mark.parametrize(("n", "there"), [(3, "loop"), (1_000, "thread")])
def test_what_holds_more_than_it_seems_is_unpacked_on_a_thread(client, monkeypatch, n, there):
    unpacked = []

    def noted(body, limit):
        plain = gunzip(body, limit)
        unpacked.append((threading.current_thread() is threading.main_thread(), len(plain)))
        return plain

    monkeypatch.setattr(events, "gunzip", noted)
    body = json.dumps(saves(n)).encode()
    packed = gzip.compress(body)
    assert len(packed) <= INLINE
    answer = client.post("/v1/events", content=packed, headers={"content-encoding": "gzip"})
    assert answer.json()["accepted"] == n
    assert unpacked == [(there == "loop", len(body))]
