"""A reward model asked outside of a run: numbers in [0, 1], or an error that says what it cannot be asked."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pfviz.errors import LabError
from pfviz.inference.settings import Settings
from pfviz.models import registry
from pfviz.models.rewards.function import RewardFunction
from pfviz.trace.trace import Trace
from pfviz.types import Generator, RewardModel, RewardSession, Step, StepEnd, bind_recorded_reward, configure_generator


def recorded_reward(
    trace: Trace, reward: str | RewardModel | RewardFunction, generator: str | Generator | None = None
) -> RewardModel:
    """The reward model for the steps of a recorded run. Where it needs the generator, that is loaded, and asked to
    write as there: the trace's, unless another is given. Raises `ModelError` as `as_reward`."""
    asked = trace.generator if generator is None else generator

    def load() -> Generator:
        writing = Settings.from_recorded(trace.settings, trace.seed).writing
        loading = {"has_examples": True} if writing.examples else {}
        loaded = registry.get_generator(asked, **loading) if isinstance(asked, str) else asked
        return configure_generator(loaded, writing)

    return bind_recorded_reward(registry.as_reward(reward), load)


def score_steps(session: RewardSession, name: str, steps: Mapping[int, Step]) -> dict[int, float]:
    """The rewards of the slots' prefixes with their new steps; `name` is the reward model's.

    Raises `LabError` for what is no number in [0, 1]: a reward that reads the generator's own numbers has none for a
    text that was typed.
    """
    found = {slot: float(value) for slot, value in session.score(steps).items()}
    for slot, step in steps.items():
        value = found.get(slot, math.nan)
        if not math.isfinite(value):
            raise LabError(
                f"The reward model {name!r} gives no number for the step {step.text[:60]!r}. One that reads the "
                "generator's probabilities cannot score a text; choose one that reads it."
            )
        if not 0 <= value <= 1:
            raise LabError(f"The reward model {name!r} gives {value} for a step; a reward lies in [0, 1].")
    return found


def text_step(text: str, *, finished: bool) -> Step:
    """A step of which nothing but its text is known."""
    end: StepEnd = "eos" if finished else "separator"
    return Step(text, (), None, finished, end)
