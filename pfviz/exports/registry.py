"""Every format that a run can be written in. A new one is a file in this folder and a line in `EXPORT_FORMATS`.

`pfviz.export`, `pfviz export`, the page and its endpoints read this table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from pkgutil import resolve_name

from pfviz.errors import ExportError
from pfviz.exports.browser_figure import draw_figure
from pfviz.figures.registry import FIGURES
from pfviz.trace.trace import Trace

OWN_DRAWING = "genealogy"
"""The figure that is drawn without a browser."""


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format.

    Args:
        name: a word for it, which is also how its files end.
        label: what it is called.
        title: what such a file holds.
        path: "module:function", imported when it is first used; the function takes a `Trace` and returns a text, which
            is written as UTF-8, or bytes.
        is_text: which of the two it is.
        is_drawing: whether it shows a figure, of which `figure` says the name.
    """

    name: str
    label: str
    title: str
    path: str
    is_text: bool = True
    is_drawing: bool = False
    figure: str = OWN_DRAWING

    @property
    def suffix(self) -> str:
        """How its files end: ".csv"."""
        return f".{self.name}"

    def encode(self, trace: Trace) -> bytes:
        """Return the bytes of the file of a run.

        Raises:
            ExportError: something that has to be installed is missing; the message says what.
            TraceError: the run is too large to be drawn.
        """
        if self.is_drawing and self.figure != OWN_DRAWING:
            return draw_figure(trace, self.figure, self.name)
        write: Callable[[Trace], str | bytes] = resolve_name(self.path)
        made = write(trace)
        return made if isinstance(made, bytes) else made.encode("utf-8")


EXPORT_FORMATS: dict[str, ExportFormat] = {
    known.name: known
    for known in [
        ExportFormat("json", "JSON", "The trace: all of the run, to be opened again", "pfviz.trace.json_text:dumps"),
        ExportFormat("html", "HTML", "The report: pictures and solutions, offline", "pfviz.report.run:to_html"),
        ExportFormat("csv", "CSV", "Table, a row for each step of a particle", "pfviz.exports.csv_file:to_csv"),
        ExportFormat(
            "parquet", "Parquet", "The same table, with types", "pfviz.exports.parquet_file:to_parquet", is_text=False
        ),
        ExportFormat("graphml", "GraphML", "Genealogy as a graph", "pfviz.exports.graphml:to_graphml"),
        ExportFormat("svg", "SVG", "Genealogy as a drawing", "pfviz.exports.svg:to_svg", is_drawing=True),
        ExportFormat("png", "PNG", "Genealogy as an image", "pfviz.exports.png:to_png", is_text=False, is_drawing=True),
    ]
}  # fmt: skip
"""By name, in the order in which they are offered."""


def export_format(name: str, figure: str = OWN_DRAWING) -> ExportFormat:
    """Return the format of that name, in small or large letters, with or without a full stop before it.

    Args:
        figure: of a drawing and an image: the name of the figure of `pfviz.figures` that they show. Only the genealogy
            is drawn by pfviz itself; what a browser would draw needs kaleido.

    Raises:
        ExportError: there is no such format, or no such figure; the message lists those that there are.
    """
    found = EXPORT_FORMATS.get(name.lower().removeprefix("."))
    if found is None:
        raise ExportError(f"{name[:40]!r} is no format of an export; there are {', '.join(EXPORT_FORMATS)}.")
    if figure == OWN_DRAWING or not found.is_drawing:
        return found
    known = [known.name for known in FIGURES.values() if known.of == "run"]
    if figure not in known:
        raise ExportError(f"{figure[:40]!r} is no figure of a run; there are {', '.join(known)}.")
    return replace(found, figure=figure)


def file_name(trace: Trace, kind: str) -> str:
    """A file name that says what the run was."""
    words = re.sub(r"[^a-z0-9]+", "-", trace.problem.lower()).strip("-")[:40].strip("-") or "run"
    return f"pfviz-{words}-n{trace.particles}-seed{trace.seed}.{kind}"


def export(trace: Trace, path: str | Path, format: str = "", *, figure: str = OWN_DRAWING) -> Path:
    """Write a run to a file and return its path; the format is that of the file's ending unless it is named.

    Args:
        format: a name of `EXPORT_FORMATS`: json, html, csv, parquet, graphml, svg, png.
        figure: as of `export_format`.

    Raises:
        ExportError: there is no such format, or something that it needs is not installed.
        TraceError: the run is too large to be drawn.
        OSError: the file cannot be written.
    """
    target = Path(path)
    target.write_bytes(export_format(format or target.suffix, figure).encode(trace))
    return target
