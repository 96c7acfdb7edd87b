"""The data page as one file to send: style, modules and payload in it, nothing from elsewhere.

Its own content security policy names the style and the script by their hashes, so that a browser runs nothing else.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator

import msgspec
from markupsafe import Markup

from segue import __version__
from segue.checks.report import Payload
from segue.web.pages import ENVIRONMENT, HERE

STYLES = ("base.css", "console.css", "data.css")
NOTHING_ELSE = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'"
ENTRIES = ("theme.js", "sent.js")
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./([\w.]+)";\n', re.M)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class)\W)", re.M)
_NAMES = re.compile(r"^export (?:async )?(?:function|const|class) (\w+)", re.M)


def render(payload: Payload) -> str:
    """The whole page. Whatever the payload holds, nothing in it can end the element that it stands in."""
    style = "\n".join((HERE / "static" / name).read_text(encoding="utf-8") for name in STYLES)
    script = "\n".join(_bundled())
    policy = f"script-src {_hash(script)}; style-src {_hash(style)}; {NOTHING_ELSE}"
    return ENVIRONMENT.get_template("sent.html").render(
        title=payload.title, version=__version__, policy=policy,
        style=Markup(style), script=Markup(script), payload=Markup(_inert(payload)),  # noqa: S704 our own files, and JSON without markup
    )  # fmt: skip


def _inert(payload: Payload) -> str:
    """JSON in which no character means anything to HTML."""
    text = msgspec.json.encode(payload).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _bundled() -> Iterator[str]:
    """The modules of the page in the order in which they need each other, each in a scope of its own."""
    yield "const modules = {};"
    done: dict[str, None] = {}
    for name in ENTRIES:
        yield from _module(name, done)


def _module(name: str, done: dict[str, None]) -> Iterator[str]:
    text = (HERE / "static" / name).read_text(encoding="utf-8")
    done[name] = None
    for _, needed in _IMPORT.findall(text):
        if needed not in done:
            yield from _module(needed, done)
    text, names = _IMPORT.sub(r'const \1 = modules["\2"];\n', text), ", ".join(_NAMES.findall(text))
    yield f'modules["{name}"] = (() => {{\n{_EXPORT.sub("", text)}return {{ {names} }};\n}})();'
