"""The reference of the command line is what the commands say of themselves."""

from __future__ import annotations

import click
import pytest

from pfviz.cli import COMMANDS, main
from pfviz.cli.reference import FILE, render_reference


def section(name: str) -> str:
    return render_reference().split(f"\n## pfviz {name}\n", 1)[1].split("\n## ", 1)[0]


def test_the_file_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == render_reference(), "run `python -m pfviz.cli.reference`"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_its_row(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    rows = [line for line in section(name).splitlines() if line.startswith("| `")]
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert len(rows) == len(options)
    for row, option in zip(rows, options, strict=True):
        assert f"`{max(getattr(option, 'shown_opts', option.opts), key=len)}`" in row
        assert row.replace("\\|", "").count("|") == 4


def test_a_row_says_default_and_choices_with_their_meaning() -> None:
    rows = section("run")
    assert "| `--particles`, `-n` | `16` | Solutions that are written side by side (N). |" in rows
    assert "| `--tau` | `1` | Softmax temperature" in rows
    assert "`telescoped` (Change of the odds)" in rows
    assert "| `--resume` |  | Go on" in rows
    assert "`always` (After every step), `ess` (When ESS/N is low)." in rows
    assert "| `--limit` | 200, or what there is |" in section("study")
    assert "--warmth" not in render_reference()


def test_examples_are_blocks_of_commands() -> None:
    assert '```sh\npfviz run "Compute (12 + 7) * 3 - 45" --particles 16' in section("run")
    assert "\b" not in render_reference()
