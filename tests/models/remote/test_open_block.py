"""A server that stops inside a block is asked to go on, and the step comes in one piece."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pfviz.models.remote.generator import RemoteGenerator
from pfviz.models.remote.open_block import MAX_REQUESTS, join_replies
from pfviz.models.remote.responses import Completion
from pfviz.problems.problem import Problem
from pfviz.problems.step_rules import StepRule
from pfviz.types import Sampling, Step
from tests.models.remote import fake

SOLUTION = "Code:\n```python\na = 1\n\nb = 2\n\nc = a + b\n```\n\nSo \\boxed{3}."


def serve(solution: str, tell: dict[str, Any] | None = None) -> Any:
    """A server that writes this solution on from where a request stands, a token a character, up to each blank line."""

    def reply(path: str, body: Any, turn: int) -> fake.Odd:
        written = body["prompt"].partition("\nA: ")[2]
        assert solution.startswith(written)
        rest = solution[len(written) :]
        text, stop, _ = rest.partition("\n\n")
        length = len(text) > body["max_tokens"]
        text = text[: body["max_tokens"]]
        choice = {"text": text, "finish_reason": "length" if length else "stop"}
        if not length:
            choice["stop_reason"] = stop or None
        found = {"choices": [choice | (tell or {})], "usage": {"completion_tokens": len(text)}}
        return fake.Odd(200, json.dumps(found).encode())

    return reply


def write(solution: str, steps: int, **sampling: Any) -> tuple[list[Step], list[Any]]:
    with fake.serving(odd=serve(solution), extended=False) as server:
        generator = RemoteGenerator(server.endpoint(dialect="openai"))
        session = generator.open(Problem("1 + 2"), particles=1, seed=0, sampling=Sampling(**sampling))
        made = []
        for step in range(steps):
            *_, last = session.extend([0], step)
            assert not isinstance(last, int)
            made.append(last[0])
        return made, [body for _, body in server.asked]


def test_a_step_with_code_comes_in_one_piece() -> None:
    (code, answer), asked = write(SOLUTION, 2)
    assert (code.text, code.end, code.finished) == (SOLUTION.partition("\n\nSo")[0], "separator", False)
    assert (answer.text, answer.finished) == ("So \\boxed{3}.", True)
    assert len(asked) == 4
    assert [body["max_tokens"] for body in asked] == [256, 256 - 21, 256 - 26, 256]
    assert len(code.token_ids) == len("Code:\n```python\na = 1b = 2c = a + b\n```")


def test_the_bounds_of_a_step_hold_inside_a_block_that_nothing_closes() -> None:
    endless = "```\n" + "x\n\n" * 300
    (step,), asked = write(endless, 1)
    assert len(asked) == MAX_REQUESTS
    assert step.text == ("```\n" + "x\n\n" * MAX_REQUESTS).removesuffix("\n\n")
    (step,), asked = write(endless, 1, max_step_tokens=7)
    assert (len(asked), len(step.token_ids), step.finished) == (3, 7, False)
    (step,), asked = write(endless, 1, max_step_characters=7)
    assert (step.end, len(step.text)) == ("characters", 7)


@pytest.mark.parametrize("field", ["ids", "log_probs", "count", "pieces"])
def test_what_one_part_does_not_tell_is_not_known(field: str) -> None:
    def part(text: str, **changes: Any) -> Completion:
        told: dict[str, Any] = {"ids": (1, 2), "pieces": (text, "\n\n"), "log_probs": (-1.0, -2.0), "count": 2}
        known = told | {"prompt_ids": (9,)} | changes
        return Completion(text=text, finish="stop", says_stop=True, stop="\n\n", **known)

    whole = join_replies(part("a"), part("b"), StepRule())
    assert (whole.text, whole.ids, whole.pieces) == ("a\n\nb", (1, 2, 1, 2), ("a", "\n\n", "b", "\n\n"))
    assert (whole.log_probs, whole.count, whole.prompt_ids) == ((-1.0, -2.0, -1.0, -2.0), 4, (9,))
    for parts in ((part("a", **{field: None}), part("b")), (part("a"), part("b", **{field: None}))):
        assert getattr(join_replies(*parts, StepRule()), field) is None
