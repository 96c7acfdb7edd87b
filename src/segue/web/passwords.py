"""Passwords of operators: kept by argon2id (RFC 9106) with the defaults of its library."""

from __future__ import annotations

import unicodedata

from segue.core.errors import UsageError

SHORTEST, LONGEST = 10, 1_000  # characters
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c2VndWVzZWd1ZXNlZ3VlZQ$0000000000000000000000000000000000000000000"
"""A hash of nothing: a name that nobody has takes as long as a wrong password."""


def composed(password: str) -> str:
    """One form of it, whatever way it was typed; UsageError where it cannot be one."""
    password = unicodedata.normalize("NFKC", password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"a password has {SHORTEST} to {LONGEST:,} characters, this one has {len(password)}")
    return password


def hashed(password: str) -> str:
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def verified(kept: str | None, password: str) -> bool:
    """Whether a password is the one that was kept; None was kept of nobody, and takes as long."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(kept or NOBODY, unicodedata.normalize("NFKC", password[:LONGEST])) and bool(kept)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
