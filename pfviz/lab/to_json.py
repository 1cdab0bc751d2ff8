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


def diagnosis_to_dict(diagnosis: Diagnosis, sources: Sequence[str] = ()) -> dict[str, Any]:
    """The diagnosis without its rows; what is not known is None. `sources` name the runs, in their order."""
    found: dict[str, Any] = _nan_to_none({
        "reward": diagnosis.reward,
        "runs": diagnosis.runs,
        "sources": list(sources),
        "problems": len(diagnosis.rows.problems),
        "prefixes": len(diagnosis.rows),
        "judged": diagnosis.rows.judged,
        "findings": [_finding_to_dict(diagnosis, one) for one in diagnosis.findings.found],
        "consequences": [_finding_to_dict(diagnosis, one) for one in diagnosis.consequences.found],
        "wanted": [dataclasses.asdict(one) for one in open_questions(diagnosis)],
        "measures": {name: dataclasses.asdict(one) for name, one in measures_by_name(diagnosis.measures).items()},
        "reliability": [dataclasses.asdict(one) for one in diagnosis.reliability],
        "scores_by_step": [dataclasses.asdict(one) for one in diagnosis.scores_by_step],
        "auc_by_kind": {name: dataclasses.asdict(one) for name, one in diagnosis.auc_by_kind},
        "best_of": [dataclasses.asdict(one) for one in diagnosis.best_of],
    })  # fmt: skip
    return found


def open_questions(diagnosis: Diagnosis) -> tuple[OpenQuestion, ...]:
    """What would settle the questions that are open, each once."""
    return tuple(dict.fromkeys((*diagnosis.findings.open_questions, *diagnosis.consequences.open_questions)))


def _finding_to_dict(diagnosis: Diagnosis, one: Finding) -> dict[str, Any]:
    found = dataclasses.asdict(one)
    return found | {"examples": [_example_to_dict(diagnosis, row) for row in one.examples]}


def _example_to_dict(diagnosis: Diagnosis, row: int) -> dict[str, Any]:
    found = build_example(diagnosis, row)
    return {
        "run": found.run, "sweep": found.sweep, "node": found.node, "step": found.step, "problem": found.problem,
        "text": found.last.text, "reward": found.last.reward, "right": found.last.right,
    }  # fmt: skip


def _nan_to_none(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _nan_to_none(item) for name, item in value.items()}
    return [_nan_to_none(item) for item in value] if isinstance(value, list | tuple) else value
