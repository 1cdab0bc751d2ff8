"""The reference of the command line as Markdown, made from the commands themselves.

    python -m pfviz.cli.reference    # writes docs/cli.md

What is missing there is missing in the help of a command or of an option.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from pfviz.cli import COMMANDS, main

LEAD = """\
# Command line

`pfviz COMMAND --help` prints what stands here, which is made from it (`python -m pfviz.cli.reference`).

A mistake prints one line that says what was expected, and ends with status 2. Ctrl-C ends a command that computes with
status 130, and what was done until then is kept.
"""
FILE = Path(__file__).parents[2] / "docs" / "cli.md"
"""Where it is, in a checkout."""


def render_reference() -> str:
    """Return the page: what all commands have in common, and a section for each command, those of a group too."""
    context = click.Context(main, info_name="pfviz", color=False)
    parts = [LEAD]
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        own = click.Context(command, context, info_name=name)
        parts.append("\n".join(_command_lines(command, own)))
        for inner, subcommand in getattr(command, "commands", {}).items():
            parts.append("\n".join(_command_lines(subcommand, click.Context(subcommand, own, info_name=inner))))
    return "\n".join(parts)


def _command_lines(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"## {context.command_path}\n"
    yield f"    {context.command_path} {' '.join(command.collect_usage_pieces(context))}\n"
    yield from _paragraphs(command.help or "")
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    if options:
        yield "| option | default | |\n|---|---|---|"
        yield from (_option_row(one) for one in options)
        yield ""


def _paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a help text; one that click is told to leave as it is (\\b) is a block of commands."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        first, _, rest = paragraph.partition("\n")
        if first.strip() == "\b":
            yield f"```sh\n{inspect.cleandoc(rest)}\n```\n"
        else:
            yield f"{' '.join(paragraph.split())}\n"


def _option_row(option: click.Option) -> str:
    names = sorted(getattr(option, "shown_opts", option.opts), key=len, reverse=True)
    cells = ", ".join(f"`{name}`" for name in names), _default(option), f"{option.help or ''}{_choices(option)}"
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _default(option: click.Option) -> str:
    """As one would type it; nothing for a flag, and for what is not asked for."""
    if isinstance(option.show_default, str):
        return option.show_default
    value = option.to_info_dict()["default"]
    if value is None or isinstance(value, bool) or value == ():
        return ""
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _choices(option: click.Option) -> str:
    """What may be chosen, with what it means where the word alone does not say it."""
    if not isinstance(option.type, click.Choice):
        return ""
    labels: Mapping[str, str] = getattr(option, "choices", {})
    names: list[Any] = list(option.type.choices)
    said = [
        f"`{name}` ({labels[name]})" if labels.get(name, name).lower() not in (name, "") else f"`{name}`"
        for name in names
    ]
    return f" One of: {', '.join(said)}."


if __name__ == "__main__":
    FILE.write_text(render_reference(), encoding="utf-8")
