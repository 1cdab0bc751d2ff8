"""Every command and option has help, and docs/cli.md is made from it."""

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

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def command(name: str) -> click.Command:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    return found


def commands() -> dict[str, click.Command]:
    """Each by what is typed, those of a group too."""
    found = {name: command(name) for name in COMMANDS}
    groups = {name: one.commands for name, one in found.items() if isinstance(one, click.Group)}
    return found | {f"{name} {inner}": one for name, group in groups.items() for inner, one in group.items()}


def options() -> list[tuple[str, click.Option]]:
    return [(name, p) for name, one in commands().items() for p in one.params if isinstance(p, click.Option)]


def call(*arguments: str) -> str:
    return CliRunner().invoke(main, list(arguments)).output


def test_the_commands_are_those_of_the_architecture() -> None:
    assert {"run", "show", "runs", "serve", "models", "study", "diagnose"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    assert command(name).help
    assert COMMANDS[name].help_line in call("--help")


def test_every_command_of_a_group_has_help() -> None:
    assert [name for name, one in commands().items() if not one.help] == []


def test_every_option_has_help() -> None:
    assert [f"pfviz {name} {option.opts[0]}" for name, option in options() if not option.help] == []


def test_no_document_names_an_option_that_is_not_there() -> None:
    known = {opt for _, option in options() for opt in option.opts}
    for document in (README, (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")):
        assert set(re.findall(r"`(--[\w-]+)`", document)) <= known


def test_the_version() -> None:
    assert call("--version").strip().endswith(pfviz.__version__)


def test_the_command_is_installed() -> None:
    script = Path(sys.executable).parent / "pfviz"
    done = subprocess.run([script, "--help"], capture_output=True, text=True, check=True)
    assert "Commands:" in done.stdout
