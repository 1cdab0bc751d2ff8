"""Which prefixes are right: by the labels of their steps where there are some, by the exact oracle where the embedded
pair wrote them, else by the answers they led to.

A label is 1 (right), 0 (wrong) or -1 (nobody knows).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pfviz.diagnostics.genealogy import offspring
from pfviz.errors import ProblemError
from pfviz.problems.answers import is_correct
from pfviz.problems.ground_truth import compute_true_answer
from pfviz.problems.problem import Problem
from pfviz.trace.trace import Trace
from pfviz.types import IntArray

RIGHT, WRONG, UNKNOWN = 1, 0, -1
MAX_JUDGED_STEPS = 100_000
"""Steps on the ways to all leaves of the tree, together: with more, no step is judged, as that takes minutes."""

JUDGED_GENERATORS = ("embedded", "chain")
"""Those whose steps the oracle of the embedded world can read."""

Judge = Callable[[Problem, list[str]], list[bool]]
"""A problem and the steps of a solution -> for each prefix, whether it is right."""

Source = Literal["steps", "answers", "nothing"]


@dataclass(frozen=True, slots=True)
class Truth:
    """`prefixes` (T, N): the label of the prefix in slot n after step t; `answers` (N,): that of the answer that slot n
    gives at the last step, -1 without one; `source`: whether steps were judged or labelled, or prefixes by the answers
    of their descendants alone; `answer`: the true one, if it is known."""

    prefixes: IntArray
    answers: IntArray
    source: Source
    answer: str | None


def truth(trace: Trace, judge: Judge | None = None) -> Truth:
    """What is known of a sweep. The embedded oracle judges what a generator of its world wrote, unless `judge` does.
    Labels of steps come before either; where they leave prefixes to the answers, the source is those, as a first error
    is then a guess.

    By answers alone a prefix is right if at least half of its descendants that answered are; so it is in a tree with
    more than `MAX_JUDGED_STEPS`, too.
    """
    known = true_answer(trace)
    answers = _label_answers(trace, known)
    if judge is None and trace.generator in JUDGED_GENERATORS and known is not None:
        judge = judge_with_oracle
    labelled = label_prefixes(trace)
    has_labels = bool((labelled != UNKNOWN).any())
    if judge is not None and _count_steps_to_judge(trace) <= MAX_JUDGED_STEPS:
        judged = _label_prefixes_by_judge(trace, judge, known)
        return Truth(np.where(labelled == UNKNOWN, judged, labelled), answers, "steps", known)
    prefixes = np.where(labelled == UNKNOWN, _label_prefixes_by_answers(trace, answers), labelled)
    guessed = (labelled == UNKNOWN) & (prefixes != UNKNOWN)
    if has_labels and not guessed.any():
        return Truth(prefixes, answers, "steps", known)
    return Truth(prefixes, answers, "answers" if (prefixes != UNKNOWN).any() else "nothing", known)


def true_answer(trace: Trace) -> str | None:
    """The true answer: as the run was told it, else worked out where the embedded world can."""
    return compute_true_answer(trace.problem) if trace.truth is None else trace.truth


def label_prefixes(trace: Trace) -> IntArray:
    """Return what `trace.step_labels` say of each prefix (T, N): wrong from the first bad step on, right as long as
    every step has a label and none is bad, else unknown."""
    found = np.full((trace.steps, trace.particles), UNKNOWN, dtype=np.int64)
    before = np.full(trace.particles, RIGHT, dtype=np.int64)
    for t in range(trace.steps):
        if t:
            before = found[t - 1][trace.ancestors[t - 1]]
        own = trace.step_labels[t]
        after = np.where(own < 0, WRONG, np.where(np.isnan(own) & trace.written[t], UNKNOWN, RIGHT))
        found[t] = np.where(before == WRONG, WRONG, np.where((after == WRONG) | (before == RIGHT), after, UNKNOWN))
    return found


def judge_with_oracle(problem: Problem, steps: list[str]) -> list[bool]:
    """The exact oracle of the embedded world as a `Judge`; raises `ProblemError` where it does not know the answer."""
    from pfviz.models.rewards.oracle import exact_answer, problem_kind
    from pfviz.tiny import oracle

    return oracle.judge_steps(problem_kind(problem), exact_answer(problem), steps)


def _label_answers(trace: Trace, known: str | None) -> IntArray:
    """By the answers at the last step."""
    found = np.full(trace.particles, UNKNOWN, dtype=np.int64)
    if known is None:
        return found
    for slot, answer in enumerate(trace.final_answers):
        if answer is not None:
            found[slot] = RIGHT if is_correct(answer, known) else WRONG
    return found


def _count_steps_to_judge(trace: Trace) -> int:
    leaves = offspring(trace) == 0
    leaves[-1:] = True
    return int((leaves.sum(axis=1) * np.arange(1, trace.steps + 1)).sum())


def _label_prefixes_by_judge(trace: Trace, judge: Judge, known: str | None) -> IntArray:
    """Each leaf of the tree is judged once, and its prefixes with it."""
    found = np.full((trace.steps, trace.particles), UNKNOWN, dtype=np.int64)
    problem = Problem(trace.problem, known)
    for t in range(trace.steps - 1, -1, -1):
        for n in range(trace.particles):
            if found[t, n] != UNKNOWN:
                continue
            path = trace.lineage(t, n)
            written = [bool(trace.written[node]) for node in path]
            texts = [trace.texts[step][slot] for (step, slot), own in zip(path, written, strict=True) if own]
            try:
                verdicts = judge(problem, texts)
            except ProblemError:
                return found
            place = -1
            for node, own in zip(path, written, strict=True):
                place += own
                found[node] = int(verdicts[place])
    return found


def _label_prefixes_by_answers(trace: Trace, answers: IntArray) -> IntArray:
    """By the majority of the descendants that answered."""
    shape = (trace.steps, trace.particles)
    right, told = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    slots = np.arange(trace.particles)
    for t in range(trace.steps - 1, -1, -1):
        if t < trace.steps - 1:
            slots = trace.ancestors[t][slots]
        np.add.at(right[t], slots, answers == RIGHT)
        np.add.at(told[t], slots, answers != UNKNOWN)
    return np.where(told == 0, UNKNOWN, np.where(2 * right >= told, RIGHT, WRONG))
