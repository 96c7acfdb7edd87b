"""Sessions that need no store: who it is, signed with the secret of the workspace.

One made with a key ends with that key; one made while the interface was open ends when a key is made.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import msgspec

from segue.web.auth import Caller, Keys, caller_of

MAX = 2_000  # characters that are looked at
_PROCESS = secrets.token_bytes(32)  # where there is no workspace to keep a secret in


def begin(keys: Keys | None, who: Caller, listener: str) -> str:
    """A text that stands for a listener from here on."""
    body = base64.urlsafe_b64encode(msgspec.json.encode([listener, who.key])).decode()
    return f"{body}.{_mac(keys, body)}"


def caller_in(keys: Keys | None, text: str) -> Caller | None:
    """Whom a session stands for; None where it is forged, or its key is gone."""
    body, _, mac = text[:MAX].rpartition(".")
    if not body or not hmac.compare_digest(_mac(keys, body).encode(), mac.encode("utf-8", "replace")):
        return None
    listener, key_id = msgspec.json.decode(base64.urlsafe_b64decode(body), type=tuple[str, str])
    if not key_id:
        open_to_all = caller_of(keys, "")
        return Caller(open_to_all.scopes, listener) if open_to_all else None
    key = next((k for k in keys.all() if k.id == key_id), None) if keys else None
    return Caller(key.scopes, listener, key.id, key.tenant) if key and key.listener in ("", listener) else None


def _mac(keys: Keys | None, body: str) -> str:
    secret = _PROCESS if keys is None else keys.secret()
    return hmac.new(secret, f"session:{body}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
