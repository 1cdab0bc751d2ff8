"""The prefix that an example of a finding shows: where it stands, what it says, how it was scored."""

from __future__ import annotations

from dataclasses import dataclass

from pfviz.diagnostics.truth import RIGHT, UNKNOWN
from pfviz.lab.diagnosis import Diagnosis


@dataclass(frozen=True, slots=True)
class ScoredStep:
    """A step with the reward of the prefix that ends there; `right` says of the prefix, None where it is not known."""

    text: str
    reward: float
    right: bool | None


@dataclass(frozen=True, slots=True)
class Example:
    """A prefix of a run. `run`, `sweep` and `step` count from 0; `node` is the uid of its particle."""

    run: int
    sweep: int
    node: int
    step: int
    problem: str
    path: tuple[ScoredStep, ...]  # its steps; the last one is the example

    @property
    def last(self) -> ScoredStep:
        """The step that is shown."""
        return self.path[-1]


def build_example(diagnosis: Diagnosis, row: int) -> Example:
    """The prefix that ends with this row of the diagnosis."""
    rows = diagnosis.rows
    run, sweep, node = diagnosis.node(row)
    path = tuple(
        ScoredStep(
            rows.texts[i], float(rows.reward[i]), None if rows.right[i] == UNKNOWN else bool(rows.right[i] == RIGHT)
        )
        for i in rows.path(row)
    )
    return Example(run, sweep, node, int(rows.step[row]), rows.problems[rows.problem[row]], path)
