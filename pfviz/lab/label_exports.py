"""Labelled steps as rows that others train and measure process rewards with: TRL's stepwise supervision, ProcessBench.

`pfviz train-prm` reads the first, `pfviz diagnose --processbench` the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pfviz.diagnostics.genealogy import offspring
from pfviz.diagnostics.rewards.misjudged import misjudged_nodes
from pfviz.diagnostics.truth import RIGHT, UNKNOWN, Judge
from pfviz.inference.answers import read_answer
from pfviz.lab.labelling import known_prefixes
from pfviz.lab.probes.values import PrefixValue
from pfviz.problems.answers import is_correct
from pfviz.trace.trace import Trace

ExportFormat = Literal["trl", "processbench"]
Chosen = Literal["known", "labelled", "misjudged"]
"""Which solutions: all of which something is known; those with a label that somebody gave; those with a step that the
reward misjudges, high and wrong or low and right."""


@dataclass(frozen=True, slots=True)
class LabelledSolution:
    """A path of the tree as far as its prefixes are known. `labels[k]`: the prefix that step k ends is right."""

    problem: str
    generator: str
    steps: tuple[str, ...]
    labels: tuple[bool, ...]
    complete: bool  # the path is a finished solution, and all of it is known
    answer_right: bool | None  # None where there is no answer, or nobody knows


def labelled_solutions(
    trace: Trace,
    *,
    chosen: Chosen = "known",
    judge: Judge | None = None,
    values: Mapping[int, PrefixValue] | None = None,
) -> list[LabelledSolution]:
    """Return the paths of one sweep whose first step at least is known, each text with its labels once.

    After a wrong prefix every longer one is wrong, so a path is known from there to its end. A path that is the
    beginning of another one with the same labels is left out.
    """
    prefixes = known_prefixes(trace, judge, values)
    wanted = _wanted_nodes(trace, prefixes, chosen)
    found: dict[tuple[tuple[str, ...], tuple[bool, ...]], LabelledSolution] = {}
    for t, n in _leaves(trace):
        path = trace.solution(t, n)
        labels = _path_labels([int(prefixes[node]) for node in path])
        if not labels or not (wanted is None or any(int(trace.uids[node]) in wanted for node in path)):
            continue
        texts = tuple(trace.texts[step][slot] for step, slot in path)
        complete = len(labels) == len(path) and bool(trace.finished[t, n])
        kept = texts[: len(labels)]
        if (kept, labels) not in found or complete:
            right = _answer_right(trace, t, n) if complete else None
            found[kept, labels] = LabelledSolution(trace.problem, trace.generator, kept, labels, complete, right)
    longer = {(steps[:k], labels[:k]) for steps, labels in found for k in range(1, len(steps))}
    return [one for key, one in found.items() if one.complete or key not in longer]


def _leaves(trace: Trace) -> list[tuple[int, int]]:
    """(step, slot) of every end of the tree: of a lineage that died, and of each particle of the last step."""
    if not trace.steps:
        return []
    ends = offspring(trace) == 0
    ends[-1] = True
    return [(int(t), int(n)) for t, n in zip(*np.nonzero(ends), strict=True)]


def _wanted_nodes(trace: Trace, prefixes: Any, chosen: Chosen) -> set[int] | None:
    """The uids of which a path has to hold one; None for all."""
    if chosen == "labelled":
        return {int(uid) for uid in trace.uids[~np.isnan(trace.step_labels)]}
    if chosen == "misjudged":
        return {node.uid for node in misjudged_nodes(trace, prefixes).nodes}
    return None


def _path_labels(prefixes: list[int]) -> tuple[bool, ...]:
    """The labels of a path up to where nothing is known any more."""
    labels: list[bool] = []
    for value in prefixes:
        if labels and not labels[-1]:
            labels.append(False)
        elif value == UNKNOWN:
            break
        else:
            labels.append(value == RIGHT)
    return tuple(labels)


def _answer_right(trace: Trace, t: int, n: int) -> bool | None:
    answer = read_answer(trace, t, n)
    return None if answer is None or trace.truth is None else is_correct(answer, trace.truth)


def trl_rows(solutions: Iterable[LabelledSolution]) -> Iterator[dict[str, Any]]:
    """Yield rows of TRL's stepwise supervision: prompt, completions, labels."""
    for one in solutions:
        yield {"prompt": one.problem, "completions": list(one.steps), "labels": list(one.labels)}


def processbench_rows(solutions: Iterable[LabelledSolution], beginning: str = "pfviz") -> Iterator[dict[str, Any]]:
    """Yield rows of ProcessBench: the first wrong step from 0, or -1 of finished solutions without one; others, of
    which nobody knows whether an error comes, are left out. Ids begin with `beginning`."""
    for number, one in enumerate(solutions):
        if False not in one.labels and not one.complete:
            continue
        row: dict[str, Any] = {
            "id": f"{beginning}-{number}",
            "generator": one.generator,
            "problem": one.problem,
            "steps": list(one.steps),
            "label": one.labels.index(False) if False in one.labels else -1,
        }
        yield row if one.answer_right is None else row | {"final_answer_correct": one.answer_right}


def export_rows(solutions: Iterable[LabelledSolution], to: ExportFormat) -> Iterator[dict[str, Any]]:
    """Yield the rows of that format."""
    return trl_rows(solutions) if to == "trl" else processbench_rows(solutions)
