"""Occlusion: rewards without each word, against rewards of the texts without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import pfviz
from pfviz.errors import LabError, ModelError
from pfviz.lab.probes.occlusion import Occlusion, OcclusionProgress, occlude, remove_span, token_spans, word_spans
from pfviz.models import registry
from pfviz.models.decoding.tokenization import Tokenization
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.models.rewards.function import FunctionReward
from pfviz.problems.problem import Problem
from tests.lab.probes.test_rescore import TOY
from tests.models import tiny
from tests.traces import synthetic_trace

TRACE = synthetic_trace(particles=4, steps=4)
UID = int(TRACE.uids[1][TRACE.written[1]][0])
TEXT = TRACE.path_texts(*TRACE.node(UID))[-1]


def by_words(problem: str, steps: list[str]) -> float:
    """A reward that adds up what each word of the last step is worth; the step before counts too."""
    worth = {"=": 0.25, "so": 0.125, "*": -0.0625}
    return 0.5 + sum(worth.get(word, 0) for word in steps[-1].split()) + (0.01 if len(steps) == 2 else 0)


def test_words_stand_between_blanks() -> None:
    text = "So  x = 3,\nthen"
    assert [text[a:b] for a, b in word_spans(text)] == ["So", "x", "=", "3,", "then"]
    assert [remove_span(text, span) for span in word_spans(text)] == [
        "x = 3,\nthen", "So  = 3,\nthen", "So  x 3,\nthen", "So  x = then", "So  x = 3,",
    ]  # fmt: skip


def test_tokens_spell_the_text_or_it_is_refused() -> None:
    tokenization = Tokenization(tiny.tokenizer(merged=("\n\n", "12")))
    assert [("12 + 1")[a:b] for a, b in token_spans("12 + 1", tokenization)] == ["12", "+", "1"]
    with pytest.raises(LabError, match="cannot spell"):
        token_spans("1 + Ω", tokenization)


def test_a_reward_that_is_a_sum_over_words_gives_each_word_its_own() -> None:
    *batches, found = occlude(TRACE, UID, by_words)
    assert isinstance(found, Occlusion)
    assert found.reward == pytest.approx(by_words("", TRACE.path_texts(*TRACE.node(UID))))
    expected = {"=": 0.25, "so": 0.125, "*": -0.0625}
    assert found.effects == pytest.approx([expected.get(TEXT[a:b], 0) for a, b in found.spans])
    assert found.effects.any()
    assert batches == [OcclusionProgress(len(found.spans), len(found.spans))]


def test_one_session_computes_the_steps_before_once_for_all() -> None:
    opened = []

    class Counting(FunctionReward):
        def open(self, problem, *, particles, whole=False):
            opened.append((particles, whole))
            return super().open(problem, particles=particles, whole=whole)

    *batches, found = occlude(TRACE, UID, Counting(by_words), batch=4)
    assert isinstance(found, Occlusion)
    parts = len(found.spans)
    assert opened == [(parts + 1, False)]
    assert [item.done for item in batches if isinstance(item, OcclusionProgress)] == [
        min(k, parts + 1) - 1 for k in range(4, parts + 5, 4)
    ]
    *_, whole = occlude(TRACE, UID, by_words, batch=1000)
    assert isinstance(whole, Occlusion)
    assert np.array_equal(whole.rewards_without, found.rewards_without)


def test_a_language_models_effects_are_those_of_texts_scored_alone() -> None:
    reward = TokenClassifierReward(tiny.classifier(seed=1), tiny.tokenizer(), "random reward", chat=True)
    *_, found = occlude(TRACE, UID, reward, batch=5)
    assert isinstance(found, Occlusion)
    before = TRACE.path_texts(*TRACE.node(UID))[0]
    for span, value in zip(found.spans, found.rewards_without, strict=True):
        alone = pfviz.run(
            Problem(TRACE.problem), generator=Told([before, remove_span(TEXT, span)]), reward=reward, particles=1
        )
        assert value == pytest.approx(alone.rewards[1, 0], abs=1e-5)
    assert np.ptp(found.rewards_without) > 1e-4


def test_tokens_can_be_left_out_too() -> None:
    reward = registry.get_reward("embedded")
    assert isinstance(reward, TokenClassifierReward)
    *_, found = occlude(TRACE, UID, reward, parts=lambda text: token_spans(text, reward.tokenization))
    assert isinstance(found, Occlusion)
    assert "".join("".join(TEXT[a:b] for a, b in found.spans).split()) == "".join(TEXT.split())
    assert len(found.spans) > len(word_spans(TEXT))
    assert np.ptp(found.rewards_without) > 0.01


def test_tokens_that_only_together_are_a_character_are_one_part() -> None:
    reward = registry.get_reward("embedded")
    assert isinstance(reward, TokenClassifierReward)
    assert len(reward.tokenization.encode("€")) > 1
    assert [("1 €2")[a:b] for a, b in token_spans("1 €2", reward.tokenization)] == ["1", "€", "2"]


class Told:
    """A generator of these texts."""

    name = "told"

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts

    def open(self, problem, *, particles, seed, sampling):
        return self

    def extend(self, active, step, given=None):
        last = step == len(self.texts) - 1
        made = pfviz.types.Step(self.texts[step], (1,), -1.0, last, "eos" if last else "separator")
        yield dict.fromkeys(active, made)

    def select(self, ancestors) -> None:
        pass


def test_stopped_it_has_no_result() -> None:
    asked = iter(range(100))
    stopped = list(occlude(TRACE, UID, by_words, batch=2, stop=lambda: next(asked) >= 3))
    assert [type(item) for item in stopped] == [OcclusionProgress] * 2
    assert list(occlude(TRACE, UID, by_words, stop=lambda: True)) == []


def test_errors_say_what_to_do() -> None:
    trace = pfviz.run("toy", **TOY)
    with pytest.raises(LabError, match="has 1 parts"):
        occlude(trace, 0, by_words)
    with pytest.raises(LabError, match="cannot score a text"):
        list(occlude(TRACE, UID, "confidence"))
    with pytest.raises(LabError, match="batch is 0"):
        occlude(TRACE, UID, by_words, batch=0)
    with pytest.raises(LabError, match="no node 999"):
        occlude(TRACE, 999, by_words)


def test_a_cut_text_does_not_keep_the_log_probability_of_the_whole() -> None:
    """Where the whole solution is read, the steps before it have theirs, and the sum would be that of another text."""
    whole = replace(TRACE, settings=dict(TRACE.settings) | {"aggregation": "model"})
    with pytest.raises(ModelError, match="tells no log-probabilities"):
        list(occlude(whole, UID, "confidence-sum"))
