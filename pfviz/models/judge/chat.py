"""The chat that a judge reads, as ids: the problem, the steps so far, a question."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pfviz.models.decoding.tokenization import Tokenization
from pfviz.models.judge.prompt import JudgePrompt
from pfviz.problems.problem import SEPARATOR, Problem

_PLACEHOLDER = "𝟏"  # stands for the user's text: no template has it
_PLAIN_END = "\n\nAnswer:"  # of a model without a chat template


def split_chat(tokenization: Tokenization, system: str, asked_at: datetime | None = None) -> tuple[str, str]:
    """The chat before the user's text and after it, up to where the judge answers, without thinking first where its
    template knows that; of a model without a template nothing, and a line that asks for the answer."""
    from jinja2.exceptions import TemplateError

    if not tokenization.has_template:
        return "", _PLAIN_END
    try:
        turns = (("system", system), ("user", _PLACEHOLDER))
        text = tokenization.render_turns(turns, asked_at, enable_thinking=False)
    except TemplateError:  # some templates refuse a system's turn
        text = tokenization.render_turns((("user", f"{system}\n\n{_PLACEHOLDER}"),), asked_at, enable_thinking=False)
    before, _, after = text.partition(_PLACEHOLDER)
    return before, after


def encode_problem(tokenization: Tokenization, prompt: JudgePrompt, problem: Problem) -> list[int]:
    """The ids before the first step."""
    text = prompt.problem + problem.text.strip() + prompt.solution
    if not tokenization.has_template:
        return tokenization.plain_prompt(replace(problem, text=text))
    return tokenization.encode(split_chat(tokenization, prompt.system, problem.asked_at)[0] + text)


def encode_judged_step(tokenization: Tokenization, text: str) -> tuple[int, ...]:
    """The ids that a step adds."""
    return tuple(tokenization.encode(text.strip() + SEPARATOR))
