"""Servers that fail, hang, refuse and lie: what is asked again, what a particle's failure leaves, what ends a run."""

from __future__ import annotations

import gzip
import json
import math
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from pfviz.errors import ModelError
from pfviz.models.remote import http_client
from pfviz.models.remote.generator import RemoteGenerator, RemoteGeneratorSession
from pfviz.models.remote.parse_step import FAILED_STEP
from pfviz.models.remote.reward import RemoteReward
from pfviz.problems.problem import Problem
from pfviz.types import Sampling, Step
from tests.models.remote import fake
from tests.models.remote.fake import Fake, Odd, Waited

PATIENCE = 120  # s; a busy machine is slow, not wrong

PROBLEM, KEY, N = Problem("toy"), "sk-test-0123456789", 4


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    monkeypatch.setenv("TOY_KEY", KEY)
    with fake.serving() as running:
        yield running


def session(server: Fake, waited: Waited | None = None, particles: int = N, **changes: Any) -> RemoteGeneratorSession:
    sleep = (Waited() if waited is None else waited).sleep
    generator = RemoteGenerator(server.endpoint(key_env="TOY_KEY", **changes), sleep=sleep)
    return generator.open(PROBLEM, particles=particles, seed=5, sampling=Sampling(max_step_tokens=12))


def draw(opened: RemoteGeneratorSession, step: int = 0, particles: int = N) -> Mapping[int, Step]:
    *_, steps = opened.extend(range(particles), step)
    assert isinstance(steps, Mapping)
    return steps


def only(slot: int, odd: Odd, turns: int = 10**6, step: int = 0) -> Any:
    """The odd reply for one slot's request, the first times that it is made."""
    seed = fake.seed_of(5, step, slot)
    return lambda path, body, turn: odd if body and body.get("seed") == seed and turn <= turns else None


def expected(server: Fake) -> Mapping[int, Step]:
    """What a server that behaves gives."""
    odd, server.odd = server.odd, lambda path, body, turn: None
    steps = draw(session(server))
    server.odd = odd
    return steps


def test_a_failure_that_passes_is_asked_again_and_noted(server: Fake) -> None:
    waited = Waited()
    server.odd = only(2, Odd(503), turns=2)
    opened = session(server, waited)
    assert draw(opened) == expected(server)
    assert len(waited) == 2
    assert 0.25 <= waited[0] <= 0.5 <= waited[1] <= 1.0  # exponential, half of it at random
    assert opened.notes[1:] == ["endpoint:toy: 1 request was repeated before it succeeded: HTTP 503: boom."]


def test_the_pauses_follow_from_the_seed(server: Fake) -> None:
    server.odd = only(2, Odd(503))
    first, second = Waited(), Waited()
    for waited in (first, second):
        draw(session(server, waited, retries=5))
    assert len(first) == 5
    assert first == second


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (Odd(500), "HTTP 500: boom (4 attempts)"),
        (Odd(hang=True), "no reply within 1 s (2 attempts)"),
        (Odd(200, b'{"choices": [{"te'), "the reply is no JSON object (4 attempts)"),
        (Odd(200, b'{"choices"', missing=50), "no connection (peer closed connection"),
        (Odd(200, b'{"choices": NaN}'), "the reply is no JSON object (4 attempts)"),
        (Odd(200, b"[" * 9_000), "the reply is no JSON object (4 attempts)"),
        (Odd(200, b"[]"), "the reply is no JSON object (4 attempts)"),
        (Odd(200, b"\xff\xfe{}"), "the reply is no JSON object (4 attempts)"),
        (Odd(200, gzip.compress(b"{}"), {"content-encoding": "gzip"}), "the reply is no JSON object (4 attempts)"),
        (Odd(200, b" " * 20_000), "the reply has more than 10,000 bytes"),
        (Odd(400, b" " * 20_000), "the reply has more than 10,000 bytes"),
        (Odd(200, b"{}"), "the reply does not fit: choices: missing; expected a list of objects"),
        (Odd(400, b'{"message": "too long"}'), "HTTP 400: too long"),
        (Odd(422, b'{"detail": [{"msg": "no"}]}'), "HTTP 422: [{'msg': 'no'}]"),
        (Odd(307, b"", {"location": "http://127.0.0.1:1/"}), "HTTP 307"),
        (Odd(429, b"", {"retry-after": "3600"}), "HTTP 429; it asks to wait 3600 s"),
        (Odd(200, b'{"error": {"code": 502, "message": "no provider"}}'), "HTTP 502: no provider (4 attempts)"),
        (Odd(200, b'{"error": {"code": "400", "message": "no"}}'), "HTTP 400: no"),
        (Odd(200, b'{"error": "overloaded"}'), "an error in the reply: overloaded (4 attempts)"),
        (Odd(200, b'{"choices": [{"text": "a", "finish_reason": "error", "error": {"code": 429, "message": "slow"}}]}'),
         "HTTP 429: slow (4 attempts)"),
        (Odd(200, b'{"choices": [{"text": "a", "finish_reason": "error"}]}'),
         "an error in the reply: the server broke off (4 attempts)"),
        (Odd(503, b"", {"retry-after": "Fri, 01 Jan 2100 00:00:00 GMT"}), "HTTP 503; it asks to wait "),
    ],
    ids=lambda value: value.replace(" ", "-")[:40] if isinstance(value, str) else f"{value.status}",
)  # fmt: skip
def test_a_particle_whose_request_fails_for_good_fails_alone(server: Fake, monkeypatch, odd: Odd, reason: str) -> None:
    monkeypatch.setattr(http_client, "MAX_BODY_BYTES", 10_000)
    server.odd = only(1, odd)
    opened = session(server, **({"timeout": 1, "retries": 1} if odd.hang else {}))
    steps = draw(opened)
    assert steps[1] == FAILED_STEP
    assert {slot: step for slot, step in steps.items() if slot != 1} == {
        slot: step for slot, step in expected(server).items() if slot != 1
    }
    (note,) = opened.notes[1:]
    assert note.startswith(f"Particle 1 failed and writes no more: {reason}")
    with pytest.raises(ModelError, match=r"Slots \[1\] are finished"):
        next(opened.extend([1], 1))


def test_what_cannot_succeed_is_not_asked_again(server: Fake) -> None:
    waited = Waited()
    server.odd = only(1, Odd(400))
    draw(session(server, waited))
    assert (len(server.asked), waited) == (N, [])


@pytest.mark.parametrize(("header", "pause"), [("7", 7), ("Mon, 01 Jan 2001 00:00:00 GMT", 0), ("soon", 0), ("nan", 0)])
def test_a_pause_that_is_asked_for_is_kept(server: Fake, header: str, pause: int) -> None:
    waited = Waited()
    server.odd = only(0, Odd(429, b"", {"retry-after": header}), turns=1)
    assert draw(session(server, waited)) == expected(server)
    assert waited == [7] if pause else 0.25 <= waited[0] <= 0.5


def choice(**changes: Any) -> Odd:
    made = {"text": "a", "finish_reason": "stop", "stop_reason": "\n\n"} | changes
    return Odd(200, json.dumps({"choices": [made]}).encode())


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (choice(text=None), "choices[0].text: expected a text; found null"),
        (choice(text=["a"] * 3), "choices[0].text: expected a text; found a list of 3"),
        (choice(finish_reason="whatever"), 'choices[0].finish_reason: expected "stop" or "length"; found "whatever"'),
        (choice(stop_reason=[]), "choices[0].stop_reason: expected a text, a token id or null; found a list of 0"),
        (choice(token_ids=[1, -1]), "choices[0].token_ids: expected a list of token ids; found a list of 2"),
        (choice(token_ids=[True]), "choices[0].token_ids: expected a list of token ids"),
        (choice(token_ids=[2**32]), "choices[0].token_ids: expected a list of token ids"),
        (choice(token_ids=[1] * 13), "choices[0]: expected at most 12 tokens, as was asked; found 13"),
        (choice(token_ids="12"), 'choices[0].token_ids: expected a list of token ids; found "12"'),
        (choice(logprobs={"tokens": ["a"], "token_logprobs": ["-1"]}),
         "choices[0].logprobs.token_logprobs: expected a list of numbers or null; found a list of 1"),
        (choice(logprobs={"tokens": [1], "token_logprobs": [-1]}),
         "choices[0].logprobs.tokens: expected a list of texts; found a list of 1"),
        (Odd(200, b'{"choices": [{"text": "a", "finish_reason": "stop", "logprobs": {"token_logprobs": [1e999]}}]}'),
         "choices[0].logprobs.token_logprobs: expected a list of numbers or null"),
        (Odd(200, b'{"choices": {"0": 1}}'), "choices: expected a list of objects; found an object of 1"),
        (Odd(200, b'{"choices": [[]]}'), "choices: expected a list of objects; found a list of 1"),
    ],
)  # fmt: skip
def test_a_field_of_a_wrong_kind_is_named(server: Fake, odd: Odd, reason: str) -> None:
    server.odd = only(1, odd)
    opened = session(server)
    assert draw(opened)[1] == FAILED_STEP
    assert opened.notes[1].startswith(f"Particle 1 failed and writes no more: the reply does not fit: {reason}")


def test_a_wrong_model_is_said_at_once_with_those_that_there_are(server: Fake) -> None:
    waited = Waited()
    body = b'{"error": {"message": "The model `nope` does not exist.", "code": 404}}'
    server.odd = lambda path, sent, turn: Odd(404, body) if sent else None
    with pytest.raises(ModelError) as caught:
        draw(session(server, waited, model="nope"))
    assert str(caught.value) == (
        "The endpoint 'toy' cannot serve the model 'nope': HTTP 404: The model `nope` does not exist. "
        "It lists: toy-model, other."
    )
    assert waited == []


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        (Odd(401), "HTTP 401: boom. Check the key in TOY_KEY."),
        (Odd(500), "HTTP 500: boom (2 attempts). Check that the server is up"),
        (
            Odd(422),
            "HTTP 422: boom. It lists: toy-model, other. If it refuses fields of its dialect, vllm, leave that out",
        ),
        (
            Odd(200, b"{}"),
            "choices: missing; expected a list of objects. Check that the address is that of an API of the kind 'compl",
        ),
    ],
)
def test_an_error_that_all_particles_have_ends_the_run(server: Fake, odd: Odd, said: str) -> None:
    server.odd = lambda path, body, turn: odd if body else None
    opened = session(server, retries=1)
    with pytest.raises(ModelError) as caught:
        draw(opened)
    assert said in str(caught.value)
    server.odd = lambda path, body, turn: None
    assert draw(opened) == draw(session(server)), "the session is as it was before the step"


def test_nobody_at_the_address_is_said(server: Fake) -> None:
    with pytest.raises(ModelError, match=r"cannot serve.*no connection \(.*Check that the server is up"):
        draw(session(server, url="http://127.0.0.1:9", retries=0))


def test_the_last_particle_of_several_may_fail_and_the_only_one_may_not(server: Fake) -> None:
    opened = session(server)
    draw(opened)
    server.odd = lambda path, body, turn: Odd(500)
    made = list(opened.extend([2], 1))[-1]
    assert made == {2: FAILED_STEP}
    with pytest.raises(ModelError, match="HTTP 500"):
        draw(session(server, particles=1), particles=1)


def test_closed_between_replies_it_is_as_before_the_step_and_the_requests_are_cancelled(server: Fake) -> None:
    opened = session(server, timeout=600)  # who waited for a reply would wait so long
    first = draw(opened)
    active = [slot for slot in range(N) if not first[slot].finished]
    slow = {fake.seed_of(5, 1, slot) for slot in active[1:]}
    assert len(slow) >= 2
    server.odd = lambda path, body, turn: Odd(hang=True) if body["seed"] in slow and turn == 1 else None
    begun = opened.extend(active, 1)
    before = list(opened.notes)
    assert isinstance(next(begun), int)
    begun.close()  # type: ignore[attr-defined]
    turn = threading.Event()
    for _ in range(100 * PATIENCE):
        if server.hung_up == len(slow):
            break
        turn.wait(0.01)
    assert server.hung_up == len(slow), "the server can stop writing, and nobody waits for it"
    assert not [thread for thread in threading.enumerate() if thread.name == "pfviz-requests"]
    assert opened.notes == before
    straight = session(server)
    draw(straight)
    assert list(opened.extend(active, 1))[-1] == list(straight.extend(active, 1))[-1]


@pytest.mark.parametrize("concurrency", [2, 6])
def test_so_many_requests_are_under_way_at_once_and_no_more(concurrency: int) -> None:
    meeting = threading.Barrier(concurrency)

    def meet(path: str, body: Any, turn: int) -> Odd | None:
        meeting.wait(PATIENCE)  # breaks, and the request fails, where fewer come
        return None

    with fake.serving(odd=meet) as busy:
        assert FAILED_STEP not in draw(session_of(busy, concurrency=concurrency, retries=0), particles=6).values()
        assert busy.busiest == concurrency


def test_waiting_for_ones_turn_is_no_time_of_the_request() -> None:
    """Twelve replies of 0.2 s, one after the other, take longer than the 2 s that each may take."""
    with fake.serving(pause=0.2) as slow:
        steps = draw(session_of(slow, particles=12, concurrency=1, timeout=2, retries=0), particles=12)
    assert FAILED_STEP not in steps.values()


def session_of(server: Fake, particles: int = 6, **changes: Any) -> RemoteGeneratorSession:
    return RemoteGenerator(server.endpoint(**changes)).open(PROBLEM, particles=particles, seed=5, sampling=Sampling())


ECHO = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}}).encode()


@pytest.mark.parametrize(
    "odd",
    [
        Odd(400, ECHO),
        Odd(500, ECHO),
        Odd(500, b" " * 900 + KEY.encode() * 20),
        choice(text=f"a {KEY}", finish_reason=KEY),
        choice(text=f"the key is {KEY}"),
        choice(text="a", logprobs={"tokens": [KEY], "token_logprobs": [-1.0]}),
        Odd(404, ECHO),
        Odd(401, ECHO),
    ],
)
def test_the_key_is_nowhere(server: Fake, odd: Odd) -> None:
    """Not in what is represented, noted, raised or written, though the server says it."""
    for target in (only(1, odd), lambda path, body, turn: odd):
        server.odd = target
        opened = session(server)
        told = [repr(opened), repr(vars(opened)), repr(opened._endpoint)]
        try:
            told += [repr(draw(opened)), *opened.notes]
        except ModelError as error:
            told += [str(error), repr(error)]
        assert len(told) > 3
        assert not [text for text in told if KEY in text or "0123456789" in text]


def judge(server: Fake, **changes: Any) -> RemoteReward:
    return RemoteReward(server.endpoint(kind="reward", separator="#", **changes), sleep=Waited().sleep)


def test_one_request_for_each_distinct_prefix(server: Fake) -> None:
    opened = judge(server).open(PROBLEM, particles=4)
    steps = {slot: Step("ab"[slot % 2], (1,), -1.0, False, "separator") for slot in range(4)}
    scores = opened.score(steps)
    assert sorted(body["input"] for _, body in server.asked) == ["Q: toy\nA: a#", "Q: toy\nA: b#"]
    assert scores[0] == scores[2] != scores[1] == scores[3]


def test_without_a_prompt_the_solution_is_a_message_to_be_continued(server: Fake) -> None:
    opened = judge(server, prompt=None, system="Be strict.").open(PROBLEM, particles=1)
    opened.score({0: Step("x", (1,), -1.0, False, "separator")})
    body = server.asked[0][1]
    assert [turn["role"] for turn in body["messages"]] == ["system", "user", "assistant"]
    assert body["messages"][-1]["content"] == "x#"
    assert (body["add_generation_prompt"], body["continue_final_message"]) == (False, True)


def test_a_prefix_that_cannot_be_scored_has_no_reward_and_none_at_all_ends_the_run(server: Fake) -> None:
    server.odd = lambda path, body, turn: Odd(500) if body and "bad" in body.get("input", "bad") else None
    opened = judge(server).open(PROBLEM, particles=2)
    texts = {0: "good", 1: "bad"}
    scores = opened.score({slot: Step(text, (1,), -1.0, False, "separator") for slot, text in texts.items()})
    assert 0 < scores[0] < 1
    assert math.isnan(scores[1])
    assert opened.notes[1:] == ["endpoint:toy gave no reward: HTTP 500: boom (4 attempts)."]
    bad = Step("bad", (1,), -1.0, False, "separator")
    assert math.isnan(opened.score({1: bad})[1]), "the last of several does not lose the run"
    with pytest.raises(ModelError, match="HTTP 500"):
        opened.score({0: bad, 1: bad})
    with pytest.raises(ModelError, match="HTTP 500"):
        judge(server).open(PROBLEM, particles=1).score({0: bad})
