"""Operators: who may sign in to the console."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.cli.workplace import console, open_workspace, out


def add(name: Annotated[str, typer.Argument(help="What the operator signs in as.")]) -> None:
    """A new operator of the tenant; the password is asked for. With the first one, nobody gets in without a key."""
    from segue.web.operators import Operators

    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    with open_workspace(create=True) as (workspace, tenant):
        Operators(workspace.path).add(name, password, tenant)
    console.print(f"operator {name!r} of {tenant!r} may sign in at /signin", markup=False)


def listing() -> None:
    """The operators there are, each with the tenant."""
    from segue.web.operators import Operators

    with open_workspace() as (workspace, tenant):
        operators = Operators(workspace.path)
        names = operators.names()
    if not names:
        out.print("no operators: `segue serve` prints a token that makes the first")
    for name in names:
        out.print(f"{name}  {operators.tenant(name) or tenant}", markup=False)


def remove(name: Annotated[str, typer.Argument(help="As `segue operators list` shows it.")]) -> None:
    """Take an operator away; sessions end at once."""
    from segue.web.operators import Operators

    with open_workspace() as (workspace, _):
        Operators(workspace.path).remove(name)
    console.print(f"operator {name!r} can no longer sign in", markup=False)
