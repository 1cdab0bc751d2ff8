"""Growth against N and steps: each point in a process of its own."""

from __future__ import annotations

import pytest

from benchmarks import growth
from pfviz.errors import ModelError


@pytest.mark.slow
def test_a_point_in_a_process_of_its_own() -> None:
    found = growth._measure_in_subprocess(2, 1, seed=0)
    assert 2 * 30 <= found["tokens"] <= 2 * 50
    assert found["seconds"] > 0
    assert found["peak"] >= 0


@pytest.mark.slow
def test_a_process_that_fails_is_an_error() -> None:
    with pytest.raises(ModelError, match=r"(?s)measures 0 particles failed: .*SettingError"):
        growth._measure_in_subprocess(0, 1, seed=0)


def test_what_grows_faster_than_its_tokens_misses_the_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    def alone(particles: int, steps: int, seed: int) -> dict[str, float]:
        return {"seconds": particles * steps**2, "tokens": 40 * particles * steps, "peak": 0.5 * particles * steps}

    monkeypatch.setattr(growth, "_measure_in_subprocess", alone)
    lines = {line.what: line for line in growth.measure_growth(2, lambda _: None) if line.goal}
    met = {what: line.goal.is_met(line.spread) for what, line in lines.items()}
    assert met == {
        "growth: time per token, 256 N against 64": True,
        "growth: memory per token, 256 N against 64": True,
        "growth: time per token, 32 steps against 16": False,
        "growth: memory per token, 32 steps against 16": True,
    }
    assert lines["growth: time per token, 32 steps against 16"].spread.median == 2.0
