"""Operators at the command line: what each may see, given and taken away."""

import pytest
from tests.web.quick import quick_passwords

from segue.cli import _hoisted, main
from segue.core.errors import UsageError
from segue.store.workspace import Workspace
from segue.web.operators import Operators


@pytest.fixture
def segue(tmp_path, monkeypatch, capfd):
    """Runs a command in a workspace: (exit status, all that it said)."""
    quick_passwords(monkeypatch)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "correct horse battery")
    monkeypatch.setenv("SEGUE_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("SEGUE_TENANT", "default")
    Workspace.create(tmp_path).close()

    def run(*words):
        monkeypatch.setenv("SEGUE_TENANT", "default")
        with pytest.raises(SystemExit) as left:
            main(list(words))
        said = capfd.readouterr()
        return left.value.code, " ".join((said.out + said.err).split())

    return run


def test_what_an_operator_may_see_is_given_and_taken_away(segue, tmp_path):
    assert "'ada' may see acme, zeta" in segue("operators", "add", "ada", "acme", "zeta")[1]
    assert "'eve' may see acme" in segue("operators", "add", "eve", "--tenant", "acme")[1]
    assert "'root' may see all tenants, default first" in segue("operators", "add", "root", "--all-tenants")[1]
    assert segue("operators", "list")[1] == "ada acme, zeta eve acme root all tenants, default first"
    operators = Operators(tmp_path)
    session = operators.new_session("ada")
    assert "'ada' may see zeta" in segue("operators", "revoke", "ada", "acme")[1]
    assert operators.session(session) is None
    assert "'eve' may see acme, default" in segue("operators", "grant", "eve", "default")[1]
    assert "acme 0 events 0 listeners 0 keys 2 operators" in segue("tenants")[1]
    assert "'root' may see default" in segue("operators", "revoke", "root", "--all-tenants")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [(("grant", "ada"), "say which"), (("revoke", "ada"), "say which"), (("revoke", "ada", "zeta"), "acme"),
     (("revoke", "ada", "acme"), "no tenant"), (("grant", "bob", "acme"), "ada"), (("grant", "ada", " "), "a name"),
     (("add", "bob", "--tenant", "acme", "--tenant", "zeta"), "given twice")],
)  # fmt: skip
def test_what_cannot_be_is_said_and_changes_nothing(segue, words, said):
    segue("operators", "add", "ada", "acme")
    status, text = segue("operators", *words)
    assert (status, said in text) == (2, True), text
    assert segue("operators", "list")[1] == "ada acme"


def test_a_line_names_one_tenant(monkeypatch):
    monkeypatch.setenv("SEGUE_TENANT", "default")
    assert _hoisted(["--tenant", "a", "home", "me", "--tenant=a"]) == ["home", "me"]
    with pytest.raises(UsageError):
        _hoisted(["home", "me", "--tenant", "a", "--tenant", "b"])
