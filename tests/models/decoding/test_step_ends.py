"""Runs whose steps end at sentences, lines, items or after so many tokens: nothing is drawn twice, and they go on."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

import pfviz
from pfviz.errors import ModelError
from pfviz.inference.events import TokensDrafted
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.decoding.tokenization import Tokenization
from pfviz.problems.problem import Problem
from pfviz.trace import Recorder, Trace
from pfviz.types import WritingOptions, configure_generator
from tests.models import tiny

PROBLEM = "compute 1 + 2"
TOKENIZER = tiny.tokenizer(merged=("\n\n", ". b", "\n2. c", "c:"))
MODEL = tiny.causal_lm(vocabulary=len(TOKENIZER), eos_token_id=None)
N = 4
RULES: dict[str, dict[str, Any]] = {
    "sentence": {"step_rule": "sentence"},
    "numbered": {"step_rule": "numbered"},
    "line": {"step_rule": "line", "min_step_tokens": 5},
    "tokens": {"step_rule": "tokens", "tokens_per_step": 7},
}


def make_generator() -> CausalLMGenerator:
    made = CausalLMGenerator(MODEL, TOKENIZER, "tiny")
    made.eos = frozenset()
    return made


def reward(problem: str, steps: list[str]) -> float:
    return 0.1 + 0.8 * (len(steps[-1]) % 5) / 5


@cache
def run(**settings: Any) -> Trace:
    judge = pfviz.reward(reward, "judge")
    common: dict[str, Any] = {"particles": N, "max_steps": 3, "max_step_tokens": 60, "seed": 3}
    return pfviz.run(PROBLEM, generator=make_generator(), reward=judge, **{**common, **settings})


@pytest.mark.parametrize("rule", RULES)
def test_steps_are_what_was_drawn_and_go_on_as_if_they_had_never_stopped(rule: str) -> None:
    trace = run(**RULES[rule])
    assert trace.settings["step_rule"] == rule
    by_rule = [trace.ends[t][n] == "separator" for t in range(trace.steps) for n in range(N)]
    assert sum(by_rule) > len(by_rule) / 4
    tokens = make_generator().tokenization
    for n in range(N):
        path = trace.lineage(trace.steps - 1, n)
        written = tokens.decode([i for t, slot in path for i in trace.token_ids[t][slot]])
        told = "".join("".join(trace.texts[t][slot].split()) for t, slot in path)
        assert "".join(written.split()).startswith(told)
        assert len("".join(written.split())) - len(told) <= 4  # what the last token wrote of a step that never came
    again = pfviz.resume(trace.upto(2), generator=make_generator(), reward=pfviz.reward(reward, "judge"))
    assert again.texts == trace.texts
    assert again.token_ids == trace.token_ids
    np.testing.assert_array_equal(again.log_probs, trace.log_probs)


def test_what_the_last_token_wrote_of_the_next_step_stands_there() -> None:
    trace = run(**RULES["sentence"])
    (carrying,) = TOKENIZER.convert_tokens_to_ids([". b"])
    ended = [(t, n) for t in range(2) for n in range(N) if trace.token_ids[t][n][-1] == carrying]
    assert ended
    for t, n in ended:
        assert trace.texts[t][n].endswith(".")
        assert all(trace.texts[t + 1][child].startswith("b") for child in np.flatnonzero(trace.ancestors[t] == n))


def test_the_least_and_the_given_number_of_tokens_hold() -> None:
    lines, chunks = run(**RULES["line"]), run(**RULES["tokens"])
    assert all(lines.tokens[t, n] >= 5 for t in range(lines.steps) for n in range(N) if lines.ends[t][n] == "separator")
    assert (chunks.tokens == 7).all()


def test_a_heading_is_a_step_only_where_it_is_asked_to_be_and_in_traces_of_before() -> None:
    own = run(step_rule="line", headings="own", particles=12, max_steps=1, seed=1)
    joined = run(step_rule="line", particles=12, max_steps=1, seed=1)
    headings = [n for n in range(12) if own.texts[0][n] != joined.texts[0][n]]
    assert all(joined.texts[0][n].startswith(own.texts[0][n]) for n in headings)
    recorded = run(headings="own")
    new = ("step_rule", "headings", "min_step_tokens", "tokens_per_step", "system", "examples")
    old = replace(recorded, settings={name: value for name, value in recorded.settings.items() if name not in new})
    again = pfviz.resume(old.upto(1), generator=make_generator(), reward=pfviz.reward(reward, "judge"))
    assert again.settings["headings"] == "own"
    assert again.texts == old.texts


def test_system_and_examples_change_the_prompt_and_are_recorded() -> None:
    generator = make_generator()
    usual = generator.prompt(Problem(PROBLEM))
    asked = generator.configure(WritingOptions(system="so 7", examples=(("1", "2"),)))
    text = TOKENIZER.decode(asked.prompt(Problem(PROBLEM)), skip_special_tokens=False)
    assert text == "<user>so 7<end><user>1<end><user>2<end><user>compute 1 + 2<end><solver>"
    assert generator.prompt(Problem(PROBLEM)) == usual
    assert generator.configure(WritingOptions()).prompt(Problem(PROBLEM)) == usual
    trace = run(system=" so 7\r\n", examples=(("1", "2"),), max_steps=1)
    assert (trace.settings["system"], trace.settings["examples"]) == ("so 7", '[["1", "2"]]')
    assert run(max_steps=1).texts != trace.texts


def test_a_model_without_a_template_goes_on_after_examples() -> None:
    class Base:
        chat_template, bos_token_id = None, 7

        def encode(self, text: str, add_special_tokens: bool) -> list[int]:
            self.text = text
            return [1]

    tokenizer = Base()
    tokens = Tokenization(tokenizer).with_turns("Be brief.", [("1 + 1", "It is 2."), ("2 + 2", "It is 4.")])
    assert tokens.prompt(Problem("3 + 3")) == [7, 1]
    worked = "Problem: 1 + 1\nSolution: It is 2.\n\nProblem: 2 + 2\nSolution: It is 4."
    assert tokenizer.text == f"Be brief.\n\n{worked}\n\nProblem: 3 + 3\nSolution:"
    assert Tokenization(tokenizer).prompt(Problem("3 + 3")) == [7, 1]
    assert tokenizer.text == "3 + 3"


def test_a_generator_of_ones_own_is_not_asked_for_what_it_does_not_know() -> None:
    class Own:
        name = "own"

    assert isinstance(configure_generator(Own(), WritingOptions()), Own)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match=r"own takes no step_rule, system"):
        configure_generator(Own(), WritingOptions("line", system="be brief"))  # type: ignore[arg-type]
    fixed = CausalLMGenerator(MODEL, TOKENIZER, "fixed", prompt=lambda problem: [5])
    with pytest.raises(ModelError, match="a prompt of its own"):
        fixed.configure(WritingOptions(system="be brief"))


def test_what_is_being_written_is_told_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = run(**RULES["sentence"])
    monkeypatch.setattr("pfviz.inference.loop.SECONDS_BETWEEN_TEXTS", 0)
    recorder, told = Recorder(), list[TokensDrafted]()
    common: dict[str, Any] = {"particles": N, "max_steps": 3, "max_step_tokens": 60, "seed": 3}
    judge = pfviz.reward(reward, "judge")
    for event in pfviz.stream(PROBLEM, generator=make_generator(), reward=judge, **common, **RULES["sentence"]):
        recorder.record(event)
        told += [event] if isinstance(event, TokensDrafted) else []
    trace = recorder.trace()
    assert (trace.texts, trace.token_ids) == (silent.texts, silent.token_ids)
    assert all(one.texts.keys() == set(range(N)) for one in told)
    for t in range(trace.steps):
        last = [one for one in told if one.step == t][-1]
        assert all(last.texts[n].startswith(trace.texts[t][n]) for n in range(N))
    assert told[5].texts[0] in told[20].texts[0]
