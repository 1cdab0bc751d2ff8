"""Solutions with what became of them: what a reward is fitted on. A file holds one problem a line, as JSON.

{"problem": …, "truth": …, "solutions": [{"steps": [{"text": …, "ids": […], "end": …}, …], "right": true}, …]}

A step from which rollouts were drawn has `value`, the share of them that end right, and `rollouts`, their number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from pfviz.errors import DatasetError, ModelError
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.problems.problem import SEPARATOR
from pfviz.types import Generator, StepEnd

_CONFIG = ConfigDict(extra="ignore")


@dataclass(frozen=True, config=_CONFIG)
class SampledStep:
    """A step as it was written."""

    text: str
    ids: tuple[int, ...]
    end: StepEnd
    log_prob: float | None = None  # nats, at temperature 1
    value: float | None = None  # share of the rollouts from the prefix that it ends which end right
    rollouts: int = 0


@dataclass(frozen=True, config=_CONFIG)
class Solution:
    """A solution, and whether its answer is right."""

    steps: tuple[SampledStep, ...]
    right: bool

    @property
    def tokens(self) -> int:
        """Tokens of all steps."""
        return sum(len(step.ids) for step in self.steps)

    @property
    def values(self) -> tuple[float, ...]:
        """What is known of the value of the prefix after each step: the share of its rollouts, or else the outcome."""
        return tuple(float(self.right) if step.value is None else step.value for step in self.steps)

    @property
    def labels(self) -> tuple[bool, ...]:
        """Whether the prefix after each step can end right: the hard labels of Math-Shepherd (Wang et al. 2024)."""
        return tuple(value > 0 for value in self.values)

    @property
    def text(self) -> str:
        """The whole solution."""
        return SEPARATOR.join(step.text for step in self.steps)


@dataclass(frozen=True, config=_CONFIG)
class SampledProblem:
    """A problem with several independent solutions."""

    problem: str
    truth: str
    solutions: tuple[Solution, ...]

    @property
    def is_mixed(self) -> bool:
        """Whether some solutions are right and some are wrong: only then can they be told apart."""
        return len({solution.right for solution in self.solutions}) == 2


_ROW: TypeAdapter[SampledProblem] = TypeAdapter(SampledProblem)


def append_sample(path: Path, sample: SampledProblem) -> None:
    """Add a line to the file, so that what was sampled survives whatever comes."""
    with path.open("a", encoding="utf-8") as file:
        file.write(_to_line(sample))


def write_samples(path: Path, samples: Iterable[SampledProblem]) -> None:
    """Write the file anew; it is whole, or as it was."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text("".join(map(_to_line, samples)), encoding="utf-8")
    partial.replace(path)


def _to_line(sample: SampledProblem) -> str:
    row = asdict(sample)
    for step in (step for solution in row["solutions"] for step in solution["steps"]):
        if not step["rollouts"]:
            del step["value"], step["rollouts"]
    return json.dumps(row, ensure_ascii=False) + "\n"


def read_samples(path: Path) -> list[SampledProblem]:
    """Return the problems of a file; a last line that was cut off is left out.

    Raises:
        DatasetError: the file cannot be read, or a line is none; the message names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path} cannot be read: {error}") from error
    found = []
    for place, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found.append(_ROW.validate_json(line))
        except ValidationError as error:
            if place == len(lines):  # no line break behind it: it was being written
                break
            wrong = error.errors()[0]
            where = ".".join(map(str, wrong["loc"])) or "the line"
            raise DatasetError(f"{path}, line {place}: {where}: {wrong['msg']}") from error
    return found


def check_reads_hidden_states(generator: Generator) -> CausalLMGenerator:
    """The generator, if its hidden states can be read here; raises `ModelError` if not."""
    if not isinstance(generator, CausalLMGenerator):
        raise ModelError(
            f"{generator.name} runs elsewhere: its hidden states cannot be read. Choose a model that runs here: "
            "embedded, an id of the Hub, or a folder."
        )
    return generator
