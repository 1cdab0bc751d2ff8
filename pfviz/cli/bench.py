"""`pfviz bench`: the command of the benchmarks, which come with a checkout and are not in the installed package."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click

CHECKOUT = Path(__file__).parents[2]


def find_command() -> click.Command:
    """Return the command of the benchmarks, or one in its place that says where they are.

    An installed script does not look for packages in the checkout that it runs, so the checkout is put on the path.
    """
    ours = CHECKOUT / "benchmarks" / "__init__.py"
    if not (ours.is_file() and (CHECKOUT / "pyproject.toml").is_file()):
        return missing
    spec = find_spec("benchmarks")
    if spec is None or spec.origin is None or not ours.samefile(spec.origin):
        sys.path.insert(0, str(CHECKOUT))
    command: click.Command = import_module("benchmarks.command").bench
    return command


@click.command(name="bench", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def missing(arguments: tuple[str, ...]) -> None:
    """Say how the benchmarks are run."""
    raise click.ClickException(
        "The benchmarks come with the source checkout of pfviz, not with the installed package: "
        "in a checkout, run `python -m benchmarks --help`."
    )


bench = find_command()
