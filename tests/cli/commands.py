"""`pfviz` as it is typed, in this process."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from pfviz.cli import main


def call(*arguments: str | Path) -> Result:
    """What `pfviz ARGUMENTS…` printed, and its exit status."""
    return CliRunner().invoke(main, [*map(str, arguments)])
