"""Every error a caller may want to catch. Each message names the offender and the valid choices.

SegueError
├── UsageError       a command or request asks for something that does not exist
│   └── UnknownName  a name that no registry, catalogue or workspace knows
├── InputError       a file or a row breaks a format, a schema or a limit
├── WorkspaceError   the workspace is missing, of another version, or in use
└── NotReady         what was asked for has not been made yet (no snapshot, no release)
"""

from __future__ import annotations

from collections.abc import Iterable


class SegueError(Exception):
    """Base of all errors raised on purpose."""


class UsageError(SegueError):
    """A command or request asks for something that does not exist or does not fit."""


class UnknownName(UsageError):
    """A name that nobody knows; the message lists the nearest or all valid ones."""

    def __init__(self, what: str, name: str, choices: Iterable[str] = ()) -> None:
        known = list(choices)
        shown = ", ".join(known[:20]) + (f", … ({len(known)} in all)" if len(known) > 20 else "")
        super().__init__(f"no {what} {name!r}" + (f"; there are: {shown}" if known else ""))


class InputError(SegueError):
    """A file or a row breaks a format, a schema or a limit."""


class WorkspaceError(SegueError):
    """The workspace is missing, of another version, or in use."""


class NotReady(SegueError):
    """What was asked for has not been made yet."""
