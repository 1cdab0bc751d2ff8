"""From a reply to a step: its end, its tokens, its log-probability, and how the next request continues it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from pfviz.models.remote.dialects import DIALECTS
from pfviz.models.remote.endpoint import Endpoint
from pfviz.models.remote.generator import RemoteGenerator
from pfviz.models.remote.parse_step import RemotePrefix, append_given_step, parse_step, stand_in_ids
from pfviz.models.remote.requests import CONTINUE_MESSAGE, step_body
from pfviz.models.remote.responses import MAX_TOKEN_ID, MalformedError, read_chat, read_completion
from pfviz.models.remote.reward import read_reward
from pfviz.problems.problem import Problem
from pfviz.problems.step_rules import StepRule
from pfviz.types import Sampling, Step
from tests.models.remote import fake

SEP = "\n\n"
RULE = StepRule()


def completion(text: str, finish: str = "stop", usage: int | None = None, **changes: Any) -> dict[str, Any]:
    found = {"choices": [{"text": text, "finish_reason": finish} | changes]}
    return found | ({"usage": {"completion_tokens": usage}} if usage is not None else {})


EMPTY = RemotePrefix()


def step_of(text: str, finish: str = "stop", prefix: RemotePrefix = EMPTY, most: int = 4000, **changes: Any) -> Step:
    sampling = Sampling(max_step_tokens=8, max_step_characters=most)
    return parse_step(read_completion(completion(text, finish, **changes), 8), prefix, RULE, sampling)[0]


@pytest.mark.parametrize(
    ("text", "finish", "changes", "end", "finished"),
    [
        ("so 7", "stop", {"stop_reason": SEP}, "separator", False),
        ("so 7", "stop", {"stop_reason": None}, "eos", True),
        ("so 7", "stop", {"stop_reason": 151643}, "eos", True),
        ("so 7", "stop", {}, "separator", False),  # it does not say: the separator is likelier
        ("", "stop", {}, "eos", True),  # but it has nothing more to say
        ("", "stop", {"stop_reason": SEP}, "separator", False),
        ("so 7\n\n", "stop", {}, "separator", False),  # kept in the text
        ("so 7\n\nand 8", "length", {}, "separator", False),  # not heeded
        ("so 7", "length", {"usage": 8}, "tokens", False),
        ("so 7", "length", {}, "tokens", False),
        ("so 7", "length", {"usage": 3}, "tokens", True),  # fewer than it was allowed: there is no room for more
        ("\\boxed{7}", "stop", {"stop_reason": SEP}, "boxed", True),
        ("\\boxed{7}", "stop", {"stop_reason": None}, "eos", True),
        ("\\boxed{7}", "length", {}, "tokens", True),
        ("so 7", "eos_token", {}, "eos", True),
        ("so 7", "eos", {}, "eos", True),
        ("so 7", "end_turn", {}, "eos", True),
        ("so 7", "STOP", {}, "separator", False),
        ("so 7", "stop_sequence", {}, "separator", False),
        ("so 7", "stop_sequence", {"stop_reason": SEP}, "separator", False),
        ("so 7", "MAX_TOKENS", {"usage": 8}, "tokens", False),
        ("so 7", "content_filter", {}, "tokens", True),
        ("", "content_filter", {}, "tokens", True),
    ],
)
def test_how_a_step_ends(text: str, finish: str, changes: dict[str, Any], end: str, finished: bool) -> None:
    made = step_of(text, finish, **changes)
    assert (made.end, made.finished, made.text) == (end, finished, text.partition(SEP)[0])


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("so 7\r\n\r\nand 8", "so 7"),
        ("```\na\n\nb\n```\n\nand", "```\na\n\nb\n```"),
        ("\\[1\n\n2\\]\n\nand", "\\[1\n\n2\\]"),
    ],
)
def test_a_separator_of_either_kind_ends_a_step_unless_a_block_holds_it(text: str, step: str) -> None:
    assert (step_of(text).text, step_of(text).end) == (step, "separator")


def test_a_step_that_was_cut_inside_a_block_goes_on_there() -> None:
    sampling = Sampling(max_step_tokens=8)
    reply = read_completion(completion("```\na", "length"), 8)
    _, prefix = parse_step(reply, EMPTY, RULE, sampling)
    assert prefix.open_block == "```\n"
    step, after = parse_step(read_completion(completion("b\n\nc\n```\n\nso"), 8), prefix, RULE, sampling)
    assert (step.text, after.open_block) == ("b\n\nc\n```", "")
    assert append_given_step(Step("```\na", (1,), None, False, "tokens"), EMPTY, RULE).open_block == "```\n"


def test_two_empty_steps_in_a_row_end_a_solution() -> None:
    assert step_of("  ", stop_reason=SEP, prefix=RemotePrefix(empty_steps=1)).finished
    assert not step_of("  ", stop_reason=SEP).finished
    assert not step_of("x", stop_reason=SEP, prefix=RemotePrefix(empty_steps=1)).finished


def test_what_is_written_behind_the_separator_does_not_count() -> None:
    told = {"tokens": ["so", " 7", "\n\n", "and"], "token_logprobs": [-1.0, -2.0, -4.0, -8.0]}
    made = step_of("so 7\n\nand", "length", token_ids=[5, 6, 7, 8], logprobs=told)
    assert (made.text, made.token_ids, made.log_prob) == ("so 7", (5, 6, 7), -7.0)
    assert made.token_log_probs == (-1.0, -2.0, -4.0)
    untold = step_of("so 7\n\nand", "length", token_ids=[5, 6, 7, 8])
    assert (untold.text, untold.log_prob) == ("so 7", None)
    assert min(untold.token_ids) > MAX_TOKEN_ID


def test_a_text_beyond_the_bound_is_cut_after_the_token_that_exceeds_it() -> None:
    told = {"tokens": ["abc", "def", "ghi", "\n\n"], "token_logprobs": [-1.0, -2.0, -4.0, -8.0]}
    made = step_of("abcdefghi", most=5, token_ids=[5, 6, 7, 8], logprobs=told, stop_reason=SEP)
    assert made == Step("abcdef", (5, 6), -3.0, False, "characters", (-1.0, -2.0))
    assert step_of("abcdefghi", most=5, stop_reason=SEP).text == "abcde"
    assert step_of("abcde", most=5, stop_reason=SEP).end == "separator"


def test_log_probabilities_are_summed_none_is_above_zero_and_an_unknown_one_is_none() -> None:
    assert step_of("ab", logprobs={"tokens": ["a", "b"], "token_logprobs": [-1.5, 1e-7]}).log_prob == -1.5
    assert step_of("ab", logprobs={"tokens": ["a", "b"], "token_logprobs": [None, -1.0]}).log_prob is None
    assert step_of("ab", logprobs=None).log_prob is None


def test_stand_ins_say_what_is_known() -> None:
    """One for each token where tokens or their number are told, else for each byte; equal steps have equal ones."""
    for given in (
        stand_in_ids("abcd", ["ab", "cd"], 2),
        stand_in_ids("abcd", None, 2),
        stand_in_ids("abcd", None, None),
    ):
        assert min(given) > MAX_TOKEN_ID
        assert max(given) < 2**53
    assert stand_in_ids("abcd", ["ab", "cd"], 2) == stand_in_ids("abcd", None, 2) != stand_in_ids("abce", None, 2)
    assert len(stand_in_ids("é", None, None)) == 2
    assert [len(stand_in_ids("", None, count)) for count in (None, 0, 1, 5)] == [1, 1, 1, 1]
    assert len(stand_in_ids("abc", None, 10**9)) == 3


def test_a_lone_surrogate_is_no_text() -> None:
    assert step_of("a\ud800b", stop_reason=SEP).text == "a?b"


def test_a_chat_reply() -> None:
    content = [{"token": "so", "logprob": -1.0}, {"token": " 7", "logprob": -2.0}]
    choice = {"message": {"content": "so 7"}, "finish_reason": "stop", "logprobs": {"content": content}}
    reply = read_chat({"choices": [choice]}, 8)
    assert (reply.text, reply.pieces, reply.log_probs, reply.count) == ("so 7", ("so", " 7"), (-1.0, -2.0), 2)
    assert read_chat({"choices": [choice | {"message": {"content": None}, "logprobs": None}]}, 8).text == ""
    unsaid = {name: value for name, value in choice.items() if name != "finish_reason"}
    assert read_chat({"choices": [unsaid]}, 8).finish == "stop"
    for wrong in ({"message": None}, {"message": {"content": 0}}, {"message": {"content": ["a"]}}):
        with pytest.raises(MalformedError, match=r"choices\[0\]\.message"):
            read_chat({"choices": [choice | wrong]}, 8)


@pytest.mark.parametrize(
    ("message", "text", "reasoning"),
    [
        ({"content": None, "reasoning_content": "Let me see."}, "Let me see.", "read"),
        ({"content": "", "reasoning": "Let me see."}, "Let me see.", "read"),
        ({"reasoning_content": None, "reasoning": "Let me see."}, "Let me see.", "read"),
        ({"content": "7", "reasoning_content": "Let me see."}, "7", "left out"),
        ({"content": "7", "reasoning": None, "reasoning_content": ""}, "7", ""),
        ({"content": None, "reasoning": {"steps": 3}}, "", ""),
        ({"content": [{"type": "text", "text": "so "}, {"type": "text", "text": "7"}]}, "so 7", ""),
        ({"content": [{"type": "thinking", "thinking": [{"text": "hm"}]}, {"type": "text", "text": "7"}]}, "7", ""),
        ({"content": [{"type": "text", "text": "a\ud800"}]}, "a?", ""),
        ({"content": [{"type": "text", "text": 7}]}, "", ""),
        ({"content": []}, "", ""),
    ],
)
def test_what_a_message_says(message: dict[str, Any], text: str, reasoning: str) -> None:
    reply = read_chat({"choices": [{"message": message, "finish_reason": "stop"}]}, 8)
    assert (reply.text, reply.reasoning) == (text, reasoning)


def test_log_probabilities_of_completions_may_have_the_form_of_those_of_chats() -> None:
    content = [{"token": "so", "logprob": -1.0}, {"token": " 7", "logprob": -2.0}]
    assert step_of("so 7", logprobs={"content": content}).token_log_probs == (-1.0, -2.0)


def test_ids_are_sent_as_they_were_sampled_once_they_are_known() -> None:
    """The first request has the prompt as text; its reply tells the ids, and nothing is tokenised again."""
    with fake.serving() as server:
        session = RemoteGenerator(server.endpoint()).open(Problem("x"), particles=3, seed=1, sampling=Sampling())
        first = list(session.extend([0, 1, 2], 0))[-1]
        live = [slot for slot in range(3) if not first[slot].finished]
        assert live
        list(session.extend(live, 1))
        texts, ids = [[b["prompt"] for _, b in server.asked[a:z]] for a, z in ((0, 3), (3, None))]
        assert texts == ["Q: x\nA: "] * 3
        assert sorted(ids) == sorted(fake.encoded("Q: x\nA: ") + list(first[slot].token_ids) for slot in live)


def test_a_given_step_is_continued_as_it_was_written() -> None:
    """By its text where the ids of the prompt are not known yet, blanks and all."""
    with fake.serving() as server:
        session = RemoteGenerator(server.endpoint()).open(Problem("x"), particles=2, seed=1, sampling=Sampling())
        given = {0: Step("ab", (0, 1), -1.0, False, "tokens"), 1: Step("b", (1, 2), -1.0, False, "separator")}
        assert list(session.extend([0, 1], 0, given)) == [4, given]
        assert server.asked == []
        list(session.extend([0, 1], 1))
        assert sorted(body["prompt"] for _, body in server.asked) == ["Q: x\nA: ab", "Q: x\nA: b\n\n"]
    known = RemotePrefix("Q", (9,))
    assert append_given_step(given[1], known, RULE) == RemotePrefix("Qb\n\n", (9, 1, 2))
    assert append_given_step(Step("b", (MAX_TOKEN_ID + 1,), 0.0, False, "separator"), known, RULE).ids is None
    assert append_given_step(Step(" b ", (1,), 0.0, False, "tokens"), known, RULE).text == "Q b "


def body(prefix: RemotePrefix = RemotePrefix(), temperature: float = 0.8, **changes: Any) -> dict[str, Any]:  # noqa: B008
    endpoint = Endpoint(**{"name": "x", "url": "http://there", "model": "m", "dialect": "vllm"} | changes)
    return step_body(endpoint, DIALECTS[endpoint.dialect], "2 {system}?", prefix, Sampling(temperature, 50), 7)


def test_what_is_asked_for() -> None:
    """The model's own distribution: a server's defaults for nucleus, top-k and penalties would be another target."""
    asked = body(temperature=0.5)
    wanted = {"model": "m", "max_tokens": 50, "temperature": 0.5, "top_p": 1.0, "seed": 7, "stop": [SEP]}
    assert wanted.items() <= asked.items()
    assert {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0, "return_token_ids": True}.items() <= asked.items()
    assert asked["messages"] == [{"role": "user", "content": "2 {system}?"}]
    assert "continue_final_message" not in asked
    plain = body(dialect="openai", extra={"seed": None, "top_p": 0.9, "user": "me"})
    assert plain.keys() == {"model", "max_tokens", "temperature", "top_p", "stop", "messages", "logprobs", "user"}
    assert plain["top_p"] == 0.9


def test_a_prompt_of_its_own_is_filled_once() -> None:
    assert body(prompt="<{system}> {problem} {other}", system="S")["prompt"] == "<S> 2 {system}? {other}"
    assert body(RemotePrefix("so", (1, 2)), prompt="{problem}")["prompt"] == [1, 2]
    assert body(RemotePrefix("so", (1, 2)), prompt="{problem}", dialect="openai")["prompt"] == "2 {system}?so"


def test_a_message_is_continued_or_asked_to_be() -> None:
    continued = body(RemotePrefix("so 7\n\n"), system="S")
    assert [turn["role"] for turn in continued["messages"]] == ["system", "user", "assistant"]
    assert (continued["add_generation_prompt"], continued["continue_final_message"]) == (False, True)
    asked = body(RemotePrefix("so 7\n\n"), dialect="openai")
    assert asked["messages"][1:] == [
        {"role": "assistant", "content": "so 7\n\n"},
        {"role": "user", "content": CONTINUE_MESSAGE},
    ]
    assert "continue_final_message" not in asked


def test_what_a_server_does_not_tell_is_noted_once() -> None:
    with fake.serving(extended=False, log_probs=False, usage=False) as server:
        generator = RemoteGenerator(server.endpoint(dialect="openai"))
        session = generator.open(Problem("x"), particles=4, seed=1, sampling=Sampling())
        for step in range(2):
            made = list(session.extend(list(session._prefix), step))[-1]
            assert all(one.log_prob is None for one in made.values())
    assert session.notes[1:] == [
        "endpoint:toy gives no log-probabilities: they are recorded as unknown.",
        "endpoint:toy gives no token ids: stand-ins from 4294967296 on are recorded, one for each byte.",
    ]


@pytest.mark.parametrize(
    ("pooled", "output", "reward"),
    [
        ([[9.0, -9.0], [0.0, 1.0]], "logits", 1 / (1 + math.exp(-1))),
        ([0.0, 1.0], "logits", 1 / (1 + math.exp(-1))),
        ([[2]], "logits", 1 / (1 + math.exp(-2))),
        ([-2.0], "logits", 1 / (1 + math.exp(2))),
        ([-1e99, 1e99], "logits", 1.0),
        ([1e99, -1e99], "logits", 0.0),
        ([[0.5, 0.5], [0.25, 0.75]], "probabilities", 0.75),
        ([0.3], "probabilities", 0.3),
        ([0.2505, 0.75], "probabilities", 0.75),  # half precision
    ],
)
def test_the_shapes_of_a_reward(pooled: Any, output: Any, reward: float) -> None:
    assert read_reward({"data": [{"data": pooled}]}, output) == pytest.approx(reward)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "missing; expected a list of objects with data"),
        ({"data": []}, "expected a list of objects with data; found a list of 0"),
        ({"data": [3]}, "expected a list of objects with data; found a list of 1"),
        ({"data": {"0": 1}}, "expected a list of objects with data; found an object of 1"),
    ],
)
def test_a_reply_without_a_reward_is_refused(body: Any, said: str) -> None:
    with pytest.raises(MalformedError, match=f"^data: {said}$"):
        read_reward(body, "logits")


@pytest.mark.parametrize(
    ("body", "output"),
    [
        ({"data": [{"data": "AACAPw=="}]}, "logits"),
        ({"data": [{"data": []}]}, "logits"),
        ({"data": [{"data": [[0.1, 0.2, 0.7]]}]}, "logits"),
        ({"data": [{"data": [0.1] * 1024}]}, "logits"),
        ({"data": [{"data": [[0.1, None]]}]}, "logits"),
        ({"data": [{"data": [[0.1, True]]}]}, "logits"),
        ({"data": [{"data": [[0.1, 10**400]]}]}, "logits"),
        ({"data": [{"data": [[0.1, math.inf]]}]}, "logits"),
        ({"data": [{"data": [[[0.1, 0.2]]]}]}, "logits"),
        ({"data": [{"data": [[-1.0, 2.0]]}]}, "probabilities"),
        ({"data": [{"data": [[0.5, 0.6]]}]}, "probabilities"),
        ({"data": [{"data": [1.5]}]}, "probabilities"),
    ],
)
def test_another_shape_of_a_reward_is_refused(body: Any, output: Any) -> None:
    with pytest.raises(MalformedError, match=r"^data\[0\]\.data: expected"):
        read_reward(body, output)
