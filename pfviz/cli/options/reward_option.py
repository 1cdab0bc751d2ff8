"""What `--reward` names on a command line: a model by its name, or a Python function of the user's own; and what a
judge is asked."""

from __future__ import annotations

from pathlib import Path

import click

from pfviz.api import calibrated
from pfviz.cli.screen.files import INPUT_FILE
from pfviz.models import registry
from pfviz.models.judge.prompt import JudgePrompt, parse_judge_name
from pfviz.models.rewards.function_name import is_function_name, load_function_reward
from pfviz.types import RewardModel

judge_prompt_option = click.option(
    "--judge-prompt",
    type=INPUT_FILE,
    help="Of --reward judge: a text file with the question that is asked after each step, answered by Yes or No.",
)

calibrate_option = click.option(
    "--calibrate",
    type=INPUT_FILE,
    metavar="FILE",
    help="Let the reward go through this map, which `pfviz calibrate` wrote.",
)


def resolve_reward(name: str, judge_prompt: Path | None = None, calibrate: Path | None = None) -> str | RewardModel:
    """The name of a model as it is; of `module:function`, and of a judge with a question of its own, the reward model
    that it makes. Raises `ModelError` for a function that is not there, and `UsageError` for a question without a
    judge. With a map to `calibrate` by, the reward goes through it."""
    if calibrate is not None:
        return calibrated(resolve_reward(name, judge_prompt), calibrate)
    if judge_prompt is not None:
        if parse_judge_name(name) is None:
            raise click.UsageError(f"--judge-prompt is for a judge, as --reward judge; the reward is {name!r}.")
        question = judge_prompt.read_text(encoding="utf-8", errors="replace")
        return registry.make_judge(name, JudgePrompt.from_question(question))
    return load_function_reward(name) if is_function_name(name) else name
