"""Every command and option has help, and the README knows it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import pfviz
from pfviz.cli import COMMANDS, main

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def command(name: str) -> click.Command:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    return found


def options() -> list[tuple[str, click.Option]]:
    return [(name, p) for name in COMMANDS for p in command(name).params if isinstance(p, click.Option)]


def call(*arguments: str) -> str:
    return CliRunner().invoke(main, list(arguments)).output


def test_the_commands_are_those_of_the_architecture() -> None:
    assert set(COMMANDS) == {"run", "show", "serve", "models", "study", "diagnose", "bench", "train-tiny"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_is_in_the_readme(name: str) -> None:
    assert command(name).help
    assert f"\n`pfviz {name}" in README
    assert COMMANDS[name].help_line in call("--help")


def test_every_option_has_help() -> None:
    assert [f"pfviz {name} {option.opts[0]}" for name, option in options() if not option.help] == []


def test_every_option_is_in_the_readme() -> None:
    missing = []
    for name, option in options():
        section = README.split(f"\n`pfviz {name}", 1)[-1].split("\n`pfviz ", 1)[0].split("\n## ", 1)[0]
        if f"`{max(option.opts, key=len)}`" not in section:
            missing.append(f"pfviz {name} {option.opts[0]}")
    assert missing == []


def test_the_readme_names_no_option_that_is_not_there() -> None:
    section = README.split("## From the command line", 1)[1].split("\n## ", 1)[0]
    known = {opt for _, option in options() for opt in option.opts}
    assert set(re.findall(r"`(--[\w-]+)`", section)) <= known


def test_the_version() -> None:
    assert call("--version").strip().endswith(pfviz.__version__)


def test_the_command_is_installed() -> None:
    script = Path(sys.executable).parent / "pfviz"
    done = subprocess.run([script, "--help"], capture_output=True, text=True, check=True)
    assert "Commands:" in done.stdout
