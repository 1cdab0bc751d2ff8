"""The files that a command reads and writes: refused before the work if they cannot be, and named after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from pfviz.trace import Trace

OUTPUT_FILE = click.Path(dir_okay=False, path_type=Path)
INPUT_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def check_writable(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    """Refuse a folder that is not there before the run, not after it."""
    if value is not None and not value.absolute().parent.is_dir():
        raise click.BadParameter(f"the folder {value.absolute().parent} does not exist", ctx, param)
    return value


@contextmanager
def report_write(screen: Console, path: Path) -> Iterator[None]:
    """Say that a file was written, or why it was not."""
    try:
        yield
    except OSError as error:
        raise click.FileError(str(path), error.strerror) from error
    screen.print(f"Wrote {path}", markup=False)


def write_run(screen: Console, trace: Trace, out: Path | None, html: Path | None) -> None:
    """Write a run as a trace and as a report, to those of the two files that are named."""
    if out is not None:
        with report_write(screen, out):
            trace.save(out)
    if html is not None:
        from pfviz.report.run import to_html

        page = to_html(trace)
        with report_write(screen, html):
            html.write_text(page, encoding="utf-8")
