"""A diagnosis as plain data, which JSON can hold: what the figures show and what the findings say."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

from pfviz.lab.causes import Finding, OpenQuestion
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.examples import build_example
from pfviz.lab.glossary import measures_by_name
from pfviz.lab.metrics.first_errors import FirstErrorReport
from pfviz.lab.metrics.processbench_subsets import (
    ProcessBenchResult,
    count_wrong_processes,
    share_lowest_at_last_step,
)
from pfviz.lab.published.processbench import find_published, load_published
from pfviz.stats.estimate import Estimate


def diagnosis_to_dict(diagnosis: Diagnosis, sources: Sequence[str] = ()) -> dict[str, Any]:
    """The diagnosis without its rows; what is not known is None. `sources` name the runs, in their order."""
    found: dict[str, Any] = _to_plain({
        "reward": diagnosis.reward,
        "runs": diagnosis.runs,
        "sources": list(sources),
        "problems": len(diagnosis.rows.problems),
        "prefixes": len(diagnosis.rows),
        "judged": diagnosis.rows.judged,
        "findings": [_finding_to_dict(diagnosis, one) for one in diagnosis.findings.found],
        "consequences": [_finding_to_dict(diagnosis, one) for one in diagnosis.consequences.found],
        "wanted": open_questions(diagnosis),
        "measures": measures_by_name(diagnosis.measures),
        "reliability": diagnosis.reliability,
        "scores_by_step": diagnosis.scores_by_step,
        "signals": diagnosis.signals,
        "knowledge": diagnosis.knowledge,
        "auc_by_kind": dict(diagnosis.auc_by_kind),
        "best_of": diagnosis.best_of,
    })  # fmt: skip
    return found


def first_errors_to_dict(report: FirstErrorReport) -> dict[str, Any]:
    """The report as plain data; what is behind its estimates are the solutions that it counts."""
    fields = {field.name: getattr(report, field.name) for field in dataclasses.fields(report)}
    return {name: value.interval() if isinstance(value, Estimate) else value for name, value in fields.items()}


def processbench_to_dict(result: ProcessBenchResult, sources: Sequence[str]) -> dict[str, Any]:
    """The report of a reward on the files `sources`, its subsets, and what was published of that very model."""
    published = find_published(result.reward)
    wrong_processes = count_wrong_processes(result)
    lowest = share_lowest_at_last_step(result.scored)
    return {
        "reward": result.reward,
        "file": ", ".join(sources),
        **first_errors_to_dict(result.overall),
        "subsets": {one.title: first_errors_to_dict(one.report) for one in result.subsets},
        "subset_threshold_is": result.threshold_source,
        "right_answers_by_wrong_processes": {
            "solutions": wrong_processes.solutions,
            "found": wrong_processes.found,
        },
        "lowest_at_last_step": _to_plain(lowest),
        "published": None if published is None else published.model_dump(exclude={"ids"}),
        "published_source": load_published().source,
    }


def open_questions(diagnosis: Diagnosis) -> tuple[OpenQuestion, ...]:
    """What would settle the questions that are open, each once."""
    return tuple(dict.fromkeys((*diagnosis.findings.open_questions, *diagnosis.consequences.open_questions)))


def _finding_to_dict(diagnosis: Diagnosis, one: Finding) -> dict[str, Any]:
    found: dict[str, Any] = _to_plain(one)
    return found | {"examples": [_example_to_dict(diagnosis, row) for row in one.examples]}


def _example_to_dict(diagnosis: Diagnosis, row: int) -> dict[str, Any]:
    found = build_example(diagnosis, row)
    return {
        "run": found.run, "sweep": found.sweep, "node": found.node, "step": found.step, "problem": found.problem,
        "text": found.last.text, "reward": found.last.reward, "right": found.last.right,
    }  # fmt: skip


def _to_plain(value: Any) -> Any:
    """The value as JSON holds it: records as objects, nan and infinity as None. What is behind an estimate are rows of
    so many problems."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Estimate):
        return _to_plain(value.interval()) | {"rows": value.count, "problems": value.groups}
    if dataclasses.is_dataclass(value):
        return {field.name: _to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {name: _to_plain(item) for name, item in value.items()}
    return [_to_plain(item) for item in value] if isinstance(value, list | tuple) else value
