"""The tenants of a workspace."""

from __future__ import annotations

from segue.cli.workplace import open_workspace, out


def tenants() -> None:
    """Whose data there is: events, listeners, keys, operators, and the release that serves.

    A tenant is made by the first that is done in its name: an import, an event, or a key (--tenant NAME).
    """
    from segue.runs.releases import standing
    from segue.web.auth import Keys

    with open_workspace() as (workspace, own):
        keys = Keys(workspace.path, own)
        opened = [key.tenant or own for key in keys.all()]
        rights = keys.operators.rights().values()
        known = keys.tenants(workspace.database.tenants())
        for name in known:
            seen = sum(has.allow(name) for has in rights)
            listeners = workspace.catalogue.listener_count(name)
            out.print(
                f"{name}  {workspace.log.count(name):,} events  {listeners:,} listeners  {opened.count(name)} keys  "
                f"{seen} operators  {standing(workspace.path, name)[0] or 'no release'}"
                f"{'  (this one, where none is named)' if name == own else ''}",
                markup=False, soft_wrap=True,
            )  # fmt: skip
    if not known:
        out.print("no tenants: nothing was imported yet")
