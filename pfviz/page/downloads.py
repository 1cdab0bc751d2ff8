"""Files for the visitor to keep, and traces that a visitor brings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pfviz.errors import TraceError
from pfviz.lab.diagnosis import Diagnosis
from pfviz.trace import Trace
from pfviz.trace.file import dumps, load

Kind = Literal["json", "html"]


def name(trace: Trace, kind: Kind) -> str:
    """A file name that says what the run was."""
    words = re.sub(r"[^a-z0-9]+", "-", trace.problem.lower()).strip("-")[:40].strip("-") or "run"
    return f"pfviz-{words}-n{trace.particles}-seed{trace.seed}.{kind}"


def write(trace: Trace, kind: Kind, folder: Path) -> Path:
    """The trace as JSON, or as a report that opens without a network."""
    path = folder / name(trace, kind)
    if kind == "json":
        text = dumps(trace)
    else:
        from pfviz.figures import to_html  # plotly is slow to import

        text = to_html(trace)
    path.write_text(text, encoding="utf-8")
    return path


def read(path: str | Path) -> Trace:
    """A trace that a visitor brings.

    Raises:
        TraceError: not a trace, damaged, too large, or without a single step.
    """
    trace = load(path)
    if not trace.steps:
        raise TraceError("The trace has no complete step: there is nothing to draw.")
    return trace


def write_lab(found: Diagnosis, folder: Path) -> Path:
    """What was diagnosed of a reward, as a report that opens without a network."""
    from pfviz.figures.lab_page import to_lab_page

    words = re.sub(r"[^a-z0-9]+", "-", found.reward.lower()).strip("-")[:40].strip("-") or "reward"
    path = folder / f"pfviz-lab-{words}-{found.runs}-runs.html"
    path.write_text(to_lab_page(found), encoding="utf-8")
    return path
