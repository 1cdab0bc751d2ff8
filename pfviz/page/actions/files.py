"""Files for the visitor to keep, and traces that a visitor brings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pfviz.comparison.comparison import Comparison
from pfviz.errors import TraceError
from pfviz.exports.registry import export, file_name
from pfviz.figures.size_limit import check_drawable
from pfviz.lab.diagnosis import Diagnosis
from pfviz.models.rewards.calibration_map import CalibrationMap
from pfviz.trace import Trace
from pfviz.trace.importers import open_trace, open_traces


def write_trace(trace: Trace, kind: str, folder: Path) -> Path:
    """The trace as a file of one of `EXPORT_FORMATS`; raises `ExportError` for another one."""
    return export(trace, folder / file_name(trace, kind), kind)


def read_trace(path: str | Path) -> Trace:
    """A trace that a visitor brings.

    Raises:
        TraceError: not a trace, damaged, too large to read or to draw, or without a single step.
    """
    trace = open_trace(path)
    check_drawable(trace)
    check_has_steps(trace)
    return trace


def read_each(paths: Sequence[str], most: int) -> tuple[list[Trace], list[str]]:
    """The traces that a visitor brings, of each file at most so many, and a sentence for each file that is left out."""
    found: list[Trace] = []
    wrong: list[str] = []
    for path in paths:
        try:
            traces = open_traces(path)[:most]
            for trace in traces:
                check_drawable(trace)
                check_has_steps(trace)
            found.extend(traces)
        except TraceError as error:
            wrong.append(f"{Path(path).name} was left out: {str(error).removeprefix(f'{path}: ').split(';')[0][:160]}")
    return found, wrong


def check_has_steps(trace: Trace) -> None:
    """Raise `TraceError` if a run has no complete step."""
    if not trace.steps:
        raise TraceError("The trace has no complete step: there is nothing to draw.")


def write_lab_report(found: Diagnosis, folder: Path) -> Path:
    """What was diagnosed of a reward, as a report that opens without a network."""
    from pfviz.report.lab import diagnosis_to_html

    words = re.sub(r"[^a-z0-9]+", "-", found.reward.lower()).strip("-")[:40].strip("-") or "reward"
    path = folder / f"pfviz-lab-{words}-{found.runs}-runs.html"
    path.write_text(diagnosis_to_html(found), encoding="utf-8")
    return path


def write_calibration(found: CalibrationMap, folder: Path) -> Path:
    """The map that repairs a reward."""
    words = re.sub(r"[^a-z0-9]+", "-", found.reward.lower()).strip("-")[:40].strip("-") or "reward"
    path = folder / f"pfviz-calibration-{words}.json"
    found.save(path)
    return path


def write_comparison_report(found: Comparison, folder: Path) -> Path:
    """Runs side by side, as a report that opens without a network."""
    from pfviz.report.comparison import comparison_to_html

    path = folder / f"pfviz-compare-{len(found.traces)}-runs.html"
    path.write_text(comparison_to_html(found), encoding="utf-8")
    return path
