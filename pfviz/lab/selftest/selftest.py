"""The lab tried on rewards whose faults are known: planted ones must be found, and in a sound reward none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pfviz import api
from pfviz.inference.methods import SAMPLING_METHOD
from pfviz.lab.findings import Findings, find_causes
from pfviz.lab.selftest.faults import FAULTS, Fault, spoil_rewards
from pfviz.lab.table.prefixes import build_prefix_table
from pfviz.problems.datasets import load_problems

RUNS = 36
PARTICLES = 16
TEMPERATURE = 1.0  # so that there are errors to notice
DATASET = "held-out-signs"
"""Whose problems are run: signs matter in them, and some of the planted faults are about signs."""
BASES = ("oracle", "embedded")
"""The rewards that faults are planted into."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found in the runs of one reward. `rank` from 1 is the place of the finding that names the planted cause,
    None if there is none; `fault` is None for the reward as it is."""

    base: str
    fault: Fault | None
    findings: Findings
    rank: int | None


def try_faults(
    bases: Sequence[str] = BASES,
    faults: Sequence[Fault] = FAULTS,
    runs: int = RUNS,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Trial | tuple[int, int]]:
    """Every spoilt reward on the same `runs` best-of-N runs; yields (runs done, runs in all) while they are made.

    Without selection what is written does not depend on the reward, so one set of runs serves for all of them.
    """
    given = load_problems(DATASET, runs)
    truths = {problem.text: problem.truth for problem in given}
    done = 0
    for base in bases:
        traces = []
        for seed, problem in enumerate(given):
            if stop():
                return
            traces.append(
                api.run(
                    problem, method=SAMPLING_METHOD, particles=PARTICLES, seed=seed, temperature=TEMPERATURE,
                    reward=base,
                )
            )  # fmt: skip
            done += 1
            yield done, len(bases) * len(given)
        table = build_prefix_table(traces)
        for fault in (None, *faults):
            scored = table if fault is None else table.with_reward(spoil_rewards(table, fault, truths))
            found = find_causes(scored)
            yield Trial(base, fault, found, fault_rank(found, fault))


def fault_rank(found: Findings, fault: Fault | None) -> int | None:
    """The place, from 1, of the first finding that names the planted cause."""
    causes = () if fault is None else fault.causes
    return next((place for place, finding in enumerate(found.found, start=1) if finding.cause in causes), None)


def has_passed(tried: Sequence[Trial]) -> bool:
    """First or second for at least nine of ten planted faults of each base, and nothing in the clean oracle."""
    for base in {one.base for one in tried}:
        planted = [one for one in tried if one.base == base and one.fault is not None]
        if sum(one.rank in (1, 2) for one in planted) < 0.9 * len(planted):
            return False
    clean = [one for one in tried if one.base == "oracle" and one.fault is None]
    return not any(one.findings.found for one in clean)
