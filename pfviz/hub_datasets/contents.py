"""The files of a data set: traces and studies as they are, and tables of them for who only wants to read.

README.md             the card
data/runs.jsonl       a row for each run: problem, models, settings, answer
data/steps.jsonl      a row for each step of each particle, the columns of `pfviz.exports.rows`
traces/NAME.json      the runs
studies/NAME.json     the studies
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pfviz.errors import ExportError, StudyError, TraceError
from pfviz.exports.rows import iterate_rows, run_metadata
from pfviz.hub_datasets.card import build_card
from pfviz.study import result
from pfviz.trace.importers import open_traces
from pfviz.trace.json_file import dumps
from pfviz.trace.trace import Trace

FILE_NAME = re.compile(r"(traces|studies)/[A-Za-z0-9][A-Za-z0-9_.-]{0,119}\.json")
"""Of a run or a study in a data set: no name that leads out of its folder, and none that is hidden."""
MAX_FILES = 2_000
"""Runs and studies in a data set."""


@dataclass(frozen=True, slots=True)
class NamedRun:
    """A run, and where it lies in the data set."""

    path: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class NamedStudy:
    """A study, and where it lies in the data set."""

    path: str
    study: result.Result


def read_files(paths: Sequence[Path]) -> tuple[list[NamedRun], list[NamedStudy]]:
    """Return the runs and studies in files.

    Raises:
        ExportError: a file is neither, or there are too many.
    """
    if not 1 <= len(paths) <= MAX_FILES:
        raise ExportError(f"Give 1 to {MAX_FILES:,} files of runs or studies; there are {len(paths):,}.")
    runs: list[NamedRun] = []
    studies: list[NamedStudy] = []
    taken: set[str] = set()
    for path in paths:
        try:
            traces = open_traces(path)
        except TraceError as error:
            try:
                study = result.load(path)
            except StudyError:
                raise ExportError(f"{path} is neither a run nor a study ({error}).") from error
            studies.append(NamedStudy(_name("studies", path.stem, taken), study))
        else:
            if len(runs) + len(studies) + len(traces) > MAX_FILES:
                raise ExportError(f"These are more than {MAX_FILES:,} runs, the most that a data set takes.")
            runs += [NamedRun(_name("traces", path.stem, taken), trace) for trace in traces]
    return runs, studies


def build_files(runs: Sequence[NamedRun], studies: Sequence[NamedStudy], repository: str) -> dict[str, bytes]:
    """Return the files of a data set: path → bytes."""
    files = {"README.md": build_card(repository, [run.trace for run in runs], len(studies))}
    if runs:
        files["data/runs.jsonl"] = _to_jsonl(map(_run_row, runs))
        files["data/steps.jsonl"] = _to_jsonl(_step_rows(runs))
    files |= {run.path: dumps(run.trace) for run in runs}
    files |= {study.path: study.study.dumps() for study in studies}
    return {path: text.encode("utf-8") for path, text in files.items()}


def _name(folder: str, stem: str, taken: set[str]) -> str:
    """A path that `FILE_NAME` matches, and that is not taken."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).strip("-._")[:100] or "run"
    path, number = f"{folder}/{plain}.json", 1
    while path in taken:
        number += 1
        path = f"{folder}/{plain}-{number}.json"
    taken.add(path)
    return path


def _run_row(run: NamedRun) -> dict[str, Any]:
    choice = run.trace.choice if run.trace.steps else None
    return {
        "run": run.path,
        **run_metadata(run.trace),
        "settings": json.dumps(dict(run.trace.settings)),  # as text: runs differ in what settings they have
        "versions": json.dumps(dict(run.trace.versions)),
        "particles": run.trace.particles,
        "steps": run.trace.steps,
        "answer": None if choice is None else choice.display,
        "correct": None if choice is None else choice.correct,
        "tokens": run.trace.written_tokens,
    }


def _step_rows(runs: Iterable[NamedRun]) -> Iterator[dict[str, Any]]:
    for run in runs:
        for row in iterate_rows(run.trace):
            yield {"run": run.path, **{name: _to_json(value) for name, value in row.items()}}


def _to_json(value: Any) -> Any:
    """JSON has no infinity: a weight of 0 has none there."""
    return None if isinstance(value, float) and value in (float("inf"), float("-inf")) else value


def _to_jsonl(rows: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, allow_nan=False) + "\n" for row in rows)
