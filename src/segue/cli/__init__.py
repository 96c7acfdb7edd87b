"""segue on the command line. Each command is a line or two over the jobs and the service."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from segue.core.errors import SegueError, UsageError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command. An error made on purpose is one line on stderr and exit status 2."""
    try:
        given = _hoisted(list(sys.argv[1:] if arguments is None else arguments))
        from segue.cli.commands import make_app

        make_app(importing="import" in given)(args=given, prog_name="segue")
    except SegueError as e:
        _complain(str(e))
        sys.exit(2)
    except KeyboardInterrupt:
        _complain("stopped; what was acknowledged is kept")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


def _complain(text: str) -> None:
    from rich.text import Text

    from segue.cli.workplace import console

    console.print(Text.assemble(("segue: ", "bold red"), text))


def _hoisted(arguments: list[str]) -> list[str]:
    """`--workspace W` and `--tenant T` may stand anywhere on the line; they become SEGUE_WORKSPACE and SEGUE_TENANT.

    UsageError where a line names two tenants: it would be done for one of them, and who says so may mean both.
    """
    rest: list[str] = []
    tenants: set[str] = set()
    words = iter(arguments)
    for word in words:
        flag, equals, value = word.partition("=")
        if word == "--":
            return [*rest, word, *words]
        if flag in ("--workspace", "--tenant"):
            given = value if equals else next(words, None)
            if given is None:
                return [*rest, word]  # the parser says what is missing
            if flag == "--tenant" and tenants - {given}:
                raise UsageError("a command is of one tenant: --tenant is given twice")
            tenants |= {given} if flag == "--tenant" else set()
            os.environ[f"SEGUE_{flag[2:].upper()}"] = given
        else:
            rest.append(word)
    return rest
