"""Steps that a program sends, scored by a reward model of the page, in the page's queue and turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pfviz.errors import LabError, ModelError, PfvizError
from pfviz.lab.probes.score_texts import build_question
from pfviz.page.serving.engine import Engine, WaitStatus


def score_solutions(
    engine: Engine, problem: str, solutions: Sequence[Sequence[str]], reward: str, *, stop: Callable[[], bool]
) -> list[list[float]]:
    """Return the reward of each step of each solution.

    Raises:
        ModelError: a visitor could not choose that reward, or it fails.
        PfvizError: as `build_question`, or the queue is full.
    """
    engine.menu.check_allowed(None, reward)
    question = build_question(problem, solutions, reward)
    rewards: list[list[float]] = [[] for _ in question.solutions]
    try:
        for told in engine.ask(question, stop=stop):
            if isinstance(told, WaitStatus):
                continue
            for number, value in told.items():
                rewards[number].append(round(value, 6))
    except PfvizError:
        raise
    except Exception as error:  # a model may raise anything
        raise ModelError(f"The reward model failed ({type(error).__name__}).") from error
    if [len(row) for row in rewards] != [len(steps) for steps in question.solutions]:
        raise LabError("Scoring was stopped.")
    return rewards
