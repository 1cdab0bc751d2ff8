"""How well scores tell right from wrong in problems of each kind, and at each step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pfviz.lab.metrics.auc import auc_by_row
from pfviz.lab.table.prefixes import PrefixTable
from pfviz.lab.table.wording import is_word_problem
from pfviz.models.rewards.oracle import problem_kind
from pfviz.problems.problem import Problem
from pfviz.stats.bootstrap import mean
from pfviz.stats.estimate import Estimate
from pfviz.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class StepScores:
    """The mean reward of the right and of the wrong prefixes that end with a step (from 0); nan where there is none."""

    step: int
    right: Estimate
    wrong: Estimate


def auc_by_kind(rows: PrefixTable, traces: Iterable[Trace]) -> tuple[tuple[str, Estimate], ...]:
    """The AUC (see noticed.py) in problems of each kind that has pairs to compare, by the kind's name.

    Kinds are those of the embedded world where its generator wrote, else problems in words and in signs.
    """
    embedded = {trace.problem for trace in traces if trace.generator == "embedded"}
    kinds = np.array([_problem_kind(text, text in embedded) for text in rows.problems], dtype=np.str_)
    scores = auc_by_row(rows)
    found = []
    for kind in sorted(set(kinds.tolist())):
        auc = mean(np.where(kinds[rows.problem] == kind, scores, np.nan), rows.problem)
        if auc.count:
            found.append((kind, auc))
    return tuple(found)


def _problem_kind(text: str, embedded: bool) -> str:
    if embedded:
        return problem_kind(Problem(text))
    return "in words" if is_word_problem(text) else "in signs"


def scores_by_step(rows: PrefixTable) -> tuple[StepScores, ...]:
    """Each step at which prefixes of known truth end, in order."""
    found = []
    for step in np.unique(rows.step[rows.is_known]):
        right, wrong = (
            mean(np.where(part & (rows.step == step), rows.reward, np.nan), rows.problem)
            for part in (rows.is_right, rows.is_wrong)
        )
        found.append(StepScores(int(step), right, wrong))
    return tuple(found)
