"""A job against the runs that it stands for, with the models that ship."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pfviz import api
from pfviz.diagnostics.truth import RIGHT, judge_with_oracle, truth
from pfviz.inference.settings import PICKS, Settings
from pfviz.models.rewards.confidence import PRESET_NAMES
from pfviz.problems.datasets import load_problems
from pfviz.problems.problem import Problem
from pfviz.study.lineages import follow_right_lineages
from pfviz.study.models import Pair, choose_pair, load_pair, unpack
from pfviz.study.plan import Job, Unit, settings_for
from pfviz.study.run_job import LATER_MEASURES, Outcome, outcome, reweigh, run_job
from pfviz.tiny.world import held_out_tasks
from pfviz.trace.trace import COLUMNS
from pfviz.types import Generator, RewardModel
from tests.models import tiny
from tests.study.outcomes import INDEPENDENT_METHODS
from tests.study.shipped import PAIR

COMMON = Settings()


@pytest.fixture(scope="module")
def models() -> tuple[Generator, RewardModel]:
    return load_pair(PAIR)


def problem(index: int) -> Problem:
    task = held_out_tasks(index + 1)[index]
    return Problem(task.text, str(task.answer))


def test_a_shared_run_equals_separate_ones(models: tuple[Generator, RewardModel]) -> None:
    """Three methods at once against each by itself: every column of the trace, and every number of the outcome."""
    generator, reward = models
    for index in (1, 2):
        group = tuple(Unit(method, 4, index, 1) for method in INDEPENDENT_METHODS)
        together = run_job(Job(group, problem(index)), COMMON, generator, reward)
        apart = [run_job(Job((unit,), problem(index)), COMMON, generator, reward)[0] for unit in group]
        assert [replace(found, seconds=0.0) for found in together] == [replace(found, seconds=0.0) for found in apart]


@pytest.mark.parametrize("method", INDEPENDENT_METHODS)
def test_a_run_weighed_anew_is_the_run_of_that_method(method: str, models: tuple[Generator, RewardModel]) -> None:
    generator, reward = models
    made = {
        name: api.run(problem(1), generator=generator, reward=reward, method=name, seed=5, particles=4)
        for name in (INDEPENDENT_METHODS[0], method)
    }
    settings = settings_for(method, 4)
    assert settings is not None
    anew = reweigh(made[INDEPENDENT_METHODS[0]], method, settings)
    for name in COLUMNS - {"seconds"}:
        found, wanted = getattr(anew, name), getattr(made[method], name)
        if isinstance(found, list):
            assert found == wanted, name
        else:
            np.testing.assert_array_equal(found, wanted, err_msg=name)  # unknown equals unknown
    assert (anew.method, anew.settings) == (made[method].method, made[method].settings)


def test_the_outcome_of_a_run(models: tuple[Generator, RewardModel]) -> None:
    generator, reward = models
    unit = Unit("particle_filtering", 8, 2, 3)
    task = problem(2)
    (found,) = run_job(Job((unit,), task), COMMON, generator, reward)
    trace = api.run(task, generator=generator, reward=reward, particles=8, seed=3_000_002)
    answers = trace.answers
    assert set(found.right) == set(PICKS)
    assert found.right["usual"] == found.right["highest"] == bool(answers.by_highest_reward and trace.choice.correct)
    assert found.right["vote"] == bool(answers.by_weighted_vote and answers.by_weighted_vote.correct)
    assert found.right["majority"] == bool(answers.by_majority and answers.by_majority.correct)
    assert found.right_share == sum(row.count for row in answers.rows if row.correct) / 8
    assert found.right_mass == pytest.approx(sum(row.mass for row in answers.rows if row.correct), abs=1e-6)
    assert (found.tokens, found.steps) == (trace.tokens.sum(), trace.steps)
    assert found.log_evidence == pytest.approx(trace.log_evidence.sum(), abs=1e-6)
    assert found.least_ess == pytest.approx(trace.ess.min() / 8, abs=1e-6)
    roots = {trace.lineage(trace.steps - 1, n)[0] for n in range(8)}
    assert found.families == len(roots)
    best = {correct: [row.best_reward for row in answers.rows if row.correct == correct] for correct in (True, False)}
    assert found.top_right == (pytest.approx(max(best[True]), abs=1e-6) if best[True] else None)
    assert found.top_wrong == (pytest.approx(max(best[False]), abs=1e-6) if best[False] else None)


def test_a_row_holds_the_whole_outcome(models: tuple[Generator, RewardModel]) -> None:
    trace = api.run(problem(0), generator=models[0], reward=models[1], particles=2)
    found = outcome(Unit("particle_filtering", 2, 0, 0), trace)
    assert Outcome.from_row(found.row()) == found


def test_settings_of_the_study_reach_the_run(models: tuple[Generator, RewardModel]) -> None:
    job = Job((Unit("particle_filtering", 4, 0, 0),), problem(0))
    cold, warm = (run_job(job, Settings(temperature=t), *models)[0] for t in (0.0, 2.0))
    assert cold.right_share in (0.0, 1.0)  # at temperature 0 all solutions are the same
    assert cold.tokens != warm.tokens


def test_models_survive_a_journey() -> None:
    there = unpack(PAIR.files())
    assert there != PAIR
    assert there.fingerprint() == PAIR.fingerprint()


def test_a_pair_with_the_oracle() -> None:
    pair = Pair(PAIR.generator, "oracle")
    there = unpack(pair.files(), pair.preset)
    assert there.reward == "oracle"
    assert there.fingerprint() == pair.fingerprint()
    job = Job((Unit("particle_filtering", 8, 0, 0),), problem(0))
    (found,) = run_job(job, COMMON, *load_pair(pair))
    assert found.top_right in (1.0, None)
    assert found.top_wrong in (0.0, None)


@pytest.mark.parametrize("name", PRESET_NAMES.values())
def test_a_pair_with_the_generators_confidence(name: str) -> None:
    """Runs shared by three methods too: a confidence is read from the steps that all of them wrote."""
    generator, reward = load_pair(Pair(PAIR.generator, name))
    assert reward.name == name
    group = tuple(Unit(method, 4, 1, 0) for method in INDEPENDENT_METHODS)
    together = run_job(Job(group, problem(1)), COMMON, generator, reward)
    alone = api.run(problem(1), generator=generator, reward=name, method=INDEPENDENT_METHODS[1], particles=4, seed=1)
    assert together[1].right_mass == pytest.approx(sum(row.mass for row in alone.answers.rows if row.correct), abs=1e-6)
    assert 0 < (together[0].top_right or together[0].top_wrong or 0) < 1


def test_a_fingerprint_tells_other_weights() -> None:
    other = Pair(PAIR.generator, PAIR.reward.parent / "naive-reward")
    one, two = PAIR.fingerprint(), other.fingerprint()
    assert {name for name in one if one[name] != two.get(name)} >= {"reward/model.safetensors"}
    assert one["generator/model.safetensors"] == two["generator/model.safetensors"]


def chain_job(*methods: str, budget: int = 8) -> Job:
    return Job(tuple(Unit(method, budget, 11, 2) for method in methods), load_problems("chain", 12)[11])


def test_costs_of_a_reward_are_the_tokens_that_it_reads(models: tuple[Generator, RewardModel]) -> None:
    """Nothing is read for a vote, by greedy decoding, and by a reward without a pass of its own."""
    job = Job(tuple(Unit(method, 4, 1, 0) for method in ("best_of_n", "self_consistency")), problem(1))
    best, voted = run_job(job, COMMON, *models)
    assert best.reward_tokens == best.tokens == voted.tokens > 0
    assert voted.reward_tokens == 0
    confident = run_job(job, COMMON, *load_pair(Pair(PAIR.generator, "confidence")))
    assert [one.reward_tokens for one in confident] == [0, 0]
    (greedy,) = run_job(Job((Unit("greedy", 1, 1, 0),), problem(1)), COMMON, *models)
    assert greedy.reward_tokens == 0


def test_right_lineages_are_followed_to_their_end() -> None:
    """Against the oracle's word on every solution that was written."""
    pair = load_pair(Pair("chain", "chain"))
    for method in ("particle_filtering", "best_of_n", "beam_search"):
        job = chain_job(method)
        (found,) = run_job(job, COMMON, *pair)
        trace = api.run(job.problem, generator=pair[0], reward=pair[1], method=method, particles=8, seed=2_000_011)
        judged = truth(trace, judge_with_oracle).prefixes == RIGHT
        alive = [bool(row.any()) for row in judged]
        assert found.reference_steps == 12
        assert found.right_steps is not None
        assert all(alive[: found.right_steps])
        if found.lost_by == "writing":
            assert not alive[found.right_steps]
        if method == "best_of_n":
            assert found.lost_by != "selection"
        assert len(found.right_shares) == trace.steps
        assert found.right_shares[-1] == pytest.approx(found.right_share)
        assert found.present == (found.right_share > 0)


def test_where_nobody_judges_steps_a_lost_lineage_is_not_said_to_be_wrong() -> None:
    trace = replace(api.run("Compute 3 + 5 + 12", generator="chain", reward="chain", particles=4), truth="20")
    assert follow_right_lineages(trace).right_steps is not None
    free = replace(trace, generator="somebody", texts=[[f"I think {text}" for text in row] for row in trace.texts])
    found = follow_right_lineages(free)
    assert (found.right_steps, found.lost_by) == (None, "")
    assert len(found.right_shares) == trace.steps


def test_an_outcome_from_before_these_were_measured_is_read() -> None:
    (found,) = run_job(chain_job("dvts"), COMMON, *load_pair(Pair("chain", "chain")))
    row = found.row()
    assert Outcome.from_row(row) == found
    old = {name: value for name, value in row.items() if name not in LATER_MEASURES}
    assert Outcome.from_row(old).right_steps is None


def test_a_generator_from_a_folder_is_asked_as_a_run_asks_it(tmp_path: Path) -> None:
    """By its name, with the reward that fits it; nobody judges its steps, and its confidence reads no tokens."""
    folder = tmp_path / "someone"
    tiny.causal_lm().save_pretrained(folder)
    tokenizer = tiny.tokenizer()
    tokenizer.chat_template = "{% for m in messages %}{{ m.content }}\n\n{% endfor %}"
    tokenizer.save_pretrained(folder)
    pair, reward = choose_pair(str(folder), None)
    assert (pair.generator, reward, pair.threads) == (str(folder), "auto", None)
    assert all(name.startswith("generator/") for name in pair.fingerprint())
    job = Job((Unit("particle_filtering", 2, 0, 0),), Problem("1 + 1", "2", reference_steps=1))
    (found,) = run_job(job, Settings(max_steps=2, max_step_tokens=5), *load_pair(pair))
    assert (found.reward_tokens, found.right_steps, found.reference_steps) == (0, None, 1)
    assert found.tokens > 0
