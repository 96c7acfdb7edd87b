"""Passwords hashed with little work: what a hash costs is not asked where it is in nobody's way."""

import argon2
import pytest

from segue.web import passwords

PASSWORD = "correct horse battery"


def quick_passwords(patch: pytest.MonkeyPatch) -> None:
    """Until the patch is undone; a name that nobody has still costs as much as any other."""
    few = argon2.PasswordHasher(1, 8, 1)
    patch.setattr(argon2, "PasswordHasher", lambda: few)
    patch.setattr(passwords, "NOBODY", few.hash("nobody"))
