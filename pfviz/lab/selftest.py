"""The lab tried on rewards whose faults are known: planted ones must be found, and in a sound reward none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from pfviz import api
from pfviz.lab.findings import Findings, findings
from pfviz.lab.plants import PLANTS, Plant, spoilt
from pfviz.lab.rows import rows
from pfviz.problem import Problem
from pfviz.tiny import world
from pfviz.tiny.tasks import Task

RUNS = 36
PARTICLES = 16
TEMPERATURE = 1.0  # so that there are errors to notice
_LOOKED_THROUGH = 900  # held-out problems, for those whose answer is negative


@dataclass(frozen=True, slots=True)
class Tried:
    """What was found in the runs of one reward. `rank` from 1 is the place of the finding that names the planted cause,
    None if there is none; `plant` is None for the reward as it is."""

    base: str
    plant: Plant | None
    found: Findings
    rank: int | None


def problems(runs: int = RUNS) -> list[Problem]:
    """Held-out problems; the answer of every second one is negative, so that signs matter."""
    return list(_drawn(runs))


@cache  # drawing takes a second, and each batch of the page asks
def _drawn(runs: int) -> tuple[Problem, ...]:
    """In pairs of a negative and a usual one; no more tasks are drawn than are needed."""
    tasks, pairs = islice(world.each_held_out(), _LOOKED_THROUGH), (runs + 1) // 2
    negative: list[Task] = []
    usual: list[Task] = []
    while min(len(negative), len(usual)) < pairs and (task := next(tasks, None)) is not None:
        (negative if task.answer < 0 else usual).append(task)
    both = [task for pair in zip(negative, usual, strict=False) for task in pair][:runs]
    return tuple(Problem(task.text, str(task.answer)) for task in both)


def try_plants(
    bases: Sequence[str] = ("oracle", "embedded"),
    plants: Sequence[Plant] = PLANTS,
    runs: int = RUNS,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Tried | tuple[int, int]]:
    """Every spoilt reward on the same `runs` best-of-N runs; yields (runs done, runs in all) while they are made.

    Without selection what is written does not depend on the reward, so one set of runs serves for all of them.
    """
    given = problems(runs)
    truths = {problem.text: problem.truth for problem in given}
    done = 0
    for base in bases:
        traces = []
        for seed, problem in enumerate(given):
            if stop():
                return
            traces.append(
                api.run(
                    problem, method="best_of_n", particles=PARTICLES, seed=seed, temperature=TEMPERATURE, reward=base
                )
            )  # fmt: skip
            done += 1
            yield done, len(bases) * len(given)
        table = rows(traces)
        for plant in (None, *plants):
            scored = table if plant is None else table.scored(spoilt(table, plant, truths))
            found = findings(scored)
            yield Tried(base, plant, found, rank(found, plant))


def rank(found: Findings, plant: Plant | None) -> int | None:
    """The place, from 1, of the first finding that names the planted cause."""
    causes = () if plant is None else plant.causes
    return next((place for place, finding in enumerate(found.found, start=1) if finding.cause in causes), None)


def passed(tried: Sequence[Tried]) -> bool:
    """First or second for at least nine of ten planted faults of each base, and nothing in the clean oracle."""
    for base in {one.base for one in tried}:
        planted = [one for one in tried if one.base == base and one.plant is not None]
        if sum(one.rank in (1, 2) for one in planted) < 0.9 * len(planted):
            return False
    clean = [one for one in tried if one.base == "oracle" and one.plant is None]
    return not any(one.found.found for one in clean)
