"""What a program can learn of runs that are there: one, several side by side, many under one reward, one as a file."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from pfviz.comparison.comparison import MAX_RUNS, compare
from pfviz.comparison.table import TableRow, difference_rows, outcome_rows
from pfviz.errors import ComparisonError, LabError
from pfviz.exports.registry import EXPORT_FORMATS, export_format, file_name
from pfviz.figures.size_limit import check_drawable
from pfviz.inference.methods import METHODS
from pfviz.lab.diagnosis import diagnose
from pfviz.lab.to_json import diagnosis_to_dict
from pfviz.page.endpoints.documents import (
    ComparisonDocument,
    Detail,
    FileDocument,
    OptionsDocument,
    RunDocument,
    RunListItem,
    TableRowDocument,
    describe_run,
    to_plain,
)
from pfviz.page.endpoints.run_keeper import MAX_LISTED, RunKeeper, find_run, list_stories
from pfviz.page.forms import run_form
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.state.lab_state import MAX_TRACES


def list_options(menu: ModelMenu) -> OptionsDocument:
    """Return what a run can be asked for with."""
    return {
        "methods": {name: method.description for name, method in METHODS.items()},
        "models": {name: list(models.rewards) for name, models in menu.models.items()},
        "settings": {name: known.help for name, known in run_form.SHOWN_SETTINGS.items()},
        "export_formats": {name: known.title for name, known in EXPORT_FORMATS.items()},
    }


def list_runs(keeper: RunKeeper, query: str) -> list[RunListItem]:
    """Return the runs that can be had by name: the newest that are kept, then the recorded ones that ship."""
    return [*keeper.entries(query), *list_stories(query)][:MAX_LISTED]


def get_run(keeper: RunKeeper, run: str, detail: Detail) -> RunDocument:
    """Return one run."""
    trace = find_run(keeper, run)
    return describe_run(trace, "" if run.strip().startswith("{") else run.strip(), detail)


def compare_runs(keeper: RunKeeper, runs: Sequence[str]) -> ComparisonDocument:
    """Return runs side by side; raises `ComparisonError` unless they are two to six."""
    if not 2 <= len(runs) <= MAX_RUNS:
        raise ComparisonError(f"Give two to {MAX_RUNS} runs; {len(runs)} cannot be compared.")
    found = compare([find_run(keeper, run) for run in runs])
    return {
        "labels": list(found.labels),
        "one_problem": found.is_one_problem,
        "differences": _describe_rows(difference_rows(found)),
        "outcomes": _describe_rows(outcome_rows(found)),
    }


def diagnose_runs(keeper: RunKeeper, runs: Sequence[str]) -> dict[str, Any]:
    """Return where the reward of the runs is wrong, as `pfviz diagnose --json` says it.

    Raises:
        LabError: there is no run, there are too many, or they are under different rewards.
    """
    if not 1 <= len(runs) <= MAX_TRACES:
        raise LabError(f"Give 1 to {MAX_TRACES} runs; {len(runs)} cannot be diagnosed.")
    traces = [find_run(keeper, run) for run in runs]
    if len(rewards := {trace.reward for trace in traces}) > 1:
        raise LabError(f"The runs are under different rewards ({', '.join(sorted(rewards))[:200]}); give those of one.")
    names = ["" if run.strip().startswith("{") else run for run in runs]
    found: dict[str, Any] = to_plain(diagnosis_to_dict(diagnose(traces), names))
    return found


def export_run(keeper: RunKeeper, run: str, format: str) -> FileDocument:
    """Return a run as a file."""
    known, trace = export_format(format), find_run(keeper, run)
    check_drawable(trace)
    made = known.encode(trace)
    return {
        "name": file_name(trace, known.name),
        "encoding": "text" if known.is_text else "base64",
        "content": made.decode("utf-8") if known.is_text else base64.b64encode(made).decode("ascii"),
    }


def _describe_rows(rows: Sequence[TableRow]) -> list[TableRowDocument]:
    return [{"name": row.name, "values": list(row.cells)} for row in rows]
