"""Steps that are known before a run: recorded ones, and typed ones of an engine that takes text."""

from __future__ import annotations

import pytest

import pfviz
from pfviz.errors import LabError
from pfviz.lab.probes.known_steps import build_step, steps_to_node
from pfviz.models.remote.endpoint import Endpoint
from pfviz.models.remote.generator import RemoteGenerator
from pfviz.models.remote.responses import MAX_TOKEN_ID
from pfviz.problems.problem import Problem
from pfviz.types import Step
from tests.contracts import toy


def test_the_steps_to_a_node_are_those_that_were_written() -> None:
    trace = pfviz.run("toy", particles=6, seed=3, generator=toy.ToyGenerator(), reward=toy.reward)
    for uid in trace.uids[trace.written].tolist():
        steps = steps_to_node(trace, uid)
        assert [step.text for step in steps] == trace.path_texts(*trace.node(uid))
        assert steps[-1].finished == trace.finished[trace.node(uid)]
        assert all(step.token_log_probs == (step.log_prob,) for step in steps)


def test_nothing_goes_on_from_a_step_that_failed() -> None:
    trace = pfviz.run("toy", particles=2, generator=toy.ToyGenerator(), reward=toy.reward, max_steps=1)
    trace.ends[0][1] = "failed"
    with pytest.raises(LabError, match="node 1 could not be written"):
        steps_to_node(trace, 1)


def test_a_remote_engine_takes_a_text_under_stand_in_ids() -> None:
    endpoint = Endpoint(name="far", kind="generator", url="http://127.0.0.1:9", model="m", dialect="openai")
    generator = RemoteGenerator(endpoint)
    step = build_step(generator, Problem("p"), (), " one step ", 64)
    assert step == Step("one step", step.token_ids, None, False, "separator")
    assert min(step.token_ids) > MAX_TOKEN_ID
    boxed = build_step(generator, Problem("p"), (step,), r"So \boxed{7}.", 64)
    assert (boxed.finished, boxed.end) == (True, "boxed")
    with pytest.raises(LabError, match="as one step"):
        build_step(generator, Problem("p"), (), f"a{endpoint.separator}b", 64)
