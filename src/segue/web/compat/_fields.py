"""Parameters of query and form together, as protocols older than JSON bodies have them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from starlette.requests import Request

from segue.core.errors import InputError
from segue.web.body import read_body

MAX_BODY, MAX_FIELDS = 1 << 20, 5_000


class Missing(InputError):
    """A parameter that has to be there is not."""


class Fields:
    """Parameters of query and form together."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._pairs = pairs

    def pairs(self) -> list[tuple[str, str]]:
        return list(self._pairs)

    def get(self, name: str, default: str = "") -> str:
        return next((value for key, value in self._pairs if key == name), default)

    def all(self, *names: str) -> list[str]:
        return [value for key, value in self._pairs if key in names]

    def need(self, name: str) -> str:
        """A parameter that has to be there, or Missing."""
        value = self.get(name)
        if not value:
            raise Missing(f"Required parameter is missing: {name}")
        return value

    def number(self, name: str, default: int, low: int = 0, high: int = 500) -> int:
        """A whole number, brought between `low` and `high`."""
        text = self.get(name, str(default))
        try:
            return min(max(int(text[:20]), low), high)
        except ValueError:
            raise InputError(f"{name} is no whole number: {text[:40]!r}") from None

    def yes(self, name: str, default: bool) -> bool:
        return self.get(name, str(default)).lower() in ("true", "1")


async def fields_of(request: Request) -> Fields:
    """What query and body say."""
    pairs = list(request.query_params.multi_items())
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "POST" and media == "application/x-www-form-urlencoded":
        body = await read_body(request, MAX_BODY)
        try:
            pairs += parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
        except ValueError:
            raise InputError(f"a form may have {MAX_FIELDS} fields") from None
    return Fields(pairs)
