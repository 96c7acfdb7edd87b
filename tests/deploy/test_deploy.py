"""What runs Segue elsewhere says only what Segue understands, and lets it do no more than it needs."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from segue.cli.commands import make_app
from segue.web.api.health import RESOURCES, live

ROOT = Path(__file__).parents[2]
UNIT, CONTAINER = ROOT / "deploy" / "segue.service", ROOT / "deploy" / "Containerfile"
LEARNING, TIMER = ROOT / "deploy" / "segue-train.service", ROOT / "deploy" / "segue-train.timer"
HOW_TO = (ROOT / "docs" / "how-to.md").read_text()


def parses(words: list[str]) -> bool:
    """Whether the command line knows a command and all of its options, without running it."""
    command: Any = typer.main.get_command(make_app(importing=False))
    while hasattr(command, "commands"):
        command = command.commands[words[0]]
        words = words[1:]
    command.make_context("segue", list(words))
    return True


@pytest.mark.parametrize(("unit", "count"), [(UNIT, 2), (LEARNING, 2)])
def test_the_units_start_commands_that_there_are(unit: Path, count: int):
    commands = re.findall(r"^ExecStart\w*=/opt/segue/\.venv/bin/segue (.*)$", unit.read_text(), re.M)
    assert len(commands) == count
    assert all(parses(c.split()) for c in commands)


def test_learning_is_held_as_the_server_is():
    def shut(unit: Path) -> list[str]:
        block = unit.read_text().partition("# It writes to its workspace alone")[2].partition("[Install]")[0]
        return [line for line in block.splitlines() if re.match(r"[A-Z]\w+=", line)]

    assert shut(LEARNING)
    assert [x for x in shut(UNIT) if x not in shut(LEARNING)] == ["MemoryDenyWriteExecute=yes"]


def test_the_container_starts_a_command_that_there_is():
    text = CONTAINER.read_text()
    (command,) = re.findall(r"^CMD (\[.*\])$", text, re.M)
    assert parses(json.loads(command))
    assert "RUN ./run setup" in text  # as the README does
    assert "./run" in (ROOT / "README.md").read_text()
    told = re.findall(r"segue:/workspace segue ([a-z].*)$", text, re.M)
    assert told
    assert all(parses(t.split()) for t in told)


def test_the_container_is_asked_whether_it_lives_by_an_address_that_there_is():
    """Before the first release, too, when it takes events and /api/health is 503."""
    (asked,) = re.findall(r"http://127\.0\.0\.1:8800(/[\w/]+)", CONTAINER.read_text().partition("HEALTHCHECK")[2])
    assert [r.answer for r in RESOURCES if r.path == asked] == [live]


@pytest.mark.parametrize("file", [UNIT, CONTAINER])
def test_the_how_to_shows_what_the_files_say(file: Path):
    lines = [x.removeprefix("#").strip() for x in file.read_text().splitlines() if re.match(r"#   (docker|cp|git)", x)]
    assert lines
    assert [x for x in lines if x not in HOW_TO] == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("of", [UNIT, LEARNING])
def test_systemd_understands_the_units_and_finds_them_shut(of: Path, tmp_path: Path):
    unit = tmp_path / of.name
    unit.write_text(of.read_text().replace("/opt/segue/.venv/bin/segue", sys.executable))
    shutil.copy(TIMER, tmp_path)
    (tmp_path / "segue-train.service").touch()
    with_timer = [unit] if of == UNIT else [unit, tmp_path / TIMER.name]
    verified = subprocess.run(["systemd-analyze", "verify", *with_timer], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    looked = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=13", unit], capture_output=True, text=True
    )
    assert looked.returncode == 0, looked.stdout[-200:]  # an exposure of at most 1.3 of 10
