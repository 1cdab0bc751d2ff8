"""The same problem, models and seed by other methods, with as many generations as a run had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pfviz.comparison.summary import count_generations
from pfviz.errors import ComparisonError
from pfviz.inference.methods import DEFAULT_METHOD, METHODS
from pfviz.inference.settings import Settings
from pfviz.problems.problem import Problem
from pfviz.trace.trace import Trace

RIVALS = ("best_of_n", "dvts")
"""Methods that a run is set against: those that a reader asks about first, one of each other family."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A run that is to be made: `arguments` are those of `pfviz.run` beside the problem."""

    problem: Problem
    method: str
    arguments: Mapping[str, Any]

    @property
    def title(self) -> str:
        """What its method is called."""
        return METHODS[self.method].title

    def is_made(self, trace: Trace) -> bool:
        """Whether a run is this one: the same problem, models, method, seed and settings."""
        recorded = {**trace.settings, "method": trace.method, "seed": trace.seed}
        recorded |= {"generator": trace.generator, "reward": trace.reward, "pick": self.arguments["pick"]}
        is_alike = all(recorded.get(name) == value for name, value in self.arguments.items())
        return trace.problem == self.problem.text and is_alike


def plan_rivals(trace: Trace) -> list[Rival]:
    """Return the runs that a run is set against: best-of-N and DVTS on its problem, models and seed, with as many
    generations (solutions that are written; tokens then follow from their lengths). A run by one of them is set against
    particle filtering in its place. Settings are the run's own, but that each answers as is usual for its method.

    Raises:
        ComparisonError: the method, or a setting, of the run is not known here.
    """
    budget = count_generations(trace)
    if budget is None:
        raise ComparisonError(
            f"What the run by {trace.method[:60]!r} spent cannot be told, as its method or settings are not known here."
        )
    common = replace(Settings.from_recorded(trace.settings, trace.seed), pick="usual")
    found = []
    for method in (*RIVALS, DEFAULT_METHOD) if trace.method in RIVALS else RIVALS:
        settings = METHODS[method].settings_for_budget(common, budget) if method != trace.method else None
        if settings is not None:
            arguments = {**settings.as_dict(), "seed": trace.seed, "method": method}
            arguments |= {"generator": trace.generator, "reward": trace.reward}
            found.append(Rival(Problem.from_text(trace.problem, trace.truth), method, arguments))
    return found
