"""The generator adapter on random checkpoints: the contract, how steps end, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pfviz.errors import ModelError, ProblemError
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.problems.problem import Problem
from pfviz.types import Sampling, Step
from tests.contracts import generator as contract
from tests.models import tiny

PROBLEM = Problem("compute 1 + 2")


def case(family: str, template: bool = True) -> contract.Case:
    model, tokenizer = tiny.causal_lm(family, eos_token_id=[1, 40]), tiny.tokenizer(template)
    made = CausalLMGenerator(model, tokenizer, family)

    def scratch(problem: Problem, prefix, ids) -> float:
        given = [*made.prompt(problem), *prefix]
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([[*given, *ids]])).logits[0].double()
        log_probs = torch.log_softmax(logits[len(given) - 1 : -1], dim=1)
        return float(log_probs.gather(1, torch.tensor(ids)[:, None]).sum())

    return contract.Case(lambda: made, PROBLEM, scratch)


@pytest.mark.parametrize("family", tiny.FAMILIES)
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_contract(family, check) -> None:
    check(case(family))


def test_without_a_chat_template() -> None:
    contract.fork_equals_scratch(case("qwen2", template=False))


class Scripted:
    """A model whose next token is written down: after n tokens of the row comes script[row][n]."""

    def __init__(self, scripts: list[str], eos: int = 1) -> None:
        self.tokenizer = tiny.tokenizer()
        self.scripts = [[self.tokenizer.convert_tokens_to_ids(c) for c in split(s)] for s in scripts]
        self.model = tiny.causal_lm()
        self.generator = CausalLMGenerator(self.model, self.tokenizer, "scripted")
        self.start = len(self.generator.prompt(PROBLEM))
        self.places = [0] * len(scripts)

    def session(self, **sampling):
        session = self.generator.open(PROBLEM, particles=len(self.scripts), seed=0, sampling=Sampling(**sampling))

        def drawn(branches, start, drafts):
            session._cache.feed(self.model, [[branch.pending] for branch in branches], start)
            found = []
            for slot in (slot for branch in branches for slot in branch.slots):
                found.append((slot, self.scripts[slot][self.places[slot]], -1.0, None))
                self.places[slot] += 1
            return found

        session._sample_branches = drawn
        return session


def split(script: str) -> list[str]:
    """Characters, "|" for the blank line as one token, "$" for the end."""
    return [{"|": "\n\n", "$": "<end>"}.get(c, c) for c in script]


@pytest.mark.parametrize(
    ("script", "text", "end", "finished"),
    [
        ("1+2|", "1+2", "separator", False),
        ("1+2\n\n", "1+2", "separator", False),
        ("1\n2|", "1\n2", "separator", False),
        ("a $", "a", "eos", True),
        ("$", "", "eos", True),
        ("\\boxed{3}|", "\\boxed{3}", "boxed", True),
        ("\\boxed{3}$", "\\boxed{3}", "eos", True),
        ("\\boxed{3|", "\\boxed{3", "separator", False),
        ("123456789", "12345678", "tokens", False),
    ],
)
def test_how_steps_end(script, text, end, finished) -> None:
    vocabulary = tiny.tokenizer()
    model = Scripted([script.replace("boxed", "boxed")])
    assert vocabulary.convert_tokens_to_ids("<end>") == 1
    limit = 8 if end == "tokens" else 50
    made = contract.drain(model.session(max_step_tokens=limit), [0], 0)[0]
    assert (made.text, made.end, made.finished) == (text, end, finished)


def test_a_step_at_the_character_limit() -> None:
    made = contract.drain(Scripted(["123456789"]).session(max_step_characters=4), [0], 0)[0]
    assert (made.text, made.end, made.finished) == ("1234", "characters", False)


def test_two_empty_steps_finish() -> None:
    session = Scripted(["||", "|1|"]).session()
    first = contract.drain(session, [0, 1], 0)
    assert [(s.text, s.finished) for s in first.values()] == [("", False), ("", False)]
    second = contract.drain(session, [0, 1], 1)
    assert [(s.text, s.finished) for s in second.values()] == [("", True), ("1", False)]


def test_a_longer_token_may_hold_the_separator() -> None:
    tokenizer = tiny.tokenizer(merged=(".\n\n",))
    model = tiny.causal_lm(vocabulary=len(tokenizer))
    generator = CausalLMGenerator(model, tokenizer, "merged")
    session = generator.open(PROBLEM, particles=1, seed=0, sampling=Sampling(max_step_tokens=5))
    script = iter(tokenizer.convert_tokens_to_ids(["1", ".\n\n"]))
    session._sample_branches = lambda *_: [(0, next(script), 0.0, None)]
    made = contract.drain(session, [0], 0)[0]
    assert (made.text, made.end) == ("1.", "separator")


def test_the_models_context_ends_a_solution() -> None:
    generator = CausalLMGenerator(tiny.causal_lm(max_position_embeddings=40, eos_token_id=None), tiny.tokenizer(), "g")
    generator.eos = frozenset()
    prompt = len(generator.prompt(PROBLEM))
    session = generator.open(PROBLEM, particles=2, seed=0, sampling=Sampling(max_step_tokens=100))
    written = [0, 0]
    active = [0, 1]
    for step in range(40):
        for slot, made in contract.drain(session, active, step).items():
            written[slot] += len(made.token_ids)
            if made.finished:
                active.remove(slot)
        if not active:
            break
    assert max(written) <= 40 - prompt + 1
    with pytest.raises(ProblemError, match="Shorten"):
        generator.open(Problem("1" * 60), particles=1, seed=0, sampling=Sampling())


def test_a_finished_slot_cannot_be_extended_and_may_be_selected() -> None:
    session = Scripted(["a$", "12|345|", "12|67|"]).session()
    contract.drain(session, [0, 1, 2], 0)
    with pytest.raises(ModelError, match="finished"):
        contract.drain(session, [0], 1)
    session.select(np.array([1, 0, 0]))
    with pytest.raises(ModelError, match="finished"):
        contract.drain(session, [1], 1)
    session.select(np.array([1, 1, 1]))  # everybody finished: nothing is left to fork
    session.select(np.array([0, 1, 2]))


def test_greedy_is_the_most_likely_token() -> None:
    model = tiny.causal_lm()
    generator = CausalLMGenerator(model, tiny.tokenizer(), "greedy")
    session = generator.open(PROBLEM, particles=1, seed=9, sampling=Sampling(temperature=0, max_step_tokens=6))
    made = contract.drain(session, [0], 0)[0]
    ids = generator.prompt(PROBLEM)
    for token in made.token_ids:
        with torch.inference_mode():
            assert int(model(input_ids=torch.tensor([ids])).logits[0, -1].argmax()) == token
        ids.append(token)


def test_damaged_weights_are_named() -> None:
    model = tiny.causal_lm()
    with torch.no_grad():
        model.lm_head.weight.fill_(float("nan"))
    generator = CausalLMGenerator(model, tiny.tokenizer(), "broken")
    session = generator.open(PROBLEM, particles=2, seed=0, sampling=Sampling())
    with pytest.raises(ModelError, match="broken computed logits that are not numbers"):
        list(session.extend([0, 1], 0))


@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_each_token_has_the_log_probability_and_the_entropy_of_the_model(temperature) -> None:
    """From scratch, at temperature 1 whatever they were drawn at, after a selection too."""
    model = tiny.causal_lm(eos_token_id=[1, 40])
    generator = CausalLMGenerator(model, tiny.tokenizer(), "g")
    sampling = Sampling(temperature, max_step_tokens=10, entropies=True)
    session = generator.open(PROBLEM, particles=5, seed=2, sampling=sampling)
    prefixes, compared = [generator.prompt(PROBLEM)] * 5, 0
    for step in range(2):
        made = contract.drain(session, sorted(session._row), step)
        for slot, one in made.items():
            with torch.inference_mode():
                logits = model(input_ids=torch.tensor([[*prefixes[slot], *one.token_ids]])).logits[0].double()
            before = torch.distributions.Categorical(logits=logits[len(prefixes[slot]) - 1 : -1])
            log_probs = before.log_prob(torch.tensor(one.token_ids)).tolist()
            assert one.token_log_probs == pytest.approx(log_probs, rel=1e-4, abs=1e-5)
            assert one.entropies == pytest.approx(before.entropy().tolist(), rel=1e-4, abs=1e-5)
            compared += len(one.token_ids)
            prefixes[slot] = [*prefixes[slot], *one.token_ids]
        session.select(np.array([1, 1, 0, 4, 3]))
        prefixes = [prefixes[a] for a in (1, 1, 0, 4, 3)]
    assert compared > 40


def test_numbers_of_tokens_are_short() -> None:
    """Six digits, so that traces stay small, while the sum of the step keeps all of its own."""
    made = contract.drain(case("qwen2").open(sampling=Sampling(max_step_tokens=12, entropies=True)), range(6), 0)
    for step in made.values():
        for value in (*step.token_log_probs, *step.entropies):
            assert float(f"{value:.6g}") == value
    assert any(float(f"{step.log_prob:.6g}") != step.log_prob for step in made.values())


def test_inference_mode_does_not_leak_into_the_caller() -> None:
    generator = CausalLMGenerator(tiny.causal_lm(), tiny.tokenizer(), "g")
    for _ in generator.open(PROBLEM, particles=1, seed=0, sampling=Sampling(max_step_tokens=3)).extend([0], 0):
        assert not torch.is_inference_mode_enabled()
        assert torch.is_grad_enabled()


def test_the_prompt_is_computed_once_and_what_slots_share_too() -> None:
    """Slots that drew the same so far are one row of a pass, and those that ended their step are none."""
    model = tiny.causal_lm()
    fed = []
    model.register_forward_pre_hook(lambda _, args, kwargs: fed.append(kwargs["input_ids"].shape), with_kwargs=True)
    generator = CausalLMGenerator(model, tiny.tokenizer(), "counted")
    session = generator.open(PROBLEM, particles=6, seed=1, sampling=Sampling(max_step_tokens=5))
    prompt = len(generator.prompt(PROBLEM))
    assert [tuple(shape) for shape in fed] == [(1, prompt - 1)]
    texts = [()] * 6
    active = list(range(6))
    for step in range(3):
        fed.clear()
        made = contract.drain(session, active, step)
        nodes = [set() for _ in range(5)]  # the different prefixes that each column continues
        for slot, one in made.items():
            for column in range(len(one.token_ids)):
                nodes[column].add(texts[slot] + one.token_ids[:column])
            texts[slot] += one.token_ids
        assert [tuple(shape) for shape in fed] == [(len(prefixes), 1) for prefixes in nodes if prefixes]
        active = [slot for slot in active if not made[slot].finished]
        if step == 0:
            assert fed[0][0] == 1
            assert fed[-1][0] > 1
            session.select(np.array([0, 0, 0, 1, 1, 2]))
            texts = [texts[a] for a in (0, 0, 0, 1, 1, 2)]
            assert not any(one.finished for one in made.values())


def test_an_interrupted_step_leaves_the_next_one_bit_for_bit() -> None:
    case_ = case("qwen2")
    straight, interrupted = case_.open(), case_.open()
    contract.drain(straight, range(6), 0)
    contract.drain(interrupted, range(6), 0)
    for session in (straight, interrupted):
        session.select(np.array([3, 3, 1, 0, 0, 5]))
    active = sorted(straight._row)
    begun = interrupted.extend(active, 1)
    for _ in range(4):
        next(begun)
    begun.close()
    assert contract.drain(interrupted, active, 1) == contract.drain(straight, active, 1)


def test_a_replay_through_given_steps_is_bit_for_bit() -> None:
    case_ = case("qwen2")
    drawn, replayed = case_.open(), case_.open()
    first = contract.drain(drawn, range(6), 0)
    *_, _ = replayed.extend(range(6), 0, first)
    for session in (drawn, replayed):
        session.select(np.array([3, 3, 1, 0, 0, 5]))
    active = sorted(drawn._row)
    assert contract.drain(replayed, active, 1) == contract.drain(drawn, active, 1)


def test_prompt_losses_are_those_of_the_model() -> None:
    model = tiny.causal_lm()
    generator = CausalLMGenerator(model, tiny.tokenizer(), "g")
    ids = generator.prompt(PROBLEM)
    losses = generator.prompt_losses(PROBLEM)
    assert len(losses) == len(ids) - 1
    with torch.inference_mode():
        mean = float(model(input_ids=torch.tensor([ids]), labels=torch.tensor([ids])).loss)
    assert sum(losses) / len(losses) == pytest.approx(mean, rel=1e-5)


@pytest.mark.parametrize(
    "step",
    [
        Step("x", (), 0.0, False, "separator"),
        Step("x", (10_000,), 0.0, False, "separator"),
        Step("x", (-1,), 0.0, False, "separator"),
        Step("x", (5,) * 13, 0.0, False, "separator"),
        Step("x", (5,), 0.0, False, ""),
    ],
    ids=["no ids", "an id too large", "a negative id", "too long", "no end"],
)
def test_a_given_step_of_another_model_is_refused(step) -> None:
    with pytest.raises(ModelError, match="another model"):
        list(case("qwen2").open().extend([0, 1], 0, {1: step}))


def test_a_step_given_to_a_slot_that_is_not_active_is_refused() -> None:
    with pytest.raises(ModelError, match="not active"):
        list(case("qwen2").open().extend([0], 0, {1: Step("x", (5,), 0.0, False, "separator")}))
