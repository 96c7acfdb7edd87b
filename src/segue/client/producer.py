"""Put events in, have them sent."""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from segue.client.buffer import Buffer, BufferFull, Fsync
from segue.client.posting import Answer, Post, pause

WhenFull = Literal["drop-oldest", "drop-new", "wait", "raise"]
POLICIES = ("drop-oldest", "drop-new", "wait", "raise")
LONGEST_CLIENT = 200  # characters that the server takes
Event = Mapping[str, Any]
log = logging.getLogger("segue.client")


@dataclass(slots=True)
class Stats:
    """What became of the events of this producer since it was opened."""

    put: int = 0
    accepted: int = 0
    duplicates: int = 0  # the server had them
    refused: int = 0  # the server keeps them as dead letters
    dropped: int = 0  # for want of room here; the audit shows them as a gap
    requests: int = 0
    retries: int = 0


class Producer:
    """Buffers events on disk and sends them in the background. Safe for several threads.

    `buffer` is a file of this producer alone. `most_bytes` bounds it; `when_full` says what happens then: the oldest
    event goes, the new one goes, `put` waits, or it raises BufferFull. `fsync`: see `segue.client.buffer`.
    `on_refused(event, reason)` is told, on the sending thread, of each event that the server would not take.

    A key that the server does not know, or that may not send events, loses nothing: everything waits in the file and is
    tried again. `on_denied(reason)` is told once, on the sending thread, when that begins, and the log has it as an
    error; `trouble` says it as long as it lasts.
    """

    def __init__(
        self,
        url: str,
        buffer: str | Path,
        key: str = "",
        *,
        client: str = "",
        batch: int = 500,
        linger_s: float = 0.2,
        most_bytes: int = 64 << 20,
        when_full: WhenFull = "drop-oldest",
        fsync: Fsync = "each",
        timeout_s: float = 30.0,
        on_refused: Callable[[dict[str, Any], str], None] | None = None,
        on_denied: Callable[[str], None] | None = None,
    ) -> None:
        if when_full not in POLICIES:
            raise ValueError(f"no policy {when_full!r}; there are: {', '.join(POLICIES)}")
        if not 1 <= batch <= 1_000:
            raise ValueError(f"a request has 1 to 1000 events, not {batch}")
        if len(client) > LONGEST_CLIENT or "\0" in client:
            raise ValueError(f"a client's name has at most {LONGEST_CLIENT} characters, and no NUL")
        self._post = Post(url, key, timeout_s)
        self._buffer = Buffer(Path(buffer), fsync)
        self.client = client or self._buffer.client
        self._batch, self._linger = batch, linger_s
        self._most, self._policy = most_bytes, when_full
        self._on_refused, self._on_denied = on_refused, on_denied
        self.stats = Stats()
        self._changed = threading.Condition()
        self._stopping = self._hurried = False
        self._last: Answer | None = None
        self._tries, self._at_once, self._denied = 0, batch, False  # of the sending thread
        self._thread = threading.Thread(target=self._run, name="segue-producer", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def waiting(self) -> int:
        """Events not yet sent."""
        return self._buffer.count

    @property
    def trouble(self) -> str:
        """Why the last request failed; empty where it did not."""
        last = self._last
        return "" if last is None or last.taken else f"{last.status or 'no answer'}: {last.message}"

    def put(self, event: Event) -> str:
        """Keep one event, to be sent; its id. What it leaves out is filled in: `id`, and `at` (now)."""
        return self.put_all([event])[0]

    def put_all(self, events: Iterable[Event]) -> list[str]:
        """The same for several at once, with one write to the disk: their ids, in order."""
        made = [self._made(event) for event in events]
        bodies = [json.dumps(e, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() for e in made]
        with self._changed:
            if self._stopping:
                raise ValueError("this producer is closed")
            if self._room(sum(map(len, bodies)), len(bodies)):
                self._buffer.add(bodies)
                self.stats.put += len(bodies)
                self._changed.notify_all()
        return [str(e["id"]) for e in made]

    def _made(self, event: Event) -> dict[str, Any]:
        made = dict(event)
        made.setdefault("id", uuid.uuid4().hex)
        made.setdefault("at", int(time.time() * 1000))
        return made

    def _room(self, size: int, count: int) -> bool:
        """Whether so many bytes may come in. Under the lock, which `wait` lets go of."""
        if size > self._most:
            raise BufferFull(f"{size} bytes of events are more than the whole buffer may hold ({self._most})")
        while self._buffer.size + size > self._most:
            if self._policy == "raise":
                raise BufferFull(f"{self._buffer.count} events ({self._buffer.size} bytes) wait to be sent")
            if self._policy == "drop-new":
                self.stats.dropped += count
                return False
            if self._policy == "wait":
                self._changed.wait()
                if self._stopping:
                    raise ValueError("this producer is closed")
                continue
            first, bodies, _ = self._buffer.oldest(self._batch, max(1, self._buffer.size + size - self._most))
            self.stats.dropped += self._buffer.remove(first, len(bodies))
        return True

    def flush(self, timeout_s: float = 30.0) -> bool:
        """Send what waits now; whether all of it went within the time."""
        end = time.monotonic() + timeout_s
        with self._changed:
            self._hurried = True
            self._changed.notify_all()
            while self._buffer.count and (left := end - time.monotonic()) > 0:
                self._changed.wait(left)
            self._hurried = False
            return not self._buffer.count

    def close(self, timeout_s: float = 10.0) -> bool:
        """Flush and stop; whether all went. What did not waits in the file for the next producer that opens it."""
        done = self.waiting == 0 if self._stopping else self.flush(timeout_s)
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        if not self._thread.is_alive():
            self._buffer.close()
        self._post.close()
        return done

    # --- the sending thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        while self._wait_for_events():
            try:
                self._send()
            except Exception:  # a full disk under the buffer, for one: what is sent twice is kept once
                log.exception("events wait")
                self._again()

    def _send(self) -> None:
        """One request, and what follows from its answer."""
        first, bodies, produced = self._buffer.oldest(self._at_once, 4 << 20)
        if not bodies:
            return
        answer = self._last = self._post(bodies, self.client, first, produced, int(time.time() * 1000))
        self.stats.requests += 1
        if answer.taken:
            self._remove(first, len(bodies))
            self._count(answer, bodies)
            self._tries, self._at_once, self._denied = 0, self._batch, False
        elif answer.hopeless and len(bodies) > 1:
            self._at_once = max(1, len(bodies) // 2)  # until the one that is wrong is alone
        elif answer.hopeless and answer.ours:
            self._remove(first, 1)
            self._refuse(bodies[0], answer.message)
            self._tries, self._at_once = 0, self._batch
        else:
            if answer.denied and not self._denied:
                self._denied = True
                self._deny()
            elif not self._tries:
                log.warning("events cannot be sent, they wait: %s", self.trouble)
            self._again(answer.retry_after)

    def _again(self, asked_s: float = 0.0) -> None:
        """Wait before the next try, longer each time."""
        self.stats.retries += 1
        self._sleep(pause(self._tries, asked_s))
        self._tries += 1

    def _wait_for_events(self) -> bool:
        """Until a batch is full, or has waited long enough; False where it is time to stop."""
        with self._changed:
            while not self._buffer.count and not self._stopping:
                self._changed.wait()
            end = time.monotonic() + self._linger
            while (
                self._buffer.count < self._batch and not (self._hurried or self._stopping)
                and (left := end - time.monotonic()) > 0
            ):  # fmt: skip
                self._changed.wait(left)
            return not self._stopping

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        with self._changed:
            while not self._stopping and (left := end - time.monotonic()) > 0:
                self._changed.wait(left)

    def _remove(self, first: int, count: int) -> None:
        with self._changed:
            self._buffer.remove(first, count)
            self._changed.notify_all()

    def _count(self, answer: Answer, bodies: list[bytes]) -> None:
        self.stats.accepted += int(answer.body.get("accepted", 0))
        self.stats.duplicates += int(answer.body.get("duplicates", 0))
        for one in answer.rejected:
            self._refuse(bodies[one["index"]], str(one.get("reason", "")))

    def _refuse(self, body: bytes, reason: str) -> None:
        self.stats.refused += 1
        log.warning("the server refused an event: %s", reason)
        if self._on_refused is not None:
            try:
                self._on_refused(json.loads(body), reason)
            except Exception:  # of somebody else's code: it must not end the sending
                log.exception("on_refused failed")

    def _deny(self) -> None:
        log.error("the server does not take this producer's key, all events wait: %s", self.trouble)
        if self._on_denied is not None:
            try:
                self._on_denied(self.trouble)
            except Exception:  # as above
                log.exception("on_denied failed")
