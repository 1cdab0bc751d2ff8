"""A real server: `transformers serve` on the loopback, with the embedded generator."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import pfviz
from benchmarks.served import serve_model
from pfviz.errors import ModelError
from pfviz.models.remote.endpoint import Endpoint
from pfviz.models.remote.generator import RemoteGenerator
from pfviz.models.remote.responses import MAX_TOKEN_ID
from pfviz.resources import weights_dir

MODEL = str(weights_dir() / "generator")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("served")]

PROBLEM = "Compute (12 + 7) * 3 - 45"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve_model(MODEL) as address:
        yield address


def endpoint(address: str, **changes: object) -> Endpoint:
    # One at a time: the server's seed is one for all requests.
    usual = {"name": "served", "url": address, "model": MODEL, "concurrency": 1}
    return Endpoint(**{**usual, **changes})  # type: ignore[arg-type]


def solve(address: str, particles: int = 4, **changes: object) -> pfviz.Trace:
    generator = RemoteGenerator(endpoint(address, **changes))
    reward = pfviz.reward(lambda problem, steps: 0.9 if "19" in steps[-1] else 0.4, "nineteen")
    return pfviz.run(PROBLEM, particles=particles, seed=1, generator=generator, reward=reward, max_steps=6)


def test_particle_filtering_over_completions(address: str) -> None:
    """A particle's steps are a solution in the embedded model's language, and the same seed writes them again."""
    prompt = "<|user|>{problem}<|assistant|>"
    trace = solve(address, prompt=prompt)
    assert trace.generator == "endpoint:served"
    assert trace.steps >= 2
    assert trace.finished[-1].all()
    assert set(trace.ends[0]) <= {"separator", "boxed", "eos"}
    assert "separator" in trace.ends[0]
    assert trace.answer is not None
    assert trace.tokens[trace.written].min() > 0
    assert min(i for row in trace.token_ids for ids in row for i in ids) > MAX_TOKEN_ID
    first, refused, *others = [note.text for note in trace.notes]
    assert first == f"endpoint:served is the model {MODEL!r}, asked for completions."
    assert refused.startswith("endpoint:served refuses the fields of vLLM (HTTP 422: Unexpected fields")
    assert refused.endswith("it is asked in the dialect transformers.")
    assert others == [
        "endpoint:served is not asked for log-probabilities, which the reward does not read.",
        "endpoint:served gives no token ids: stand-ins from 4294967296 on are recorded, one for each token.",
    ]
    assert np.isnan(trace.log_probs[trace.written]).all()
    assert solve(address, prompt=prompt).texts == trace.texts


def test_particle_filtering_over_chat(address: str) -> None:
    """The server cannot continue a message, so the solution so far goes into the turns: worse, but steps."""
    trace = solve(address, particles=2, api="chat")
    assert trace.steps >= 1
    assert all(trace.texts[0])
    assert not trace.failed.any()


def test_a_wrong_model_and_a_field_that_it_does_not_know(address: str) -> None:
    with pytest.raises(ModelError, match=r"'nope': HTTP 400: Server is pinned to"):
        solve(address, model="nope")
    with pytest.raises(ModelError, match=r"HTTP 422: Unexpected fields.*its dialect, vllm, leave that out"):
        solve(address, dialect="vllm")
