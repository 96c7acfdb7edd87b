"""Operators: who may sign in to the console, and which tenants they may see there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from segue.cli.workplace import console, open_workspace, out

if TYPE_CHECKING:
    from segue.web.rights import Rights

Name = Annotated[str, typer.Argument(help="As `segue operators list` shows it.")]
All = Annotated[bool, typer.Option("--all-tenants", help="All there are and will be, for whoever runs the machine.")]
Some = Annotated[list[str] | None, typer.Argument(metavar="[TENANT]...", help="Tenants.", show_default=False)]


def add(
    name: Annotated[str, typer.Argument(help="What the operator signs in as.")],
    tenants: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TENANT]...",
            help="Whose console is shown, the first one first; without any, that of --tenant.",
            show_default=False,
        ),
    ] = None,
    all_tenants: All = False,
) -> None:
    """A new operator; the password is asked for. With the first one, nobody gets in without a key."""
    from segue.web.operators import Operators

    named = _named(tenants)
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    with open_workspace(create=True) as (workspace, tenant):
        rights = Operators(workspace.path, tenant).add(name, password, named or [tenant], all_tenants)
    _say(name, rights)
    console.print("sign in at /signin")


def listing() -> None:
    """The operators there are, each with the tenants they may see."""
    from segue.web.operators import Operators

    with open_workspace() as (workspace, tenant):
        rights = Operators(workspace.path, tenant).rights()
    if not rights:
        out.print("no operators: `segue serve` prints a token that makes the first")
    for name, has in rights.items():
        out.print(f"{name}  {_told(has)}", markup=False)


def grant(name: Name, tenants: Some = None, all_tenants: All = False) -> None:
    """Let an operator see more tenants; where they are signed in, at once."""
    from segue.web.operators import Operators

    named = _given(tenants, all_tenants)
    with open_workspace() as (workspace, tenant):
        rights = Operators(workspace.path, tenant).grant(name, named, all_tenants)
    _say(name, rights)


def revoke(name: Name, tenants: Some = None, all_tenants: All = False) -> None:
    """Take tenants away from an operator; sessions that look at one of them end at once."""
    from segue.web.operators import Operators

    named = _given(tenants, all_tenants)
    with open_workspace() as (workspace, tenant):
        rights = Operators(workspace.path, tenant).revoke(name, named, all_tenants)
    _say(name, rights)


def remove(name: Name) -> None:
    """Take an operator away; sessions end at once."""
    from segue.web.operators import Operators

    with open_workspace() as (workspace, _):
        Operators(workspace.path).remove(name)
    console.print(f"operator {name!r} can no longer sign in", markup=False)


def _named(tenants: list[str] | None) -> list[str]:
    from segue.core.errors import UsageError

    if not all(tenant.strip() for tenant in tenants or []):
        raise UsageError("a tenant has a name")
    return tenants or []


def _given(tenants: list[str] | None, all_tenants: bool) -> list[str]:
    from segue.core.errors import UsageError

    if not tenants and not all_tenants:
        raise UsageError("say which tenants, after the operator's name, or --all-tenants")
    return _named(tenants)


def _say(name: str, rights: Rights) -> None:
    console.print(f"operator {name!r} may see {_told(rights)}", markup=False)


def _told(rights: Rights) -> str:
    if rights.everywhere:
        return f"all tenants, {rights.tenants[0]} first"
    return ", ".join(rights.tenants)
