"""Every kind of server, described by no more than its address: how it is asked is found out, told, and right."""

from __future__ import annotations

import re

import pytest

import pfviz
from pfviz.models.remote.dialects import DIALECTS
from pfviz.models.remote.generator import RemoteGenerator
from pfviz.trace import dumps, loads
from pfviz.types import Sampling
from tests.models.remote import fake
from tests.models.remote.fake import Fake, Waited
from tests.models.remote.kinds import KINDS

ROUTES = {"completions": fake.PROMPT, "chat": None}
HALF = pfviz.reward(lambda problem, steps: 0.5, "half")


def generator(server: Fake, route: str = "chat", **changes: object) -> RemoteGenerator:
    described = {"dialect": "auto", "prompt": ROUTES[route], **changes}
    return RemoteGenerator(server.endpoint(**described), sleep=Waited().sleep)


def solve(server: Fake, route: str = "chat", reward: object = HALF, **changes: object) -> pfviz.Trace:
    return pfviz.run(
        "toy", particles=2, max_steps=3, seed=3, reward=reward, generator=generator(server, route, **changes)
    )  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=ROUTES)
def route(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def expected(route: str) -> list[list[str]]:
    with KINDS["vLLM"].serving() as server:
        return solve(server, route, dialect="vllm").texts


@pytest.mark.parametrize("name", KINDS)
def test_a_run_needs_no_more_than_the_address(name: str, route: str, expected: list[list[str]]) -> None:
    kind = KINDS[name]
    with kind.serving() as server:
        trace = solve(server, route)
        found = {body["max_tokens"] for _, body in server.asked if body}
        asked = [body for _, body in server.asked if body and body["max_tokens"] > 1]
    assert found == {1, Sampling().max_step_tokens}, "one token is enough to find out"
    assert len(trace.texts) == 3 or trace.finished[-1].all()
    assert not trace.failed.any()
    if kind.repeats:
        assert trace.texts == expected
    else:
        assert all(re.fullmatch("[ab]*", text) for row in trace.texts for text in row)
    dialect = DIALECTS[kind.dialect]
    for body in asked:
        assert dialect.fields.items() <= body.items()
        assert ("seed" in body, "top_p" in body) == (dialect.seed, dialect.top_p)
        assert "logprobs" not in body
    notes = " ".join(note.text for note in trace.notes)
    assert (f"in the dialect {kind.dialect}" in notes) == (kind.dialect != "vllm")
    assert ("may be part of what is drawn" in notes) == kind.own_samplers
    assert loads(dumps(trace)).texts == trace.texts
