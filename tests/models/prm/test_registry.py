"""Every protocol on a random checkpoint of its own architecture, against a plain re-implementation: the whole text or
chat is tokenised at once, one sequence goes through the model without any cache, and the score is read off."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

import pfviz
from pfviz.errors import ModelError
from pfviz.models.hub.loader import load_reward
from pfviz.models.prm.base import ProcessRewardModel
from pfviz.models.prm.math_shepherd import MathShepherdPrm
from pfviz.models.prm.qwen import SYSTEM_PROMPT, QwenPrm
from pfviz.models.prm.registry import PROTOCOLS, PrmProtocol, detect_protocol
from pfviz.models.prm.rlhflow import RlhflowPrm
from pfviz.models.prm.skywork import SkyworkPrm
from pfviz.problems.problem import Problem
from tests.contracts import reward as contract
from tests.contracts import toy
from tests.models import tiny
from tests.models.prm import prms

PROBLEM = Problem("Compute (12 + 7) * 3 - 45")
WORDS = (
    "12 + 7 = 19, so we have 19 * 3 - 45.",
    "First, 12 + 7 = 19.\nThen 19 * 3 = 57.",
    "57 - 45 = 12. The answer is \\boxed{12}.",
    "So x = 5",
    "",
    "He eats 3 apples.",
)
Score = Callable[[Problem, list[str]], float]


def logits(model: Any, ids: Sequence[int]) -> torch.Tensor:
    with torch.inference_mode():
        return model(input_ids=torch.tensor([list(ids)]), use_cache=False).logits[0].double()


def apart(tokenizer: Any, steps: Sequence[str], joint: str) -> list[int]:
    """The ids of steps that are tokenised each on its own, and of what joins them."""
    ids: list[int] = []
    for i, step in enumerate(steps):
        ids += tokenizer.encode(joint, add_special_tokens=False) if i else []
        ids += tokenizer.encode(step, add_special_tokens=False)
    return ids


def qwen(whole: bool) -> tuple[ProcessRewardModel, Score]:
    model, tokenizer = prms.qwen()

    def score(problem: Problem, steps: list[str]) -> float:
        chat = [{"role": "system", "content": SYSTEM_PROMPT}, {"role": "user", "content": problem.text}]
        if whole:
            ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True)["input_ids"]
            ids += apart(tokenizer, steps, "\n\n") + tokenizer.encode("<extra_0>", add_special_tokens=False)
        else:
            chat.append({"role": "assistant", "content": "<extra_0>".join(steps) + "<extra_0>"})
            ids = tokenizer.apply_chat_template(chat, add_generation_prompt=False)["input_ids"]
        mark = tokenizer.convert_tokens_to_ids("<extra_0>")
        places = [i for i, token in enumerate(ids) if token == mark]
        assert len(places) == (1 if whole else len(steps))
        return float(torch.softmax(logits(model, ids)[places[-1]], dim=0)[1])

    return QwenPrm(model, tokenizer, "qwen"), score


def skywork(whole: bool) -> tuple[ProcessRewardModel, Score]:
    model, tokenizer = prms.skywork()

    def score(problem: Problem, steps: list[str]) -> float:
        ids = tokenizer.encode(f"{tokenizer.bos_token}{problem.text}\n", add_special_tokens=False)
        line_break = tokenizer.encode("\n", add_special_tokens=False)[-1]
        flat = [step.replace("\n", " ") for step in steps]
        for line in [" ".join(flat)] if whole else "\n\n".join(steps).split("\n"):
            ids += (tokenizer.encode(line, add_special_tokens=False) if line else []) + [line_break]
        return float(torch.sigmoid(logits(model, ids)[-1, 0]))

    return SkyworkPrm(model, tokenizer, "skywork"), score


def shepherd(whole: bool) -> tuple[ProcessRewardModel, Score]:
    model, tokenizer = prms.shepherd()

    def score(problem: Problem, steps: list[str]) -> float:
        parts = [*steps, "ки"] if whole else [part for step in steps for part in (step, "ки")]
        ids = tokenizer.encode(" ".join([problem.text, *(part for part in parts if part)]), add_special_tokens=False)
        plus, minus, mark = (tokenizer.encode(word, add_special_tokens=False)[-1] for word in ("+", "-", "ки"))
        assert ids[-1] == mark
        assert ids.count(mark) == (1 if whole else len(steps))
        at_mark = logits(model, [tokenizer.bos_token_id, *ids])[-1]
        return float(torch.softmax(at_mark[[plus, minus]], dim=0)[0])

    return MathShepherdPrm(model, tokenizer, "shepherd"), score


def rlhflow(whole: bool) -> tuple[ProcessRewardModel, Score]:
    model, tokenizer = prms.rlhflow()

    def score(problem: Problem, steps: list[str]) -> float:
        chat = []
        for i, step in enumerate(["@"] if whole else steps):
            chat.append({"role": "user", "content": f"{problem.text} {step}" if i == 0 else step})
            chat.append({"role": "assistant", "content": "+"})
        text = tokenizer.apply_chat_template(chat, tokenize=False)
        if whole:
            before, after = (tokenizer.encode(part, add_special_tokens=False) for part in text.split(" @"))
            ids = before + apart(tokenizer, [f" {steps[0]}", *steps[1:]], "\n\n") + after
        else:
            ids = tokenizer.encode(text, add_special_tokens=False)
        words = [tokenizer.encode(word, add_special_tokens=False)[-1] for word in "+-"]
        # The last three are what the assistant's turn begins with, its +, and the end of the turn.
        assert ids[-2] == words[0]
        return float(torch.softmax(logits(model, ids)[-3, words], dim=0)[0])

    return RlhflowPrm(model, tokenizer, "rlhflow"), score


CASES = {"qwen": qwen, "skywork": skywork, "shepherd": shepherd, "rlhflow": rlhflow}


@pytest.mark.parametrize("whole", [False, True], ids=["step by step", "as a whole"])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_the_rewards_are_those_of_the_whole_text(case: str, check: Any, whole: bool) -> None:
    reward, score = CASES[case](whole)
    words = tuple(word for word in WORDS if word or (case in ("qwen", "skywork") and not whole))
    check(contract.Case(lambda: reward, PROBLEM, score, words=words, whole=whole))


def inside(text: str, steps: Sequence[str], ends: Sequence[int], rewards: Sequence[float]) -> list[dict[int, float]]:
    """Of each step that stands in the text: characters of it that were read -> reward, from those of the text."""
    told, start = [], 0
    for step in steps:
        start = text.index(step, start)
        places = zip(ends, rewards, strict=True)
        told.append({end - start: reward for end, reward in places if 0 < end - start <= len(step)})
        start += len(step)
    return told


def test_qwen_says_at_every_token_what_one_pass_over_the_chat_says_there() -> None:
    reward, _ = qwen(whole=False)
    model, tokenizer = prms.qwen()
    steps = WORDS[:3]
    chat = [{"role": "system", "content": SYSTEM_PROMPT}, {"role": "user", "content": PROBLEM.text}]
    chat.append({"role": "assistant", "content": "<extra_0>".join(steps) + "<extra_0>"})
    text = tokenizer.apply_chat_template(chat, tokenize=False)
    found = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    rewards = logits(model, found["input_ids"]).softmax(1)[:, 1].tolist()
    check_inside(reward, steps, inside(text, steps, [end for _, end in found["offset_mapping"]], rewards))


def test_skywork_says_at_every_token_what_one_pass_over_the_lines_says_there() -> None:
    """A line break inside of a step, after which it scores, is a token of the text."""
    reward, _ = skywork(whole=False)
    model, tokenizer = prms.skywork()
    steps = WORDS[:3]
    text = f"{tokenizer.bos_token}{PROBLEM.text}\n" + "\n\n".join(steps) + "\n"
    line_break = tokenizer.encode("\n", add_special_tokens=False)[-1]
    ids: list[int] = []
    ends: list[int] = []
    for line in text.split("\n")[:-1]:
        start = ends[-1] if ends else 0
        found = tokenizer(line, add_special_tokens=False, return_offsets_mapping=True) if line else {}
        ids += [*found.get("input_ids", []), line_break]
        ends += [*(start + end for _, end in found.get("offset_mapping", [])), start + len(line) + 1]
    assert ends[-1] == len(text)
    expected = inside(text, steps, ends, logits(model, ids)[:, 0].sigmoid().tolist())
    assert 20 in expected[1], "the place after the first line of the second step"
    check_inside(reward, steps, expected)


def check_inside(reward: ProcessRewardModel, steps: Sequence[str], expected: list[dict[int, float]]) -> None:
    session = reward.open(PROBLEM, particles=2)
    for step, there in zip(steps, expected, strict=True):
        session.score({1: contract.step_of(step)})
        said = session.token_rewards[1]
        assert said.ends == tuple(there)
        assert said.rewards == pytest.approx(list(there.values()), abs=1e-4)
    assert len({round(r, 3) for there in expected for r in there.values()}) > 10, "they hardly differ: nothing is shown"


@pytest.mark.parametrize("case", ["shepherd", "rlhflow"])
def test_a_language_model_whose_plus_is_an_answer_says_nothing_of_tokens(case: str) -> None:
    """Elsewhere its + against - is whether a sum or a difference comes next."""
    session = CASES[case](False)[0].open(PROBLEM, particles=1)
    session.score({0: contract.step_of(WORDS[0])})
    assert not session.token_rewards


def test_a_tokenizer_that_cannot_tell_places_leaves_only_the_steps() -> None:
    reward, score = qwen(whole=False)
    slow = copy.copy(reward.tokenization)
    slow._tokenizer = NoOffsets(slow._tokenizer)
    reward.tokenization = slow
    session = reward.open(PROBLEM, particles=1)
    got = session.score({0: contract.step_of(WORDS[0])})[0]
    assert got == pytest.approx(score(PROBLEM, [WORDS[0]]), abs=1e-5)
    assert not session.token_rewards


class NoOffsets:
    """A tokenizer in Python, as its users see it."""

    is_fast = False

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("how", ["last", "min", "product", "mean", "model"])
def test_a_run_with_each_aggregation(case: str, how: str) -> None:
    reward, score = CASES[case](how == "model")
    trace = pfviz.run(PROBLEM, generator=toy.ToyGenerator(), reward=reward, particles=3, seed=4, aggregation=how)
    for t in range(trace.steps):
        for n in range(trace.particles):
            assert trace.rewards[t, n] == pytest.approx(score(PROBLEM, trace.path_texts(t, n)), abs=1e-5)


def test_only_what_is_new_is_computed() -> None:
    reward, _ = shepherd(whole=False)
    fed = []
    reward.model.register_forward_pre_hook(
        lambda _, args, kwargs: fed.append(kwargs["input_ids"].numel()), with_kwargs=True
    )
    session = reward.open(PROBLEM, particles=2)
    for _ in range(3):
        session.score({0: contract.step_of(WORDS[0]), 1: contract.step_of(WORDS[0])})
    step = len(reward.tokenization.encode(WORDS[0])) + 1
    assert fed == [len(reward.prompt(PROBLEM)), step, step, step]


@pytest.mark.parametrize("case", CASES)
def test_a_folder_is_loaded_by_its_protocol(case: str, tmp_path: Any) -> None:
    made = {"qwen": prms.qwen, "skywork": prms.skywork, "shepherd": prms.shepherd, "rlhflow": prms.rlhflow}[case]
    model, tokenizer = made()
    folder = tmp_path / f"small-{case}-prm"
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    reward = load_reward(folder)
    assert reward.name == str(folder)
    _, score = CASES[case](False)
    got = reward.open(PROBLEM, particles=1).score({0: contract.step_of(WORDS[0])})[0]
    assert got == pytest.approx(score(PROBLEM, [WORDS[0]]), abs=1e-5)


def test_a_protocol_can_be_forced(tmp_path: Any) -> None:
    model, tokenizer = prms.rlhflow()
    folder = tmp_path / "mine"
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    with pytest.raises(ModelError, match=r"mine is a LlamaForCausalLM, which fits none .* name that protocol"):
        load_reward(folder)
    assert isinstance(load_reward(folder, protocol="rlhflow"), RlhflowPrm)
    with pytest.raises(ModelError, match=r"no reward protocol 'other'\. Choose one of: trl, trl-line, qwen"):
        load_reward(folder, protocol="other")


@pytest.mark.parametrize(
    ("config", "name", "expected"),
    [
        ({"architectures": ["Qwen2ForProcessRewardModel"]}, "x", "qwen"),
        ({"architectures": ["Qwen2ForPrmModel"]}, "x", "skywork"),
        ({"architectures": ["Qwen2ForTokenClassification"]}, "x", "trl"),
        ({"architectures": ["MistralForCausalLM"]}, "peiyi9979/math-shepherd-mistral-7b-prm", "math-shepherd"),
        ({"architectures": ["LlamaForCausalLM"]}, "RLHFlow/Llama3.1-8B-PRM-Deepseek-Data", "rlhflow"),
    ],
)
def test_the_protocol_follows_from_the_config(config: Any, name: str, expected: str) -> None:
    assert detect_protocol(config, name) == expected
    assert expected in PROTOCOLS


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=lambda protocol: protocol.name)
def test_every_protocol_names_classes_that_are_there(protocol: PrmProtocol) -> None:
    assert hasattr(protocol.load_model_class(), "from_pretrained")
    assert issubclass(protocol.load_reward_class(), ProcessRewardModel)  # type: ignore[arg-type]
    assert protocol.title


@pytest.mark.parametrize("config", [{}, {"architectures": []}, {"architectures": ["BertModel"]}])
def test_a_config_that_fits_none_says_what_it_is(config: Any) -> None:
    with pytest.raises(ModelError, match=r"thing (is a BertModel|names no architecture).*trl, trl-line, qwen, skywork"):
        detect_protocol(config, "thing")


def test_a_tokenizer_of_another_kind_is_named() -> None:
    model, _ = prms.qwen()
    with pytest.raises(ModelError, match="no token <extra_0>"):
        QwenPrm(model, prms.skywork()[1], "mine")
    language_model = prms.shepherd()[0]
    with pytest.raises(ModelError, match="does not tell ки"):
        MathShepherdPrm(language_model, tiny.tokenizer(), "mine")
    with pytest.raises(ModelError, match="has no chat template"):
        RlhflowPrm(language_model, prms.pieces_tokenizer(), "mine")


def test_a_template_that_swallows_turns_is_named() -> None:
    model, tokenizer = prms.rlhflow()
    tokenizer.chat_template = "{{ messages[0]['content'] }}"
    try:
        with pytest.raises(ModelError, match="turns alternate"):
            RlhflowPrm(model, tokenizer, "mine")
    finally:
        tokenizer.chat_template = prms.LLAMA_CHAT


def test_rlhflow_reads_mistrals_template_too() -> None:
    """Where the assistant's turn begins with nothing of its own, the reward is read at the end of the user's."""
    tokenizer = prms.pieces_tokenizer(prms.MISTRAL_CHAT)
    reward = RlhflowPrm(prms.shepherd()[0], tokenizer, "mistral")
    assert (reward._before, reward._asking, reward._between) == ("<s>[INST] ", " [/INST]", " +</s>[INST] ")
    session = reward.open(PROBLEM, particles=1)
    for word in WORDS[:3]:
        assert 0 < session.score({0: contract.step_of(word)})[0] < 1
