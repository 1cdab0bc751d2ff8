"""The line over the pictures while a file holds more than what is shown; what is said of one that cannot be read."""

from __future__ import annotations

from pfviz.errors import TraceError, UnknownFormatError
from pfviz.page.components.html import error_banner, fill
from pfviz.page.forms.columns_form import columns_form
from pfviz.page.state.opened_file import OpenedFile


def file_bar(opened: OpenedFile | None) -> str:
    """Return the form of a table's columns before it opens; after it, or for a file of many runs, which of them is
    shown and the ways to the others; empty for a file with a single run."""
    if opened is None:
        return ""
    if opened.is_asking:
        return columns_form(opened)
    if opened.total == 1 and opened.guess is None:
        return ""
    runs = len(opened.traces)
    return fill(
        "run/file_bar.html.j2",
        name=opened.name,
        place=opened.place + 1,
        total=f"{opened.total:,}",
        runs=runs,
        more=f"{runs:,}" if runs < opened.total else "",
        is_table=opened.guess is not None,
    )


def describe_refusal(error: TraceError) -> str:
    """Return why a file does not open, with the nearest example of one that does where its format is not known."""
    if isinstance(error, UnknownFormatError):
        said = str(error).partition("; expected ")[0]
        text = f"This cannot be opened: {said}. What opens stands in docs/formats.md."
        return fill("unknown_file.html.j2", text=text, examples=error.examples)
    return error_banner(str(error))
