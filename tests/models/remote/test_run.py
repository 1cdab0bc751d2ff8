"""A whole run over a remote engine, in which a particle fails: the trace shows it, keeps, and holds no key."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import pfviz
from pfviz.errors import ModelError
from pfviz.lab.probes.rescore import rescore
from pfviz.models.remote.generator import RemoteGenerator
from pfviz.models.remote.reward import RemoteReward
from pfviz.trace import dumps, loads
from tests.models.remote import fake
from tests.models.remote.fake import Fake, Odd, Waited

KEY, SEED, N, FAILING = "sk-test-0123456789", 5, 6, 3
ODD = Odd(500, b'{"error": {"message": "no luck with ' + KEY.encode() + b'"}}')


def fail_at(step: int, slot: int = FAILING):
    seed = fake.seed_of(SEED, step, slot)
    return lambda path, body, turn: ODD if body and body.get("seed") == seed else None


def solve(server: Fake, reward=lambda problem, steps: 0.5, log_probs=None, **settings):
    generator = RemoteGenerator(server.endpoint(key_env="TOY_KEY", log_probs=log_probs), sleep=Waited().sleep)
    usual = {"particles": N, "seed": SEED, "max_steps": 4} | settings
    return pfviz.run("toy", generator=generator, reward=reward, **usual)


@pytest.mark.parametrize("potential", ["odds", "score"])
def test_a_failing_particle_does_not_lose_the_run(tmp_path: Path, monkeypatch, potential: str) -> None:
    monkeypatch.setenv("TOY_KEY", KEY)
    with fake.serving(odd=fail_at(0)) as server:
        trace = solve(server, potential=potential, trigger="ess", threshold=0.1)
    assert trace.ends[0][FAILING] == "failed"
    assert (trace.texts[0][FAILING], trace.token_ids[0][FAILING]) == ("", [])
    assert trace.finished[0, FAILING]
    assert (trace.weights[:, FAILING] == 0).all()
    assert trace.rewards[0, FAILING] == 0
    others = [slot for slot in range(N) if slot != FAILING]
    assert np.allclose(trace.weights[0, others], 1 / (N - 1))
    assert trace.steps > 1
    assert all(trace.texts[0][slot] or trace.ends[0][slot] == "eos" for slot in others)
    (note,) = [note for note in trace.notes if "failed" in note.text]
    assert note.text == f"Particle {FAILING} failed and writes no more: HTTP 500: no luck with [key] (4 attempts)."
    assert note.step == 0
    path = tmp_path / "run.json"
    trace.save(path)
    assert KEY not in path.read_text()
    assert dumps(pfviz.load(path)) == dumps(trace)


def test_resampling_replaces_it(monkeypatch) -> None:
    monkeypatch.setenv("TOY_KEY", KEY)
    with fake.serving(odd=fail_at(0)) as server:
        trace = solve(server)
    assert trace.resampled[0]
    assert FAILING not in trace.ancestors[0]
    assert not trace.failed.any()


def test_a_failed_particle_of_an_iteration_is_never_kept(monkeypatch) -> None:
    monkeypatch.setenv("TOY_KEY", KEY)
    with fake.serving(odd=fail_at(1)) as server:
        trace = solve(server, method="particle_gibbs", iterations=3)
    assert len(trace.sweeps) == 3
    for sweep in trace.sweeps:
        assert sweep.retained is not None
        assert not sweep.failed[sweep.retained]


def test_a_stopped_run_goes_on_without_asking_for_what_is_known(monkeypatch) -> None:
    monkeypatch.setenv("TOY_KEY", KEY)
    with fake.serving(odd=fail_at(0)) as server:
        settings = {"trigger": "ess", "threshold": 0.1}
        trace = solve(server, **settings)
        server.asked.clear()
        generator = RemoteGenerator(server.endpoint(key_env="TOY_KEY"), sleep=Waited().sleep)
        again = pfviz.resume(trace.upto(1), generator=generator, reward=pfviz.reward(lambda p, s: 0.5, trace.reward))
        known = {fake.seed_of(SEED, 0, slot) for slot in range(N)}
        assert server.asked
        assert not [body for _, body in server.asked if body and body["seed"] in known]
    assert again.texts == trace.texts
    assert again.ends == trace.ends
    assert np.array_equal(again.weights, trace.weights)


def test_a_server_that_dies_in_the_midst_of_a_run_costs_no_step(monkeypatch) -> None:
    monkeypatch.setenv("TOY_KEY", KEY)
    judge = pfviz.reward(lambda problem, steps: 0.5, "half")
    with fake.serving() as server:
        whole = solve(server, reward=judge)
        second = {fake.seed_of(SEED, 1, slot) for slot in range(N)}
        server.odd = lambda path, body, turn: ODD if body and body["seed"] in second else None
        with pytest.raises(ModelError, match="no luck") as caught:
            solve(server, reward=judge)
        server.odd = lambda path, body, turn: None
        left = caught.value.trace
        generator = RemoteGenerator(server.endpoint(key_env="TOY_KEY"), sleep=Waited().sleep)
        again = pfviz.resume(loads(dumps(left)), generator=generator, reward=judge)
    assert (left.status, left.steps) == ("stopped", 1)
    assert left.notes[-1].text.startswith("The run was broken off: The endpoint 'toy' cannot serve the model")
    assert KEY not in dumps(left)
    assert again.texts == whole.texts
    assert again.status == whole.status


def test_both_models_behind_addresses(monkeypatch) -> None:
    monkeypatch.setenv("TOY_KEY", KEY)
    with fake.serving() as server:
        judge = RemoteReward(server.endpoint(kind="reward", separator="<extra_0>", key_env="TOY_KEY"))
        trace = solve(server, reward=judge, log_probs=True)
        assert {path for path, _ in server.asked} == {"/v1/completions", "/pooling"}
    assert ((trace.rewards > 0) & (trace.rewards < 1)).all()
    assert len(np.unique(trace.rewards)) > 3
    assert (trace.log_probs[trace.written] < 0).all()
    assert KEY not in dumps(trace)


def test_confidence_needs_what_the_server_may_not_tell(monkeypatch) -> None:
    monkeypatch.setenv("TOY_KEY", KEY)
    with fake.serving() as server:
        trace = solve(server, reward="confidence-min")
        assert ((trace.rewards > 0) & (trace.rewards < 1)).any()
    with fake.serving(log_probs=False) as server, pytest.raises(ModelError, match="tells no log-probabilities"):
        solve(server, reward="confidence")


def test_a_run_that_nobody_serves_ends_with_the_reason(monkeypatch) -> None:
    monkeypatch.setenv("TOY_KEY", KEY)
    with fake.serving(odd=lambda path, body, turn: ODD) as server, pytest.raises(ModelError) as caught:
        solve(server)
    assert "HTTP 500: no luck with [key] (4 attempts)" in str(caught.value)
    assert KEY not in repr(caught.value)


def test_a_run_can_be_stopped_between_replies(monkeypatch) -> None:
    monkeypatch.setenv("TOY_KEY", KEY)
    asked = iter([False] * (N + 4))
    with fake.serving() as server:
        trace = solve(server, stop=lambda: next(asked, True))
    assert (trace.status, trace.steps) == ("stopped", 1)


def test_what_the_server_does_not_tell_stays_unknown_in_the_file_and_in_a_run_that_goes_on(monkeypatch) -> None:
    monkeypatch.setenv("TOY_KEY", KEY)
    judge = pfviz.reward(lambda problem, steps: 0.5, "half")
    with fake.serving(log_probs=False) as server:
        trace = solve(server, reward=judge)
        generator = RemoteGenerator(server.endpoint(key_env="TOY_KEY"), sleep=Waited().sleep)
        again = pfviz.resume(loads(dumps(trace.upto(1))), generator=generator, reward=judge)
    assert np.isnan(trace.log_probs[trace.written]).all()
    assert (trace.log_probs[~trace.written] == 0).all()
    assert np.array_equal(again.log_probs, trace.log_probs, equal_nan=True)
    assert {trace.written_step(t, n).log_prob for t, n in np.argwhere(trace.written).tolist()} == {None}
    with pytest.raises(ModelError, match="tells no log-probabilities"):
        list(rescore(trace, "confidence"))
