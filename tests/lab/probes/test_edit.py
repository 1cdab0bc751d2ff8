"""A step's text changed: its path, the rewards of that, and new particles from it."""

from __future__ import annotations

import math

import pytest

import pfviz
from pfviz.errors import LabError, SettingError
from pfviz.inference.events import RunStarted
from pfviz.inference.methods import METHODS
from pfviz.lab.probes.edit import edit_step, rescore_path, run_from_node
from pfviz.lab.probes.known_steps import steps_to_node
from pfviz.lab.probes.scoring import text_step
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.trace import Recorder, Trace, dumps, loads
from tests.contracts import toy
from tests.lab.probes.answering import AnsweringToy, letters, probability, reward
from tests.models import tiny

RUN = pfviz.run("toy", particles=6, seed=3, generator=toy.ToyGenerator(), reward=toy.reward)


def recorded(events) -> Trace:
    recorder = Recorder()
    for event in events:
        recorder.record(event)
    return recorder.trace()


def deep(trace: Trace, steps: int) -> int:
    """A node that is not finished, after so many steps."""
    return int(trace.uids[steps - 1][trace.written[steps - 1] & ~trace.finished[steps - 1]][0])


@pytest.fixture(scope="module")
def pair():
    tokenizer = tiny.tokenizer()
    return {
        "generator": CausalLMGenerator(tiny.causal_lm(eos_token_id=[1, 40]), tokenizer, "random generator"),
        "reward": TokenClassifierReward(tiny.classifier(seed=1), tokenizer, "random reward", chat=True),
    }


@pytest.fixture(scope="module")
def written(pair):
    return pfviz.run("compute 1 + 2", seed=2, particles=6, max_steps=6, max_step_tokens=12, tau=3.0, **pair)


def test_the_new_path_is_the_old_one_but_for_one_step() -> None:
    uid = deep(RUN, 2)
    old = RUN.path_texts(*RUN.node(uid))
    path = edit_step(RUN, uid, "  c \r\n")
    assert path.texts == (old[0], "c")
    assert [step.text for step in path.steps] == old
    assert (path.uid, path.place, path.whole) == (uid, 1, False)


def test_what_came_after_the_step_can_come_after_the_new_one() -> None:
    t = RUN.steps - 1
    leaf = int(RUN.uids[t][RUN.written[t]][0])
    path = RUN.solution(*RUN.node(leaf))
    first = int(RUN.uids[path[0]])
    old = RUN.path_texts(*path[-1])
    assert edit_step(RUN, first, "c", leaf).texts == ("c", *old[1:])
    stranger = next(int(uid) for uid in RUN.uids[0] if uid != first)
    with pytest.raises(LabError, match=f"Node {leaf} does not come from node {stranger}"):
        edit_step(RUN, stranger, "c", leaf)


def test_texts_that_are_no_step_are_refused() -> None:
    with pytest.raises(LabError, match="empty"):
        edit_step(RUN, 0, " \n ")
    with pytest.raises(LabError, match="as one step"):
        edit_step(RUN, 0, "a\n\nb")
    with pytest.raises(LabError, match="no node -1"):
        edit_step(RUN, -1, "a")


def test_the_rewards_of_both_paths_stand_side_by_side() -> None:
    t = RUN.steps - 1
    leaf = int(RUN.uids[t][RUN.written[t]][0])
    nodes = RUN.solution(*RUN.node(leaf))
    path = edit_step(RUN, int(RUN.uids[nodes[0]]), "c", leaf)
    found = list(rescore_path(path, toy.reward))
    old = [step.text for step in path.steps]
    assert [one.old_reward for one in found] == pytest.approx([RUN.rewards[node] for node in nodes])
    assert [one.old_reward for one in found] == [toy.reward("", old[: k + 1]) for k in range(len(old))]
    assert [one.new_reward for one in found] == [toy.reward("", ["c", *old[1 : k + 1]]) for k in range(len(old))]
    assert not any(one.token_rewards.ends for one in found), "a function scores whole steps"
    assert [(one.old_text, one.text) for one in found] == list(zip(old, path.texts, strict=True))


def test_a_language_models_rewards_of_a_path(pair, written) -> None:
    """Computed together they are those of the run, and those of the new path alone."""
    uid = deep(written, 3)
    path = edit_step(written, int(written.uids[written.solution(*written.node(uid))[1]]), "1 + 2 = 3", uid)
    found = list(rescore_path(path, pair["reward"]))
    nodes = written.solution(*written.node(uid))
    assert [one.old_reward for one in found] == pytest.approx([written.rewards[node] for node in nodes], abs=1e-5)
    assert found[0].new_reward == pytest.approx(found[0].old_reward, abs=1e-6)
    assert abs(found[1].new_reward - found[1].old_reward) > 1e-4
    session = pair["reward"].open(path.problem, particles=1)
    for one in found:
        alone = session.score({0: text_step(one.text, finished=False)})[0]
        assert one.new_reward == pytest.approx(alone, abs=1e-5)
        said = session.token_rewards[0]
        assert one.token_rewards.ends == said.ends
        assert one.token_rewards.rewards == pytest.approx(said.rewards, abs=2e-4)
        assert len(said.ends) > 1


def test_a_path_can_be_stopped_between_two_steps() -> None:
    path = edit_step(RUN, deep(RUN, 2), "c")
    asked = iter(range(9))
    assert len(list(rescore_path(path, toy.reward, stop=lambda: next(asked) >= 1))) == 1


def test_the_generators_confidence_cannot_score_a_text() -> None:
    with pytest.raises(LabError, match="cannot score a text"):
        list(rescore_path(edit_step(RUN, deep(RUN, 2), "c"), "confidence"))


@pytest.mark.parametrize("method", METHODS)
def test_new_particles_begin_with_the_path_to_a_node(method) -> None:
    """Whatever the method: it is a trace like any other, in every sweep."""
    uid = deep(RUN, 2)
    events = run_from_node(
        RUN, uid, method=method, particles=5, seed=9, iterations=2, generator=toy.ToyGenerator(), reward=toy.reward
    )
    grown = recorded(events)
    assert grown.method == method
    assert grown.status == "finished"
    for sweep in grown.sweeps:
        for t, step in enumerate(steps_to_node(RUN, uid)):
            assert all(sweep.written_step(t, n) == step for n in range(grown.particles))
        assert [(note.step, note.slots) for note in sweep.notes] == [(1, ())]
        assert f"path to node {uid} of another run (seed 3)" in sweep.notes[0].text
        assert sweep.rewards[0] == pytest.approx(toy.reward("", letters(RUN, uid)[:1]))
    assert dumps(loads(dumps(grown))) == dumps(grown)


def test_what_grows_is_drawn_from_the_generator() -> None:
    """1,000 particles without selection, within four standard deviations: odds of a false alarm 6 in 100,000, were the
    seed drawn afresh."""
    trace = pfviz.run("toy", particles=8, seed=2, generator=AnsweringToy(), reward=reward, truth="c")
    uid = deep(trace, 1)
    grown = recorded(
        run_from_node(trace, uid, method="self_consistency", particles=1000, generator=AnsweringToy(), reward=reward)
    )
    p = probability(letters(trace, uid), "c")
    right = sum(row.count for row in grown.answers.rows if row.correct) / 1000
    assert abs(right - p) < 4 * math.sqrt(p * (1 - p) / 1000)


def test_a_grown_run_is_recorded_under_its_own_settings_and_can_go_on() -> None:
    toys = {"generator": toy.ToyGenerator(), "reward": toy.reward}
    grown = recorded(run_from_node(RUN, deep(RUN, 1), particles=4, tau=2.0, **toys))
    assert (grown.particles, grown.settings["tau"], grown.seed, grown.method) == (4, 2.0, RUN.seed, RUN.method)
    resumed = pfviz.resume(grown.upto(2), **toys)
    assert resumed.rewards.tolist() == grown.rewards.tolist()
    assert resumed.texts == grown.texts
    first = next(run_from_node(RUN, deep(RUN, 1), method="self_consistency", **toys))
    assert isinstance(first, RunStarted)
    assert first.settings["pick"] == "majority"


def test_a_typed_step_is_given_as_the_generators_own_tokens(pair, written) -> None:
    uid = deep(written, 2)
    grown = recorded(run_from_node(written, uid, "1 + 2 = 3", particles=5, **pair))
    tokenization = pair["generator"].tokenization
    assert set(grown.texts[1]) == {"1 + 2 = 3"}
    assert grown.texts[0] == [written.path_texts(*written.node(uid))[0]] * 5
    ids = tokenization.encode("1 + 2 = 3\n\n")
    assert grown.token_ids[1] == [ids] * 5
    assert grown.steps > 2
    assert len({tuple(ids) for ids in grown.token_ids[2]}) > 1
    assert "changed from" in grown.notes[0].text
    assert "'1 + 2 = 3'" in grown.notes[0].text
    assert dumps(loads(dumps(grown))) == dumps(grown)


def test_a_typed_step_has_the_probabilities_of_the_model(pair) -> None:
    """A text that the model wrote itself, typed again, is the step that was recorded, to rounding."""
    generator, by_entropy = pair["generator"], "confidence-entropy"
    told = pfviz.run("compute 1 + 2", particles=8, max_steps=6, reward=by_entropy, generator=generator)
    found = 0
    for uid in told.uids[told.written & ~told.finished].tolist():
        t, n = told.node(uid)
        text = told.texts[t][n]
        if told.ends[t][n] != "separator" or generator.tokenization.encode(text + "\n\n") != told.token_ids[t][n]:
            continue
        grown = recorded(
            run_from_node(told, uid, text, particles=2, max_steps=8, generator=generator, reward=by_entropy)
        )
        assert grown.token_ids[t][0] == told.token_ids[t][n]
        assert grown.token_log_probs[t][0] == pytest.approx(told.token_log_probs[t][n], abs=1e-4)
        assert grown.entropies[t][0] == pytest.approx(told.entropies[t][n], abs=1e-4)
        assert grown.log_probs[t, 0] == pytest.approx(told.log_probs[t, n], abs=1e-3)
        assert grown.rewards[t, 0] == pytest.approx(told.rewards[t, n], abs=1e-4)
        found += 1
    assert found >= 2


def test_a_typed_answer_ends_the_solution(pair, written) -> None:
    grown = recorded(run_from_node(written, deep(written, 1), r"\boxed{3}", particles=3, **pair))
    assert (grown.steps, grown.ends[0]) == (1, ["boxed"] * 3)
    assert grown.finished.all()
    assert grown.answer == "3"


def test_texts_that_do_not_fit_are_refused(pair, written) -> None:
    uid = deep(written, 1)
    with pytest.raises(LabError, match="cannot spell"):
        run_from_node(written, uid, "1 + 2 = Ω", **pair)
    with pytest.raises(LabError, match="a step of this run at most 12"):
        run_from_node(written, uid, "1 + 2 = 3 and so on", **pair)
    with pytest.raises(LabError, match="holds 512"):
        run_from_node(written, uid, "1 + " * 200, max_step_tokens=4000, **pair)
    with pytest.raises(LabError, match="Give a larger max_steps"):
        run_from_node(written, deep(written, 2), max_steps=2, **pair)
    with pytest.raises(LabError, match="takes no text"):
        run_from_node(RUN, 0, "b", generator=toy.ToyGenerator(), reward=toy.reward)
    with pytest.raises(LabError, match="written by 'toy'"):
        run_from_node(RUN, 0, generator=pair["generator"], reward=toy.reward)
    with pytest.raises(SettingError, match="no setting 'colour'"):
        run_from_node(RUN, 0, generator=toy.ToyGenerator(), reward=toy.reward, colour="red")


def test_stopped_it_is_a_trace_of_its_complete_steps() -> None:
    asked = iter(range(1000))
    toys = {"generator": toy.ToyGenerator(), "reward": toy.reward}
    stopped = recorded(run_from_node(RUN, deep(RUN, 1), particles=4, stop=lambda: next(asked) >= 6, **toys))
    assert (stopped.status, stopped.steps) == ("stopped", 1)
    events = run_from_node(RUN, deep(RUN, 1), particles=4, **toys)
    next(events)
    events.close()  # type: ignore[attr-defined]
