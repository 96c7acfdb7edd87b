"""One request with events, and what its answer means."""

from __future__ import annotations

import gzip
import http.client
import json
import random
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

WORTH_PACKING = 1_024  # bytes
MAX_ANSWER = 4 << 20
GIVEN_UP = (400, 413)
"""Statuses that say that the request itself is wrong, so that sending all of it again is of no use."""
DENIED = (401, 403)
"""Statuses that say that the key is wrong, whatever the events are."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said; `status` 0: it could not be reached."""

    status: int
    body: Mapping[str, Any]
    retry_after: float = 0.0  # seconds that it asks to wait
    rows: int = 0  # events of the request

    @property
    def taken(self) -> bool:
        """Whether Segue has them: it tells of each. What else answers with success, a page to sign in on perhaps, does
        not."""
        return (
            200 <= self.status < 300
            and self._count("accepted") + self._count("duplicates") + len(self.rejected) == self.rows
        )

    @property
    def rejected(self) -> Sequence[Mapping[str, Any]]:
        """Of the events that it would not take: `index` and `reason`."""
        said = self.body.get("rejected")
        each = said if isinstance(said, list) else []
        return [r for r in each if isinstance(r, dict) and self._is_place(r.get("index"))]

    @property
    def hopeless(self) -> bool:
        """Whether so many events will not be taken, whoever says so."""
        return self.status in GIVEN_UP

    @property
    def ours(self) -> bool:
        """Whether it is Segue that says what is wrong, and not something on the way."""
        said = self.body.get("error")
        return isinstance(said, dict) and isinstance(said.get("code"), str) and isinstance(said.get("message"), str)

    @property
    def denied(self) -> bool:
        return self.status in DENIED

    @property
    def message(self) -> str:
        if 200 <= self.status < 300:
            return "" if self.taken else "what answered does not say what became of each event: is that Segue?"
        said = self.body.get("error")
        return str(said.get("message", "")) if isinstance(said, dict) else ""

    def _count(self, name: str) -> int:
        said = self.body.get(name)
        return said if type(said) is int else 0

    def _is_place(self, index: object) -> bool:
        return type(index) is int and 0 <= index < self.rows


class Post:
    """Requests over one connection that is kept."""

    def __init__(self, url: str, key: str = "", timeout_s: float = 30.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not the address of a server: {url!r}; it looks like http://localhost:8800")
        self._parts, self._timeout = parts, timeout_s
        self._path = parts.path.rstrip("/") + "/v1/events"
        self._key = key
        self._connection: http.client.HTTPConnection | None = None

    def __call__(self, bodies: Sequence[bytes], client: str, first: int, produced: int, sent_at: int) -> Answer:
        body = b"[" + b",".join(bodies) + b"]"
        headers = {
            "content-type": "application/json", "segue-client": quote(client), "segue-first": str(first),
            "segue-produced": str(produced), "segue-sent-at": str(sent_at),
        }  # fmt: skip
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        if len(body) >= WORTH_PACKING:
            body = gzip.compress(body, 1)
            headers["content-encoding"] = "gzip"
        try:
            return self._answer(body, headers, len(bodies))
        except (OSError, http.client.HTTPException) as e:
            self.close()
            return Answer(0, {"error": {"message": str(e) or type(e).__name__}})

    def _answer(self, body: bytes, headers: Mapping[str, str], rows: int) -> Answer:
        if self._connection is None:
            self._connection = self._connect()
        self._connection.request("POST", self._path, body, headers)
        response = self._connection.getresponse()
        said = response.read(MAX_ANSWER)
        if response.will_close or len(said) == MAX_ANSWER:
            self.close()
        try:
            value = json.loads(said)
        except (ValueError, RecursionError):
            value = None
        asked = response.headers.get("retry-after", "")
        wait = float(asked) if asked.isdecimal() and len(asked) < 6 else 0.0
        return Answer(response.status, value if isinstance(value, dict) else {}, wait, rows)

    def _connect(self) -> http.client.HTTPConnection:
        host = self._parts.hostname or ""
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, self._parts.port, timeout=self._timeout, context=context)
        return http.client.HTTPConnection(host, self._parts.port, timeout=self._timeout)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def pause(tries: int, asked: float = 0.0, first_s: float = 0.5, most_s: float = 60.0) -> float:
    """Seconds before the next try: twice as long each time, drawn from the upper half, on top of what was asked for."""
    full = min(most_s, first_s * 2.0 ** min(tries, 30))
    return max(asked, 0.0) + full * (0.5 + 0.5 * random.random())  # noqa: S311
