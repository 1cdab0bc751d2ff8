"""The prefixes of many runs as one table: what was written, how it was scored, and whether it is right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG, Judge, truth
from pfviz.inference.answers import read_answer
from pfviz.problems.answers import is_correct
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class PrefixTable:
    """R written steps, each with the prefix that ends there. Arrays are (R,).

    A parent comes before its children. Rows of one problem are one cluster: they share what makes it hard.
    """

    run: IntArray  # which run, from 0
    sweep: IntArray  # which sweep of the run
    uid: IntArray  # of the node in that sweep
    problem: IntArray  # which problem, from 0; runs may share one
    step: IntArray  # from 0
    parent: IntArray  # the row before it in the solution; -1 for a first step
    reward: FloatArray
    right: IntArray  # the prefix: 1 right, 0 wrong, -1 unknown
    answer: IntArray  # of a solution that ends here: 1 right, 0 wrong, -1 none or unknown
    tokens: IntArray  # of the prefix
    last: BoolArray  # the step that finished the solution
    texts: tuple[str, ...]  # of the step
    problems: tuple[str, ...]  # the text of each problem
    judged: bool  # whether steps were judged; else labels come from the answers they led to
    truths: tuple[str | None, ...] = ()  # the true answer of each problem; none where nobody was told any

    def __len__(self) -> int:
        return len(self.run)

    @property
    def is_known(self) -> BoolArray:
        """Rows whose truth is known."""
        return np.asarray(self.right != UNKNOWN)

    @property
    def is_right(self) -> BoolArray:
        return np.asarray(self.right == RIGHT)

    @property
    def is_wrong(self) -> BoolArray:
        return np.asarray(self.right == WRONG)

    @cached_property
    def label_before(self) -> IntArray:
        """(R,) the label of the prefix before the step: right for a first step; unknown where the step before it is in
        another sweep, which gave it."""
        first = np.where(self.step == 0, RIGHT, UNKNOWN)
        return np.where(self.parent >= 0, self.right[self.parent], first)

    @cached_property
    def is_first_error(self) -> BoolArray:
        """Wrong rows whose step made them so: the prefix before it is right."""
        return np.asarray(self.is_wrong & (self.label_before == RIGHT))

    @cached_property
    def is_after_error(self) -> BoolArray:
        """Wrong rows that were wrong before."""
        return np.asarray(self.is_wrong & (self.label_before == WRONG))

    @cached_property
    def first_error_row(self) -> IntArray:
        """The row that made a wrong one wrong: its first error; -1 for others, and where that error is not here."""
        found = np.where(self.is_first_error, np.arange(len(self)), -1)
        for rows in group_rows(
            self.step, self.is_after_error
        ):  # step by step, so that a parent has its own before its children
            found[rows] = found[self.parent[rows]]
        return found

    @cached_property
    def cell_ids(self) -> IntArray:
        """Rows that can be compared have the same number: same problem, same step."""
        return group_ids(self.problem, self.step)

    @cached_property
    def distinct_texts(self) -> tuple[tuple[str, ...], IntArray]:
        """The distinct texts of steps, in the order in which they come, and which of them (R,) each row has."""
        places: dict[str, int] = {}
        place = [places.setdefault(text, len(places)) for text in self.texts]
        return tuple(places), np.array(place, dtype=np.int64)

    def sum_along_path(self, values: FloatArray) -> FloatArray:
        """(R,) values of steps -> their sums over the prefixes that end with them."""
        found = np.array(values, dtype=np.float64)
        for rows in group_rows(self.step, self.parent >= 0):
            found[rows] += found[self.parent[rows]]
        return found

    def path(self, row: int) -> list[int]:
        """The rows of the prefix that ends with this one, the first step first."""
        found = [row]
        while self.parent[found[-1]] >= 0:
            found.append(int(self.parent[found[-1]]))
        return found[::-1]

    def with_reward(self, reward: FloatArray) -> PrefixTable:
        """The same rows with other rewards (R,)."""
        return replace(self, reward=reward)


def build_prefix_table(traces: Iterable[Trace], judge: Judge | None = None) -> PrefixTable:
    """The table of all sweeps of these runs. A failed step is left out, and so is what a sweep was given by another."""
    table = _TableBuilder()
    for number, trace in enumerate(traces):
        for place, sweep in enumerate(trace.sweeps):
            table.add(number, place, sweep, judge)
    return table.build()


_COLUMNS = ("run", "sweep", "uid", "problem", "step", "parent", "reward", "right", "answer", "tokens", "last")


class _TableBuilder:
    """Rows in the making."""

    def __init__(self) -> None:
        self.columns: dict[str, list[float]] = {name: [] for name in _COLUMNS}
        self.texts: list[str] = []
        self.problems: dict[str, int] = {}
        self.truths: dict[str, str | None] = {}
        self.grades: dict[tuple[str, str], int] = {}  # of an answer against the true one
        self.judged = True

    def add(self, run: int, place: int, trace: Trace, judge: Judge | None) -> None:
        found = truth(trace, judge)
        self.judged &= found.source == "steps"
        problem = self.problems.setdefault(trace.problem, len(self.problems))
        self.truths[trace.problem] = found.answer or self.truths.get(trace.problem)
        of_node: dict[tuple[int, int], int] = {}
        for t in range(trace.steps):
            for n in map(int, np.flatnonzero(trace.written[t])):
                if trace.ends[t][n] == "failed":
                    continue
                before = -1 if t == 0 else of_node.get((t - 1, int(trace.ancestors[t - 1, n])), -1)
                of_node[t, n] = len(self.texts)
                answer = UNKNOWN
                if trace.finished[t, n] and found.answer is not None:
                    answer = self._grade(read_answer(trace, t, n), found.answer)
                tokens = int(trace.tokens[t, n])
                if before >= 0:
                    tokens += int(self.columns["tokens"][before])
                else:  # the steps before it, if any, were given by another sweep
                    tokens += sum(int(trace.tokens[node]) for node in trace.lineage(t, n)[:-1])
                values = (
                    run, place, trace.uids[t, n], problem, t, before, trace.rewards[t, n], found.prefixes[t, n], answer,
                    tokens, trace.finished[t, n],
                )  # fmt: skip
                for column, value in zip(self.columns.values(), values, strict=True):
                    column.append(float(value))
                self.texts.append(trace.texts[t][n])

    def _grade(self, answer: str | None, truth: str) -> int:
        if answer is None:
            return UNKNOWN
        if (answer, truth) not in self.grades:
            self.grades[answer, truth] = RIGHT if is_correct(answer, truth) else WRONG
        return self.grades[answer, truth]

    def build(self) -> PrefixTable:
        whole = {name: np.array(values, dtype=np.int64) for name, values in self.columns.items() if name != "reward"}
        last = whole.pop("last").astype(np.bool_)
        # Numbered by their texts, so that intervals, which resample problems, do not depend on the order of the runs.
        names = sorted(self.problems)
        place = np.argsort([self.problems[name] for name in names], kind="stable")
        whole["problem"] = place[whole["problem"]] if names else whole["problem"]
        reward = np.array(self.columns["reward"], dtype=np.float64)
        return PrefixTable(
            **whole, reward=reward, last=last, texts=tuple(self.texts), problems=tuple(names),
            judged=self.judged and bool(self.texts), truths=tuple(self.truths[name] for name in names),
        )  # fmt: skip


def group_ids(*keys: IntArray) -> IntArray:
    """(R,) the same number for rows with the same keys."""
    if not len(keys[0]):
        return np.zeros(0, dtype=np.int64)
    return np.asarray(np.unique(np.stack(keys, axis=1), axis=0, return_inverse=True)[1].reshape(-1), dtype=np.int64)


def group_rows(numbers: IntArray, members: BoolArray | None = None) -> list[IntArray]:
    """The rows of each number, those of `members` only."""
    chosen = np.arange(len(numbers)) if members is None else np.flatnonzero(members)
    order = chosen[np.argsort(numbers[chosen], kind="stable")]
    cuts = np.flatnonzero(np.diff(numbers[order])) + 1
    return [part for part in np.split(order, cuts) if len(part)]
