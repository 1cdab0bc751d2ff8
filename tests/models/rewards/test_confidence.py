"""Confidence as the reward: against the formulas, under the contract, and where a generator does not tell enough."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import pfviz
from pfviz.errors import ModelError
from pfviz.lab.probes.rescore import RescoredSweep, rescore
from pfviz.models import registry
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.rewards.confidence import PRESET_NAMES, ConfidenceReward
from pfviz.problems.problem import Problem
from pfviz.types import RewardModel, Sampling, Step, read_token_signal, reads_entropies
from tests.contracts import generator as generators
from tests.contracts import reward as contract
from tests.contracts import toy
from tests.models import tiny

PROBLEM = Problem("compute 1 + 2")


def step_of(text: str, finished: bool = False) -> Step:
    """A step whose numbers follow from its characters, of which each is a token; of an empty one, its end is."""
    codes = [ord(c) % 23 for c in text] or [5]
    log_probs, entropies = tuple(-0.01 * (c + 1) for c in codes), tuple(0.05 * (c % 7) for c in codes)
    signals = tuple(0.1 + 0.3 * (c % 11) for c in codes)
    step = Step(text, tuple(codes), sum(log_probs), finished, "separator", log_probs, entropies)
    return replace(step, token_signals=signals)


def formula(kind: str, steps: list[Step]) -> float:
    """From the definitions, over every token of the steps."""
    log_probs = np.array([x for step in steps for x in step.token_log_probs])
    signals = [x for step in steps for x in step.token_signals]
    mean = np.mean(signals)
    least = min(np.mean(signals[i : i + 16]) for i in range(max(1, len(signals) - 15)))
    return {
        "mean": lambda: np.prod(np.exp(log_probs)) ** (1 / len(log_probs)),
        "minimum": lambda: np.min(np.exp(log_probs)),
        "sum": lambda: np.prod(np.exp(log_probs)),
        "entropy": lambda: np.exp(-np.mean([x for step in steps for x in step.entropies])),
        "tail": lambda: np.exp(-np.mean([x for step in steps for x in step.entropies][-20:])),
        "certainty": lambda: mean / (1 + mean),
        "group": lambda: least / (1 + least),
    }[kind]()


@pytest.mark.parametrize("whole", [False, True], ids=["step", "whole"])
@pytest.mark.parametrize("kind", PRESET_NAMES)
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_contract(check, kind, whole) -> None:
    def scratch(problem: Problem, texts: list[str]) -> float:
        steps = [step_of(text) for text in texts]
        return float(formula(kind, steps if whole else steps[-1:]))

    words = ("a", "b", "1 + 2 = 3", "so 3 * 4 is 12", "", "c", "x = 17 - 4 * 3 and so on, as was to be shown")
    check(contract.Case(lambda: ConfidenceReward(kind), PROBLEM, scratch, words, step=step_of, whole=whole))


@pytest.mark.parametrize("kind", PRESET_NAMES)
def test_of_a_language_model_from_scratch(kind) -> None:
    model = tiny.causal_lm(eos_token_id=[1, 40])
    generator = CausalLMGenerator(model, tiny.tokenizer(), "g")
    reward = ConfidenceReward(kind)
    sampling = Sampling(max_step_tokens=33, entropies=reads_entropies(reward), token_signal=read_token_signal(reward))
    written = generators.drain(generator.open(PROBLEM, particles=6, seed=1, sampling=sampling), range(6), 0)
    scores = reward.open(PROBLEM, particles=6).score(written)
    prompt = generator.prompt(PROBLEM)
    for slot, step in written.items():
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([[*prompt, *step.token_ids]])).logits[0].double()
        drawn_from = torch.distributions.Categorical(logits=logits[len(prompt) - 1 : -1])
        p = drawn_from.log_prob(torch.tensor(step.token_ids)).exp()
        log_all = drawn_from.logits  # (T, V), normalised
        certainty = ((-math.log(log_all.shape[1]) - log_all) / log_all.shape[1]).sum(1)
        top = -log_all.sort(descending=True).values[:, :20].mean(1)
        group = torch.stack([top[i : i + 16].mean() for i in range(max(1, len(top) - 15))]).min()
        expected = {
            "mean": p.log().mean().exp(),
            "minimum": p.min(),
            "sum": p.prod(),
            "entropy": (-drawn_from.entropy().mean()).exp(),
            "tail": (-drawn_from.entropy()[-20:].mean()).exp(),
            "certainty": certainty.mean() / (1 + certainty.mean()),
            "group": group / (1 + group),
        }[kind]
        assert scores[slot] == pytest.approx(float(expected), rel=1e-4)
    assert len(set(scores.values())) == 6


LOGS = st.lists(st.floats(-50, 0), min_size=1, max_size=20)


@given(LOGS)
def test_the_kinds_are_in_order(logs) -> None:
    """A step is no likelier than its least likely token, and that is no likelier than the tokens are on average."""
    step = Step("x", (1,) * len(logs), sum(logs), False, "separator", tuple(logs))
    total, least, mean = (ConfidenceReward(kind).score_steps([step]) for kind in ("sum", "minimum", "mean"))
    assert 0 <= total <= least * (1 + 1e-9)
    assert least <= mean * (1 + 1e-9)
    assert mean <= 1


@given(LOGS, st.data())
def test_as_a_whole_it_matters_not_where_the_steps_end(logs, data) -> None:
    cut = data.draw(st.integers(0, len(logs)))
    parts = [
        Step("x", (1,) * len(part), sum(part), False, "separator", tuple(part)) for part in (logs[:cut], logs[cut:])
    ]
    one = Step("x", (1,) * len(logs), sum(logs), False, "separator", tuple(logs))
    for kind in ("mean", "minimum", "sum"):
        assert ConfidenceReward(kind).score_steps(parts) == pytest.approx(
            ConfidenceReward(kind).score_steps([one]), rel=1e-9
        )


def test_only_the_sum_punishes_length() -> None:
    short, long = step_of("aa"), step_of("aaaaaaaa")
    for kind in ("mean", "minimum", "entropy"):
        assert ConfidenceReward(kind).score_steps([long]) == pytest.approx(ConfidenceReward(kind).score_steps([short]))
    assert ConfidenceReward("sum").score_steps([long]) == pytest.approx(
        ConfidenceReward("sum").score_steps([short]) ** 4
    )


def test_entropy_runs_from_one_over_the_vocabulary_to_one() -> None:
    nothing = replace(step_of("ab"), entropies=(math.log(50),) * 2)
    assert ConfidenceReward("entropy").score_steps([nothing]) == pytest.approx(1 / 50)
    assert ConfidenceReward("entropy").score_steps([replace(nothing, entropies=(0.0, 0.0))]) == 1


def test_a_generator_that_tells_no_tokens() -> None:
    step = Step("x", (1, 2), -1.0, False, "separator")
    assert ConfidenceReward("mean").score_steps([step]) == pytest.approx(math.exp(-0.5))
    assert ConfidenceReward("sum").score_steps([step]) == pytest.approx(math.exp(-1))
    with pytest.raises(ModelError, match=r"log-probability of each token.* gave 0 for a step of 2.*confidence-sum"):
        ConfidenceReward("minimum").open(PROBLEM, particles=1).score({0: step})
    with pytest.raises(ModelError, match="entropy before each token"):
        ConfidenceReward("entropy").open(PROBLEM, particles=1).score({0: replace(step, token_log_probs=(-0.5, -0.5))})


def test_without_a_token_there_is_no_reward_and_never_one_above_one() -> None:
    for kind in PRESET_NAMES:
        assert math.isnan(ConfidenceReward(kind).score_steps([Step("", (), 0.0, False, "eos")]))
    rounded = Step("x", (1,), 1e-12, False, "separator", (1e-12,))
    assert [ConfidenceReward(kind).score_steps([rounded]) for kind in ("mean", "minimum", "sum")] == [1, 1, 1]
    impossible = Step("x", (1,), -math.inf, False, "separator", (-math.inf,))
    assert [ConfidenceReward(kind).score_steps([impossible]) for kind in ("mean", "minimum", "sum")] == [0, 0, 0]


def test_the_signals_of_a_flat_and_of_a_sure_distribution() -> None:
    for kind in ("certainty", "group"):
        flat = replace(step_of("ab"), token_signals=(0.0, 0.0))
        assert ConfidenceReward(kind).score_steps([flat]) == 0
        assert ConfidenceReward(kind).score_steps([replace(flat, token_signals=(3.0, 3.0))]) == pytest.approx(0.75)
        with pytest.raises(ModelError, match=r"the generator gave 0 for a step of 2 tokens.*confidence-sum"):
            ConfidenceReward(kind).open(PROBLEM, particles=1).score({0: replace(flat, token_signals=())})


@pytest.mark.parametrize("kind", ["entropy", "tail", "certainty", "group"])
def test_steps_without_their_numbers_are_read_once_more_by_their_generator(kind) -> None:
    generator = CausalLMGenerator(tiny.causal_lm(eos_token_id=[1, 40]), tiny.tokenizer(), "g")
    run = pfviz.run(
        "compute 1 + 2",
        particles=5,
        max_steps=4,
        max_step_tokens=22,
        generator=generator,
        reward=ConfidenceReward(kind),
    )
    bare = pfviz.run(
        "compute 1 + 2", particles=5, max_steps=4, max_step_tokens=22, generator=generator, reward="constant"
    )
    assert not any(map(any, bare.entropies))
    recorded = ConfidenceReward(kind).bind_recorded(lambda: generator)
    (again,) = [item for item in rescore(bare, recorded) if isinstance(item, RescoredSweep)]
    fresh = pfviz.resume(bare.upto(1), generator=generator, reward="constant")
    assert np.array_equal(fresh.rewards, bare.rewards)
    assert again.rewards[0] == pytest.approx(run.rewards[0], abs=1e-5)  # the first step: the same draws
    assert len(np.unique(again.rewards.round(6))) > 5
    with pytest.raises(ModelError, match="toy is not computed here"):
        list(rescore(bare, ConfidenceReward(kind).bind_recorded(lambda: toy.ToyGenerator())))


def test_another_kind_is_refused() -> None:
    with pytest.raises(ModelError, match=r"'average'.*mean, minimum, sum, entropy"):
        ConfidenceReward("average")


@pytest.mark.parametrize(("kind", "name"), PRESET_NAMES.items())
def test_it_is_chosen_by_name(kind, name) -> None:
    reward = registry.get_reward(name)
    assert isinstance(reward, ConfidenceReward)
    assert isinstance(reward, RewardModel)
    assert (reward.kind, reward.name, reads_entropies(reward)) == (kind, name, kind in ("entropy", "tail"))
    assert read_token_signal(reward) == {"certainty": "certainty", "group": "top"}.get(kind)


def test_entropies_are_computed_only_where_they_are_read(monkeypatch) -> None:
    asked = []

    class Spy(toy.ToyGenerator):
        def open(self, problem, *, particles, seed, sampling):
            asked.append(sampling.entropies)
            return super().open(problem, particles=particles, seed=seed, sampling=sampling)

    for name in ("confidence", "confidence-min", "confidence-sum"):
        pfviz.run("toy", particles=3, generator=Spy(), reward=name)
    with pytest.raises(ModelError, match="entropy before each token, and the generator gave 0"):
        pfviz.run("toy", particles=3, generator=Spy(), reward="confidence-entropy")
    assert asked == [False, False, False, True]


def test_a_run_weighs_by_the_odds_of_the_mean() -> None:
    """As its_hub does: softmax of logit(exp(mean log-probability))."""
    trace = pfviz.run("toy", particles=6, seed=3, generator=toy.ToyGenerator(), reward="confidence")
    mean = np.exp(trace.log_probs[0] / trace.tokens[0])
    odds = mean / (1 - mean)
    assert trace.weights[0] == pytest.approx(odds / odds.sum())


def test_what_is_not_known_enters_no_sum() -> None:
    known, unknown = Step("x", (1,), -1.0, False, "separator"), Step("y", (2,), None, False, "separator")
    for kind in ("mean", "sum"):
        with pytest.raises(ModelError, match="tells no log-probabilities"):
            ConfidenceReward(kind).score_steps([known, unknown])
        with pytest.raises(ModelError, match="tells no log-probabilities"):  # a text of which no token is known
            ConfidenceReward(kind).score_steps([known, replace(unknown, token_ids=())])


def test_a_step_that_is_certain_says_so() -> None:
    certain = Step("x", (1,), 0.0, False, "separator", (0.0,))
    assert [ConfidenceReward(kind).score_steps([certain]) for kind in ("mean", "minimum", "sum")] == [1, 1, 1]
