import sqlite3
import tomllib
from pathlib import Path

import pytest

from segue.core.errors import InputError, WorkspaceError
from segue.core.settings import FILE, Settings
from segue.store.sqlite import DATABASE
from segue.store.workspace import Workspace, settings_page


def test_create_twice_keeps_what_is_there(tmp_path: Path):
    Workspace.create(tmp_path / "a" / "b").close()
    (tmp_path / "a" / "b" / FILE).write_text("seal_rows = 7\n")
    with Workspace.create(tmp_path / "a" / "b") as again:
        assert again.settings.seal_rows == 7
        assert again.path == tmp_path / "a" / "b"


def test_settings_page_says_every_setting_with_its_default():
    lines = [line.removeprefix("# ") for line in settings_page().splitlines() if " = " in line]
    said = tomllib.loads("\n".join(lines))
    assert Settings(**said) == Settings()
    assert list(said) == list(Settings.model_fields)


def test_missing_workspace_names_the_command(tmp_path: Path):
    with pytest.raises(WorkspaceError, match="segue init"):
        Workspace.open(tmp_path)


def test_a_file_is_no_workspace(tmp_path: Path):
    (tmp_path / "f").write_text("")
    with pytest.raises(WorkspaceError, match="is a file"):
        Workspace.create(tmp_path / "f")


def test_another_version_is_refused(tmp_path: Path):
    Workspace.create(tmp_path).close()
    other = sqlite3.connect(tmp_path / DATABASE)
    other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(WorkspaceError, match="version 99, newer than this program"):
        Workspace.open(tmp_path)


def test_a_broken_database_is_named(tmp_path: Path):
    (tmp_path / DATABASE).write_bytes(b"no database" * 100)
    with pytest.raises(WorkspaceError, match="not a database"):
        Workspace.open(tmp_path)


def test_a_wrong_setting_is_named(tmp_path: Path):
    Workspace.create(tmp_path).close()
    (tmp_path / FILE).write_text("seel_rows = 7\n")
    with pytest.raises(InputError, match="seel_rows"):
        Workspace.open(tmp_path)


def test_tenants_of_which_nothing_is_stored_share_no_folder(tmp_path: Path):
    with Workspace.create(tmp_path) as workspace:
        places = {workspace.derived("checks", name) for name in ("a", "b", "../../c")}
        assert len(places) == 3
        assert {place.parent for place in places} == {tmp_path / "checks"}
        with workspace.database.write():
            number = workspace.database.tenant("a", create=True)
        assert workspace.derived("checks", "a") == tmp_path / "checks" / str(number)
