"""The list "Save as…": the formats of a run, on a narrow page those too that else have buttons beside it."""

from __future__ import annotations

from importlib.util import find_spec

from pfviz.exports.registry import EXPORT_FORMATS
from pfviz.page.components.html import fill

_NEEDED_PACKAGES = {"parquet": "pyarrow"}


def save_as_list() -> str:
    """Return the list; a format whose package is not installed is left out."""
    return fill("save_as.html.j2", formats=[EXPORT_FORMATS[name] for name in offered_formats()])


def offered_formats() -> list[str]:
    """Return the names of the formats in the list."""
    missing = {name for name, package in _NEEDED_PACKAGES.items() if find_spec(package) is None}
    return [name for name in EXPORT_FORMATS if name not in missing]
