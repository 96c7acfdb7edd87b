"""The door: which requests come in at all, and what every answer carries.

Without keys the server is for this machine's own browser. Another site in that browser must then neither read nor
write: the Host check stops DNS rebinding, Origin and Sec-Fetch-Site stop cross-site requests. Pages elsewhere that the
settings name (`origins`) may call `/v1/…` with a key, and with nothing else: their cookies are taken away at the door.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segue.web.reply import error

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_QUERY = 16_384  # bytes of a path or of a query string
MAX_HEADERS = 32_768  # bytes of all headers together
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
ALWAYS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with no-referrer a form's Origin would be null
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
ELSEWHERE = "segue_elsewhere"
"""In the scope of a request from a page elsewhere: where that is."""
SCRIPT = "/static/segue.js"
PREFLIGHT = {
    "access-control-allow-methods": "GET, POST, PUT, DELETE",
    "access-control-allow-headers": "authorization, content-type, content-encoding, segue-client, segue-first, "
    "segue-produced, segue-sent-at",
    "access-control-max-age": "600",
}
"""What a browser asks before a page elsewhere may call. That cookies count is not among it."""
TOLD_ELSEWHERE = "retry-after, x-request-id"
"""Headers of answers that a page elsewhere may read."""


def host_name(host: str) -> str:
    """The name in a Host header, lower case, without port or brackets; empty where it is malformed."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether an address to bind to is reached from this machine only."""
    name = host.strip("[]").lower()
    return name in LOOPBACK or (name.startswith("127.") and name.replace(".", "").isdigit())


def is_address(host: str) -> bool:
    """Whether a host is an IP address and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class Guard:
    """ASGI middleware. `hosts` are the names the server answers to; None: any (only ever with keys).

    `numeric`: addresses in digits, too, which no other site's name can be made to mean. `origins`: where pages come
    from that may call from elsewhere.
    """

    def __init__(
        self, app: ASGIApp, hosts: Iterable[str] | None = (), numeric: bool = False, origins: Iterable[str] = ()
    ) -> None:
        self.app, self.numeric, self.origins = app, numeric, frozenset(origins)
        self.hosts = None if hosts is None else LOOPBACK | {h.strip("[]").lower() for h in hosts}

    def refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """Status and reason where a request must not come in."""
        if len(scope["query_string"]) > MAX_QUERY or len(scope.get("raw_path") or b"") > MAX_QUERY:
            return HTTPStatus.REQUEST_URI_TOO_LONG, f"an address may have {MAX_QUERY} bytes"
        if sum(len(k) + len(v) for k, v in headers.raw) > MAX_HEADERS:
            return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"headers may have {MAX_HEADERS} bytes"
        host = headers.get("host", "")
        name = host_name(host)
        if self.hosts is not None and name not in self.hosts and not (self.numeric and is_address(name)):
            return HTTPStatus.MISDIRECTED_REQUEST, (
                f"this server does not answer to {host[:100]!r}; it answers to {', '.join(sorted(self.hosts))} "
                "(segue serve --allow-host NAME adds one)"
            )
        if self.elsewhere(scope, headers):
            return None
        site, mode = headers.get("sec-fetch-site", "none"), headers.get("sec-fetch-mode", "")
        if scope["method"] not in {"GET", "HEAD"} or not (mode == "navigate" and not scope["path"].startswith("/v1")):
            if site not in {"none", "same-origin"}:
                return HTTPStatus.FORBIDDEN, f"a page of another site ({site}) may not call this server"
            origin = headers.get("origin")
            if origin is not None and not _same(origin, host):
                return HTTPStatus.FORBIDDEN, f"a page of {origin[:100]!r} may not call this server"
        return None

    def elsewhere(self, scope: Scope, headers: Headers) -> str:
        """Where the page elsewhere comes from that calls what it may call; "" of any other request."""
        origin = headers.get("origin", "")
        named = origin in self.origins and not _same(origin, headers.get("host", ""))
        return origin if named and _for_all(scope["path"]) else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(("/v1", "/api")):
                    headers.setdefault("cache-control", "no-store")
                if self.origins and _for_all(scope["path"]):
                    headers.add_vary_header("origin")
                if elsewhere:
                    headers["access-control-allow-origin"] = elsewhere
                    headers["access-control-expose-headers"] = TOLD_ELSEWHERE
            await send(message)

        asked = Headers(scope=scope)
        refused, elsewhere = self.refusal(scope, asked), self.elsewhere(scope, asked)
        if elsewhere:
            scope[ELSEWHERE] = elsewhere
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
        if refused is not None:
            await error(*refused)(scope, receive, dressed)
        elif elsewhere and scope["method"] == "OPTIONS" and "access-control-request-method" in asked:
            await Response(None, HTTPStatus.NO_CONTENT, PREFLIGHT)(scope, receive, dressed)
        else:
            await self.app(scope, receive, dressed)


def _for_all(path: str) -> bool:
    """Whether pages elsewhere may call an address at all."""
    return path.startswith("/v1/") or path == SCRIPT


def _same(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower()
