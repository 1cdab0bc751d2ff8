"""A judge behind an address: what is asked, what is read of the likeliest tokens, and what is said without them."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

import pfviz
from pfviz.errors import ModelError
from pfviz.models.judge.prompt import JudgePrompt
from pfviz.models.judge.reward import JudgeReward
from pfviz.models.remote.generator import RemoteGenerator
from pfviz.problems.problem import Problem
from tests.contracts import reward as contract
from tests.contracts import toy
from tests.models.remote import fake

PROBLEM = Problem("toy")
PROMPT = JudgePrompt()
Top = Mapping[str, float] | None


def odds_of(text: str) -> dict[str, float]:
    """The log-probabilities of the first token after a text."""
    yes = 0.1 + zlib.crc32(text.encode()) % 700 / 1000
    return {"Yes": math.log(yes / 2), " yes": math.log(yes / 2), "No": math.log(0.9 - yes), "Well": math.log(0.1)}


def text_of(body: Any) -> str:
    """What the judge was asked, without the system's turn."""
    if "prompt" in body:
        return str(body["prompt"]).removeprefix(f"Q: {PROMPT.system}\n\n").removesuffix("\nA: ")
    return str(body["messages"][-1]["content"])


def reply(body: Any, top: Top, text: str = "Yes") -> fake.Odd:
    chat = "messages" in body
    choice: dict[str, Any] = {"index": 0, "finish_reason": "length"}
    choice |= {"message": {"content": text}} if chat else {"text": text}
    if top is not None and chat:
        listed = [{"token": token, "logprob": value} for token, value in top.items()]
        choice["logprobs"] = {"content": [{"token": "Yes", "logprob": -0.1, "top_logprobs": listed}]}
    elif top is not None:
        choice["logprobs"] = {"tokens": ["Yes"], "token_logprobs": [-0.1], "top_logprobs": [dict(top)]}
    return fake.Odd(200, json.dumps({"choices": [choice]}).encode())


def serving(top: Callable[[str], Top] = odds_of, text: Callable[[Any], str] = lambda body: "Yes") -> Any:
    return fake.serving(odd=lambda path, body, turn: reply(body, top(text_of(body)), text(body)))


def asked_text(steps: list[str], question: str = PROMPT.question) -> str:
    solution = "".join(f"{step.strip()}\n\n" for step in steps)
    return f"Problem:\ntoy\n\nSolution so far:\n\n{solution}{question}"


CHAT, COMPLETIONS = {"api": "chat", "prompt": None}, {"prompt": "Q: {problem}\nA: "}


@pytest.fixture(params=["chat", "completions"])
def case(request: pytest.FixtureRequest) -> Iterator[contract.Case]:
    def scratch(problem: Problem, steps: list[str]) -> float:
        p = {token: math.exp(value) for token, value in odds_of(asked_text(steps)).items()}
        return (p["Yes"] + p[" yes"]) / (p["Yes"] + p[" yes"] + p["No"])

    with serving() as running:
        endpoint = running.endpoint(**(CHAT if request.param == "chat" else COMPLETIONS))
        yield contract.Case(lambda: JudgeReward(RemoteGenerator(endpoint)), PROBLEM, scratch)


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_contract(check, case) -> None:
    check(case)


def judge(running: fake.Fake, **options: Any) -> JudgeReward:
    return JudgeReward(RemoteGenerator(running.endpoint(**CHAT, retries=0)), **options)


def test_distinct_prefixes_are_asked_for_once_and_for_one_token() -> None:
    with serving() as running:
        session = judge(running).open(PROBLEM, particles=3)
        session.score({slot: contract.step_of(text) for slot, text in enumerate(("a", "b", "a"))})
    bodies = [body for _, body in running.asked]
    assert sorted(text_of(body) for body in bodies) == [asked_text(["a"]), asked_text(["b"])]
    for body in bodies:
        assert (body["max_tokens"], body["logprobs"], body["top_logprobs"], body["temperature"]) == (1, True, 20, 0.0)
        assert "stop" not in body
        assert body["messages"][0] == {"role": "system", "content": PROMPT.system}


def score(top: Top) -> float:
    with serving(lambda text: top) as running:
        session = judge(running).open(PROBLEM, particles=1)
        return float(session.score({0: contract.step_of("a")})[0])


def test_a_word_that_is_not_among_the_likeliest_counts_as_the_least_of_them() -> None:
    assert score({"Yes": math.log(0.8), "Maybe": math.log(0.1)}) == pytest.approx(0.8 / 0.9)
    assert score({"NO": math.log(0.6), "Maybe": math.log(0.2)}) == pytest.approx(0.2 / 0.8)
    assert math.isnan(score({"Maybe": -0.1}))


@pytest.mark.parametrize("top", [None, {}])
def test_a_server_without_log_probabilities_is_refused_with_what_to_do(top: Top) -> None:
    with pytest.raises(ModelError, match=r"gives no log-probabilities of the likeliest tokens.*votes instead: judge-4"):
        score(top)


def test_what_is_no_list_of_tokens_is_none() -> None:
    choice = {"message": {"content": "Yes"}, "logprobs": {"content": [{"token": "Yes", "top_logprobs": "odd"}]}}
    body = json.dumps({"choices": [choice]}).encode()
    with fake.serving(odd=lambda path, asked, turn: fake.Odd(200, body)) as running:
        session = judge(running).open(PROBLEM, particles=1)
        with pytest.raises(ModelError, match="gives no log-probabilities"):
            session.score({0: contract.step_of("a")})


def test_votes_are_written_with_seeds_of_their_own_and_counted() -> None:
    def judgement(body: Any) -> str:
        return r"Fine. \boxed{Yes}" if body["seed"] % 2 else r"Wrong. \boxed{No}"

    with serving(text=judgement) as running:
        trace = pfviz.run("toy", generator=toy.ToyGenerator(), reward=judge(running, votes=3), particles=4, max_steps=2)
        again = pfviz.run("toy", generator=toy.ToyGenerator(), reward=judge(running, votes=3), particles=4, max_steps=2)
    assert trace.reward == "judge-3:endpoint:toy"
    assert {float(r) for r in trace.rewards.ravel()} <= {0.125, 0.375, 0.625, 0.875}
    assert (again.rewards == trace.rewards).all()
    assert any("of 3 Yes" in note.text for note in trace.notes)
    assert len({body["seed"] for _, body in running.asked}) * 2 == len(running.asked)
    assert all(body["messages"][-1]["content"].endswith(PROMPT.reasoning) for _, body in running.asked)


def test_one_refusal_is_noted_and_all_end_the_run() -> None:
    def odd(path: str, body: Any, turn: int) -> fake.Odd | None:
        return fake.Odd(400) if "\n\na\n\n" in text_of(body) else reply(body, odds_of(text_of(body)))

    with fake.serving(odd=odd) as running:
        session = judge(running).open(PROBLEM, particles=2)
        found = session.score({0: contract.step_of("a"), 1: contract.step_of("b")})
        assert math.isnan(found[0])
        assert 0 < found[1] < 1
        assert any("gave no judgement: HTTP 400" in note for note in session.notes)
        with pytest.raises(ModelError, match="cannot serve the model"):
            judge(running).open(PROBLEM, particles=1).score({0: contract.step_of("a")})
