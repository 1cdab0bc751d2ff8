"""Every kind of server, described by no more than its address: how it is asked is found out, told, and right."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

import pfviz
from pfviz.errors import ModelError
from pfviz.models.remote.dialects import DIALECTS, TRIED_IN_ORDER
from pfviz.models.remote.generator import RemoteGenerator
from pfviz.models.rewards.confidence import ConfidenceReward
from pfviz.text import shorten
from pfviz.trace import dumps, loads
from pfviz.types import Sampling
from tests.models.remote import fake
from tests.models.remote.fake import Fake, Odd, Waited
from tests.models.remote.kinds import BROKEN_BOUND, KINDS

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


def test_log_probabilities_are_asked_for_where_the_reward_reads_them_or_the_endpoint_says_so() -> None:
    for reward, said, asked in (
        (ConfidenceReward(), None, True),
        (pfviz.perturbed.inverted(ConfidenceReward("minimum")), None, True),
        (pfviz.perturbed.inverted(HALF), None, False),
        (HALF, None, False),
        (HALF, True, True),
        (OwnReward(), None, True),
    ):
        with KINDS["llama.cpp"].serving() as server:
            trace = solve(server, "completions", reward, log_probs=said)
            assert {"logprobs" in body for _, body in server.asked if body} == {asked}
        assert bool(np.isnan(trace.log_probs[trace.written]).any()) != asked


class OwnReward:
    """A reward model of somebody's own, which does not say what it reads."""

    name = "own"

    def open(self, problem, *, particles, whole=False):
        return HALF.open(problem, particles=particles)


@pytest.mark.parametrize("name", ["vLLM", "llama.cpp", "llama-cpp-python", "OpenRouter"])
def test_log_probabilities_are_told_where_they_are_asked_for(name: str, route: str) -> None:
    with KINDS[name].serving() as server:
        trace = solve(server, route, ConfidenceReward())
    assert (trace.log_probs[trace.written] < 0).all()


def test_what_was_found_out_is_kept_and_each_run_tells_it() -> None:
    with KINDS["llama-cpp-python"].serving() as server:
        made = generator(server)
        traces = [pfviz.run("toy", particles=2, max_steps=2, seed=3, reward=HALF, generator=made) for _ in range(2)]
        probes = [body for _, body in server.asked if body and body["max_tokens"] == 1]
    assert len(probes) == 2, "vLLM's fields, and those of llama.cpp"
    assert [note.text for trace in traces for note in trace.notes if "dialect" in note.text] == 2 * [
        f"endpoint:toy refuses the fields of vLLM ({shorten(f'HTTP 500: {BROKEN_BOUND}', 120)}): it is "
        "asked in the dialect llama-cpp-python; it continues no message, so the solution so far is a turn of its own, "
        "and another asks on."
    ]


def test_a_server_that_stumbles_once_is_still_what_it_is() -> None:
    replies = iter([Odd(500)])
    with fake.serving(odd=lambda path, body, turn: next(replies, None)) as server:
        trace = solve(server)
    assert "dialect" not in " ".join(note.text for note in trace.notes)


def test_a_server_that_is_down_is_asked_again_how_it_is_asked() -> None:
    with KINDS["llama-cpp-python"].serving() as server:
        usual, server.odd = server.odd, lambda path, body, turn: Odd(503)
        made = generator(server)
        for _ in range(2):
            with pytest.raises(ModelError, match=r"HTTP 503: boom \(4 attempts\)\. Check that the server is up"):
                pfviz.run("toy", particles=2, reward=HALF, generator=made)
        server.odd = usual
        assert pfviz.run("toy", particles=2, max_steps=2, reward=HALF, generator=made).steps == 2


def test_a_named_dialect_is_taken_as_it_is() -> None:
    with KINDS["llama-cpp-python"].serving() as server:
        with pytest.raises(ModelError, match=r"'top_k'.*If it refuses fields of its dialect, vllm, leave that out"):
            solve(server, dialect="vllm")
        assert len([body for _, body in server.asked if body]) == 2, "what is refused is not asked again"
        server.asked.clear()
        trace = solve(server, dialect="llama-cpp-python")
        assert all(body["max_tokens"] > 1 for _, body in server.asked)
    assert not trace.failed.any()


@pytest.mark.parametrize(
    ("base", "given"),
    [
        ("/v1", ""),
        ("/v1", "/v1/"),
        ("/v1", "/v1/chat/completions"),
        ("", ""),
        ("/openai", "/openai"),
        ("/openai/v1", "/openai"),
        ("/api/v3", "/api/v3"),
        ("/v1beta/openai", "/v1beta/openai/"),
        ("/api/v2/v1", "/api/v2"),
    ],
)
def test_the_api_is_found_under_the_address_or_its_v1(base: str, given: str) -> None:
    with fake.serving(base=base) as server:
        origin = server.url.removesuffix(base) if base else server.url
        made = generator(server, url=origin + given)
        pfviz.run("toy", particles=2, max_steps=2, seed=3, reward=HALF, generator=made)
        assert [path for path, _ in server.asked][-2:] == [f"{base}/chat/completions"] * 2
        server.asked.clear()
        assert made.client.list_models() == [fake.MODEL, "other"]


def test_a_page_in_place_of_an_api_is_no_api() -> None:
    """Servers with a page of their own answer any path with it, and some with an error that comes as a success."""
    for page in (b"<html>", b'{"error": "Unexpected endpoint or method."}'):
        with fake.serving(base="") as server:
            server.odd = lambda path, body, turn, page=page: Odd(200, page) if path.startswith("/v1") else None
            assert not solve(server).failed.any()


WORDS = {
    "vLLM": (400, "This model's maximum context length is 64 tokens. However, you requested 70 tokens (58 in the mess"),
    "llama.cpp": (400, "the request exceeds the available context size, try increasing it"),
    "llama-cpp-python": (500, "Requested tokens (70) exceed context window of 64"),
    "TGI": (422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 64. Given: 58 `inputs` tokens"),
    "OpenRouter": (200, "prompt is too long: 70 tokens > 64 maximum"),
}


@pytest.mark.parametrize("kind", WORDS)
def test_a_full_context_finishes_the_particle_and_the_run_goes_on(kind: str) -> None:
    status, words = WORDS[kind]
    full = Odd(status, json.dumps({"error": {"message": words}}).encode())

    def refuse(path: str, body: Any, turn: int) -> Odd | None:
        """Room for 9 characters in all."""
        if body is None or body["max_tokens"] == 1:
            return None
        solution = body["messages"][-1]["content"].replace("toy", "")
        return full if len(solution) + body["max_tokens"] > 9 else None

    with fake.serving(odd=refuse) as server:
        made = generator(server)
        trace = pfviz.run(
            "toy",
            particles=8,
            max_steps=9,
            max_step_tokens=8,
            seed=4,
            reward=HALF,
            generator=made,
            trigger="ess",
            threshold=0.01,
        )
    assert trace.finished[-1].all()
    assert not trace.failed.any()
    assert "tokens" in {end for row in trace.ends for end in row}
    assert [note for note in trace.notes if "fills the model's context and writes no more" in note.text]
    assert loads(dumps(trace)).ends == trace.ends


def test_a_server_that_cuts_a_step_short_has_no_room_for_more() -> None:
    cut = {"choices": [{"message": {"content": "ab"}, "finish_reason": "length"}], "usage": {"completion_tokens": 2}}
    with fake.serving(odd=lambda path, body, turn: Odd(200, json.dumps(cut).encode()) if body else None) as server:
        trace = solve(server)
    assert (trace.steps, trace.ends, trace.texts) == (1, [["tokens"] * 2], [["ab"] * 2])
    assert trace.finished.all()
    assert "Particle 1 fills the model's context and writes no more." in [note.text for note in trace.notes]


def test_a_content_filter_ends_the_particle_and_not_the_run() -> None:
    cut = {"choices": [{"message": {"content": None}, "finish_reason": "content_filter"}]}
    with fake.serving(odd=lambda path, body, turn: Odd(200, json.dumps(cut).encode()) if body else None) as server:
        trace = solve(server)
    assert trace.status == "finished"
    assert "Particle 0 was cut short by the server's content filter and writes no more." in [
        note.text for note in trace.notes
    ]


def test_what_is_wrong_in_any_words_is_said_in_the_plainest() -> None:
    """A wrong model is no wrong field, and a server may check its fields first."""

    def refuse(path: str, body: Any, turn: int) -> Odd | None:
        return None if body is None else KINDS["OpenAI"].refuse(body) or Odd(400, b'{"error": "no such model"}')

    with fake.serving(odd=refuse) as server:
        with pytest.raises(ModelError, match=r"HTTP 400: no such model\. It lists: toy-model, other\.$"):
            solve(server)
        assert len([body for _, body in server.asked if body]) == len(TRIED_IN_ORDER)
