"""`pfviz diagnose` as it is typed, on a folder of invented runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from click.testing import Result

from tests.cli import commands
from tests.lab.diagnosed import runs


def call(*arguments: str | Path) -> Result:
    """What `pfviz diagnose ARGUMENTS…` printed, and its exit status."""
    return commands.call("diagnose", *arguments)


def said(result: Result) -> str:
    """What was printed on either stream, on one line."""
    return " ".join((result.stdout + result.stderr).split())


def saved(place: Path, **settings: Any) -> Path:
    """A new folder of ten runs."""
    place.mkdir()
    for k, trace in enumerate(runs(**settings)):
        trace.save(place / f"run-{k:02}.json")
    return place
