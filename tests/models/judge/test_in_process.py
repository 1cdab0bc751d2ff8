"""A judge in this process: against one plain pass over the whole chat, under the contract, cloned and resumed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import pfviz
from pfviz.errors import ModelError
from pfviz.lab.probes.questions import EditQuestion, OcclusionQuestion, RescoreQuestion
from pfviz.lab.probes.rescore import RescoredSweep, rescore
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.hub.int8 import quantize_linears
from pfviz.models.judge.prompt import JudgePrompt
from pfviz.models.judge.reward import JudgeReward
from pfviz.models.judge.verdict_words import VerdictWordsLM, find_verdict_ids
from pfviz.problems.problem import Problem
from tests.contracts import reward as contract
from tests.contracts import toy
from tests.models import architectures, tiny
from tests.models.judge import judges
from tests.traces import synthetic_trace

PROBLEM = Problem("compute 1 + 2")
PROMPT = JudgePrompt(system="strict", problem="given\n", solution="\n\nso far\n\n")


def plain_pass(generator: CausalLMGenerator, problem: Problem, steps: list[str], question: str) -> float:
    """p(Yes) / (p(Yes) + p(No)) of one pass of the whole model, its softmax over the whole vocabulary."""
    encode = generator.tokenization.encode
    user = [f"given\n{problem.text}\n\nso far\n\n", *(f"{step.strip()}\n\n" for step in steps), question]
    if generator.tokenization.has_template:
        parts = [f"<user>strict<end><user>{user[0]}", *user[1:-1], f"{question}<end><solver>"]
    else:
        parts = [*user[:-1], f"{question}\n\nAnswer:"]
    ids = [i for part in parts for i in encode(part)]
    with torch.inference_mode():
        logits = generator.model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].double()
    p = logits.softmax(0)
    yes, no = (float(sum(p[i] for i in some)) for some in find_verdict_ids(generator.tokenization, "tiny"))
    return yes / (yes + no)


def case(generator: CausalLMGenerator, whole: bool = False) -> contract.Case:
    question = PROMPT.whole_question if whole else PROMPT.question

    def scratch(problem: Problem, steps: list[str]) -> float:
        return plain_pass(generator, problem, steps, question)

    return contract.Case(lambda: JudgeReward(generator, prompt=PROMPT), PROBLEM, scratch, whole=whole)


@pytest.mark.parametrize("whole", [False, True], ids=["steps", "whole"])
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_contract(check, whole) -> None:
    check(case(judges.generator(), whole))


@pytest.mark.parametrize("template", [False, True], ids=["plain", "chat"])
@pytest.mark.parametrize("family", ["qwen2", "llama"])
def test_with_and_without_a_chat_template(family, template) -> None:
    contract.incremental_equals_scratch(case(judges.generator(family, template=template)))


@pytest.mark.parametrize("name", ["mamba", "rwkv"])
def test_of_states_that_cannot_be_cut(name) -> None:
    made = judges.tokenizer()
    generator = CausalLMGenerator(architectures.build(name, vocab_size=len(made)), made, "tiny")
    contract.select_copies(case(generator))


def test_logits_that_are_changed_after_the_last_layer() -> None:
    """Gemma's soft cap: the words alone would be read without it."""
    from transformers import Gemma2Config, Gemma2ForCausalLM

    made = judges.tokenizer()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        sizes = {**tiny._SIZES, "vocab_size": len(made), "head_dim": 8, "initializer_range": 0.6}
        model = Gemma2ForCausalLM(Gemma2Config(**sizes, final_logit_softcapping=1.5)).eval()
    contract.select_copies(case(CausalLMGenerator(model, made, "tiny")))


def test_weights_in_8_bit_integers_are_read_but_for_rounding() -> None:
    generator = judges.generator(hidden_size=64)
    quantize_linears(generator.model)
    words = VerdictWordsLM(generator.model, [50, 51, 52])
    assert words.words is not None
    ids = torch.tensor([[20, 21, 22, 23]])
    with torch.inference_mode():
        whole = generator.model(input_ids=ids).logits[..., 50:53]
        assert (words(ids).logits - whole).abs().max() < 0.05 * whole.abs().max()


def test_the_words_are_all_tokens_that_say_yes_or_no() -> None:
    generator = judges.generator()
    yes, no = find_verdict_ids(generator.tokenization, "tiny")
    assert [generator.tokenization.decode([i]) for i in yes] == ["Yes", " Yes", "yes"]
    assert [generator.tokenization.decode([i]) for i in no] == ["No", " no"]
    words = VerdictWordsLM(generator.model, [*yes, *no])
    assert words.decoder is generator.model.get_decoder()  # no second copy in memory
    with pytest.raises(
        ModelError, match=r"embedded cannot be a judge: its tokenizer has no tokens for Yes and No.*judge:"
    ):
        pfviz.run("Compute 1 + 2", particles=1, reward="judge")


def test_a_run_is_judged_by_its_own_generator_and_goes_on_from_a_trace() -> None:
    generator = judges.generator(eos_token_id=[1, 40])
    settings: dict[str, Any] = {"particles": 6, "max_steps": 4, "max_step_tokens": 12, "potential": "telescoped"}
    trace = pfviz.run("compute 1 + 2", generator=generator, reward=JudgeReward(), seed=5, **settings)
    assert trace.reward == "judge:tiny"
    assert trace.resampled.any()
    again = pfviz.resume(trace.upto(2), generator=generator, reward=JudgeReward())
    assert np.array_equal(again.rewards, trace.rewards)
    assert np.array_equal(again.ancestors, trace.ancestors)
    (scored,) = [item for item in rescore(trace, JudgeReward(), generator=generator) if isinstance(item, RescoredSweep)]
    assert scored.rewards == pytest.approx(trace.rewards, abs=1e-5)
    assert scored.reward == "judge:tiny"


def test_another_model_may_judge_and_a_stranger_may_not() -> None:
    writer, judge = judges.generator(name="writer"), judges.generator("llama", name="judge", seed=4)
    trace = pfviz.run("compute 1 + 2", generator=writer, reward=JudgeReward(judge), particles=2, max_steps=2)
    assert (trace.generator, trace.reward) == ("writer", "judge:judge")
    with pytest.raises(ModelError, match="toy cannot be a judge"):
        pfviz.run("toy", generator=toy.ToyGenerator(), reward=JudgeReward())
    with pytest.raises(ModelError, match=r"asks the generator of a run. Name who judges: judge:NAME"):
        JudgeReward().open(PROBLEM, particles=1)


def test_a_judge_may_be_broken_on_purpose() -> None:
    generator = judges.generator()
    capped = pfviz.perturbed.capped(JudgeReward(), high=0.5)
    trace = pfviz.run("compute 1 + 2", generator=generator, reward=capped, particles=3, max_steps=2)
    assert trace.reward == "judge:tiny + cap 0 to 0.5"
    assert trace.rewards.max() == 0.5


def test_a_question_about_a_recorded_run_names_the_generator_that_it_needs() -> None:
    trace = synthetic_trace(3)
    asked = {
        name: RescoreQuestion(trace, name).generator for name in ("judge", "confidence-group", "oracle", "judge:a/b")
    }
    assert asked == {"judge": trace.generator, "confidence-group": trace.generator, "oracle": None, "judge:a/b": None}
    assert OcclusionQuestion(trace, 0, "judge-4").generator == trace.generator
    assert EditQuestion(trace, 0, "text").generator is None


def test_another_question_gives_other_rewards() -> None:
    generator = judges.generator()
    usual = pfviz.run("compute 1 + 2", generator=generator, reward=JudgeReward(), particles=3, max_steps=2)
    own = JudgeReward(prompt=JudgePrompt.from_question("is it right"))
    other = pfviz.run("compute 1 + 2", generator=generator, reward=own, particles=3, max_steps=2)
    assert usual.texts[0] == other.texts[0]
    assert not np.allclose(usual.rewards[0], other.rewards[0])
    assert other.reward == f"judge@{own.prompt.digest}:tiny"
