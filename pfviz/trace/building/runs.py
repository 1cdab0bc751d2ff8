"""Solutions as files have them, texts with scores and labels → a trace of each problem, whose note says what was
done to them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pfviz.errors import TraceError
from pfviz.problems.blocks import split_text
from pfviz.problems.problem import SEPARATOR
from pfviz.text import pluralise
from pfviz.trace.building.assemble import MAX_SLOTS, Source, clean_text
from pfviz.trace.building.score_scales import AUTO, ScoreScale, choose_scale, describe_scale
from pfviz.trace.building.tree import Solution, build_forest
from pfviz.trace.trace import Trace

MAX_RUNS = 5000
"""Problems of one file."""
MAX_SOLUTION_CHARACTERS = 1_000_000
MAX_SLOTS_OF_FILE = 2 * MAX_SLOTS
_SAMPLE = 50
"""Solutions on which it is tried where they are cut into steps."""
SEPARATORS = {"blank-line": SEPARATOR, "line": "\n"}
"""Names of what ends a step; any other text is one itself."""


@dataclass(frozen=True, slots=True)
class GivenSolution:
    """A solution as a text, or as its steps; its scores and labels, one for each step or one for the whole, NaN where
    one is missing; None where there are none at all."""

    text: str | tuple[str, ...]
    scores: tuple[float, ...] | None = None
    labels: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class GivenRun:
    """The solutions of one problem; `source` has what the format says of the run."""

    source: Source
    solutions: Sequence[GivenSolution]


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How numbers and texts of a file are read: a name of `SCALES`, and what ends a step, a name of `SEPARATORS` or a
    text; "auto" goes by the whole file. `columns`: what a table's columns mean, a name of
    `pfviz.trace.tables.columns.MEANINGS` → the column's; what is not said is guessed."""

    scale: str = AUTO
    separator: str = AUTO
    columns: Mapping[str, str] = field(default_factory=dict)


def build_runs(runs: Sequence[GivenRun], options: ReadingOptions | None = None) -> list[Trace]:
    """Return a trace of each run that has a solution which can be read.

    Raises:
        TraceError: there is none, there are too many, or the scores do not fit the scale.
    """
    options = options or ReadingOptions()
    if len(runs) > MAX_RUNS:
        raise TraceError(f"the file has {len(runs):,} problems; at most {MAX_RUNS:,} are opened at once. Split it.")
    longest = max((_count_characters(one) for run in runs for one in run.solutions), default=0)
    if longest > MAX_SOLUTION_CHARACTERS:
        raise TraceError(f"a solution has {longest:,} characters; at most {MAX_SOLUTION_CHARACTERS:,} are read")
    separator = _choose_separator([one for run in runs for one in run.solutions], options.separator)
    any_scores = any(one.scores for run in runs for one in run.solutions)
    read: list[tuple[Source, list[Solution]]] = []
    left_out: Counter[str] = Counter()
    for place, run in enumerate(runs):
        reasons: Counter[str] = Counter()
        solutions, whole, unlabelled = [], 0, 0
        for one in run.solutions:
            found = _read_solution(one, separator, any_scores)
            if isinstance(found, str):
                reasons[found] += 1
                continue
            solutions.append(found)
            whole += _is_whole(one, found, separator)
            unlabelled += bool(one.labels) and not found.labels
        left_out += reasons
        if solutions:
            notes = (*run.source.notes, *_describe(reasons, len(run.solutions), whole, unlabelled))
            seed = run.source.seed or place
            read.append((replace(run.source, notes=notes, seed=seed), solutions))
    if not read:
        why = "; ".join(f"{pluralise(number, 'solution')} {reason}" for reason, number in left_out.items())
        raise TraceError(f"no solution of the file can be read: {why or 'there is none'}")
    slots = sum(len(solutions) * max(len(one.steps) for one in solutions) for _, solutions in read)
    if slots > MAX_SLOTS_OF_FILE:
        raise TraceError(f"the file has {slots:,} steps times solutions; at most {MAX_SLOTS_OF_FILE:,} are opened")
    scores = [score for _, solutions in read for one in solutions for score in one.scores]
    scale = choose_scale(scores, options.scale) if any_scores else None
    return [build_forest(_add_scale(source, scale, scores), solutions, scale) for source, solutions in read]


def _count_characters(solution: GivenSolution) -> int:
    return len(solution.text) if isinstance(solution.text, str) else sum(map(len, solution.text))


def split_solution(text: str, separator: str = SEPARATOR) -> list[str]:
    """Return the steps of a text, not empty, blanks stripped at both ends; a separator inside a block of code or of
    display mathematics ends none."""
    parts = (part.removesuffix(separator) for part in split_text(text, separator))  # of a blank line strip does it
    return [step for part in parts if (step := part.strip())]


def read_separator(name: str) -> str:
    r"""Return the text that a name of `SEPARATORS` stands for, else the text itself; `\n` in it is a line break."""
    return SEPARATORS.get(name, name.replace("\\n", "\n"))


def _choose_separator(solutions: Sequence[GivenSolution], name: str) -> str:
    """What ends a step: what was asked for, else what fits most of the numbers of scores and labels."""
    if name != AUTO:
        separator = read_separator(name)
        if not separator:
            raise TraceError("the separator of steps is empty; expected a text, blank-line, line or auto")
        return separator
    cut = [one for one in solutions if isinstance(one.text, str)][:_SAMPLE]

    def fits(separator: str) -> int:
        return sum(len(split_solution(str(one.text), separator)) == len(one.scores or one.labels or ()) for one in cut)

    return max(SEPARATORS.values(), key=fits)  # the first one of those that fit as many


def _read_solution(given: GivenSolution, separator: str, with_scores: bool) -> Solution | str:
    """The solution, or why it is left out: the end of a sentence that begins with how many are."""
    steps = (
        split_solution(given.text, separator)
        if isinstance(given.text, str)
        else [step for step in given.text if step.strip() or given.scores or given.labels]
    )
    if not steps:
        return "without a step"
    scores, labels = given.scores or (), given.labels or ()
    if with_scores and not scores:
        return "without scores"
    if any(math.isnan(score) for score in scores):
        return "with a step whose score is missing"
    if len(scores) == 1 and len(steps) > 1 and len(labels) <= 1:
        steps = ["\n\n".join(steps) if not isinstance(given.text, str) else given.text.strip()]
    if scores and len(scores) != len(steps):
        return "with another number of scores than steps"
    if len(labels) == 1 and len(steps) > 1:
        labels = ()  # of the whole, which says nothing of a step
    if labels and len(labels) != len(steps):
        return "with another number of labels than steps"
    return Solution(tuple(steps), tuple(scores), tuple(labels))


def _is_whole(given: GivenSolution, found: Solution, separator: str) -> bool:
    """Whether a solution of several steps was made one of one, as it has a single score."""
    if len(found.steps) > 1 or not given.scores:
        return False
    return len(given.text) > 1 if not isinstance(given.text, str) else len(split_solution(given.text, separator)) > 1


def _describe(reasons: Mapping[str, int], solutions: int, whole: int, unlabelled: int) -> Iterable[str]:
    for reason, number in reasons.items():
        yield f"Left out: {number} of {pluralise(solutions, 'solution')}, {reason}."
    if whole:
        yield (
            f"The file has one score for a whole solution, and none for its steps: {pluralise(whole, 'solution')} "
            f"{'is' if whole == 1 else 'are'} shown as a single step."
        )

    if unlabelled:
        yield (
            f"The file has one label for a whole solution, and none for its steps: those of "
            f"{pluralise(unlabelled, 'solution')} are left out."
        )


def _add_scale(source: Source, scale: ScoreScale | None, scores: Sequence[float]) -> Source:
    if scale is None or scale.name == "unit":
        return source
    return replace(source, notes=(*source.notes, describe_scale(scale, scores)))


def group_runs(
    rows: Iterable[tuple[Source, Sequence[GivenSolution]]],
    key: Callable[[Source], object] = lambda source: clean_text(source.problem),
) -> list[GivenRun]:
    """Return the rows of one problem as one run, in the order in which the problems come first."""
    sources: dict[object, Source] = {}
    solutions: dict[object, list[GivenSolution]] = {}
    for source, given in rows:
        group = key(source)
        if group not in sources:
            sources[group], solutions[group] = source, []
        elif sources[group].truth is None and source.truth is not None:
            sources[group] = replace(sources[group], truth=source.truth)
        solutions[group].extend(given)
    return [GivenRun(sources[group], solutions[group]) for group in sources]
