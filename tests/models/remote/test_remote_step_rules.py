"""The rules for steps over a server: what it is asked to stop at, and where it is asked to go on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pfviz.errors import EndpointError, ModelError
from pfviz.models.remote.endpoint import Endpoint
from pfviz.models.remote.generator import RemoteGenerator
from pfviz.models.remote.requests import chat_messages
from pfviz.problems.problem import Problem
from pfviz.types import Sampling, Step, WritingOptions
from tests.models.remote import fake

SOLUTION = "## Step 1\nMr. Li pays 3.5 dollars. She pays 2.\n\nSo 5.5 in all. The answer is \\boxed{5.5}."


def serve(solution: str) -> Any:
    """A server that writes this solution on from where a request stands, a token a character, up to its stop."""

    def reply(path: str, body: Any, turn: int) -> fake.Odd:
        written = body["prompt"].partition("\nA: ")[2]
        assert solution.startswith(written), (solution, written)
        rest = solution[len(written) :]
        stops = body.get("stop", [])
        text, stop, _ = rest.partition(stops[0]) if stops else (rest, "", "")
        length = len(text) > body["max_tokens"]
        text = text[: body["max_tokens"]]
        choice: dict[str, Any] = {"text": text, "finish_reason": "length" if length else "stop"}
        if not length:
            choice["stop_reason"] = stop or None
        return fake.Odd(200, json.dumps({"choices": [choice], "usage": {"completion_tokens": len(text)}}).encode())

    return reply


def write(options: WritingOptions, solution: str = SOLUTION, given: int = 0) -> tuple[list[Step], list[Any]]:
    """The steps of a solution; so many of them are given again, to a session that goes on from there."""
    with fake.serving(odd=serve(solution), extended=False) as server:
        generator = RemoteGenerator(server.endpoint(dialect="openai")).configure(options)
        made = list[Step]()
        for known in ([], made[:given]) if given else ([],):
            session = generator.open(Problem("1 + 2"), particles=1, seed=0, sampling=Sampling())
            made = []
            while not made or not made[-1].finished:
                step = len(made)
                *_, last = session.extend([0], step, {0: known[step]} if step < len(known) else {})
                assert not isinstance(last, int)
                made.append(last[0])
        return made, [body for _, body in server.asked]


@pytest.mark.parametrize(
    ("options", "stop", "texts"),
    [
        (WritingOptions(), ["\n\n"], ["## Step 1\nMr. Li pays 3.5 dollars. She pays 2.", SOLUTION.split("\n\n")[1]]),
        (
            WritingOptions("line"),
            ["\n"],
            ["## Step 1\nMr. Li pays 3.5 dollars. She pays 2.", SOLUTION.split("\n\n")[1]],
        ),
        (WritingOptions("line", joins_headings=False), ["\n"],
         ["## Step 1", "Mr. Li pays 3.5 dollars. She pays 2.", SOLUTION.split("\n\n")[1]]),
        (WritingOptions("sentence"), [". "],
         ["## Step 1\nMr. Li pays 3.5 dollars.", "She pays 2.", "So 5.5 in all.", "The answer is \\boxed{5.5}."]),
        (WritingOptions("line", min_step_tokens=60), ["\n"], [SOLUTION]),
    ],
)  # fmt: skip
def test_a_server_cuts_where_the_rule_does(options: WritingOptions, stop: list[str], texts: list[str]) -> None:
    steps, asked = write(options)
    assert [step.text.strip() for step in steps] == texts
    assert all(body["stop"] == stop for body in asked)
    again, _ = write(options, given=len(texts) - 1)
    assert [step.text for step in again] == [step.text for step in steps]


def test_so_many_tokens_are_asked_for_without_a_stop() -> None:
    steps, asked = write(WritingOptions("tokens", tokens_per_step=20))
    assert "".join(step.text for step in steps) == SOLUTION
    assert {len(step.text) for step in steps[:-1]} <= {20, 40}
    assert all(step.end == "separator" for step in steps[:-1])
    assert all(body["max_tokens"] == 20 and "stop" not in body for body in asked)


def test_what_a_server_cannot_be_asked_is_said() -> None:
    chat = Endpoint(name="far", url="http://127.0.0.1:9", model="m")
    with pytest.raises(ModelError, match=r"endpoint:far cannot be asked to stop before the next numbered item.*line"):
        RemoteGenerator(chat).configure(WritingOptions("numbered"))
    own = Endpoint(name="far", url="http://127.0.0.1:9", model="m", prompt="{problem}")
    for options in (WritingOptions(system="be brief"), WritingOptions(examples=(("1", "2"),))):
        with pytest.raises(ModelError, match="has no place for a system prompt or examples"):
            RemoteGenerator(own).configure(options)
    with pytest.raises(EndpointError, match="write them into the prompt"):
        Endpoint(name="far", url="http://127.0.0.1:9", model="m", prompt="{problem}", examples=(("1", "2"),))
    with pytest.raises(EndpointError, match=r"step_rule: expected one of blank-line, line, sentence, tokens"):
        Endpoint(name="far", url="http://127.0.0.1:9", model="m", step_rule="numbered")  # type: ignore[arg-type]


def test_system_and_examples_are_turns_of_the_chat() -> None:
    entry: dict[str, Any] = json.loads(
        '{"name": "far", "url": "http://127.0.0.1:9", "model": "m", "examples": [["1", "2"]]}'
    )
    endpoint = Endpoint(**entry)
    asked = RemoteGenerator(endpoint).configure(WritingOptions(system="be brief")).endpoint
    assert [tuple(turn.values()) for turn in chat_messages(asked, "3")] == [
        ("system", "be brief"), ("user", "1"), ("assistant", "2"), ("user", "3"),
    ]  # fmt: skip
    assert RemoteGenerator(endpoint).configure(WritingOptions(examples=())).endpoint.examples == ()
