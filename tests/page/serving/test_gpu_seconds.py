"""The seconds of a GPU that a run asks for."""

from __future__ import annotations

import math
from typing import Any

import pytest

from pfviz.errors import SettingError
from pfviz.inference.methods import METHODS, make_method
from pfviz.inference.settings import Settings
from pfviz.page.serving import gpu_seconds
from pfviz.page.serving.gpu_seconds import (
    DEFAULT_MAX_SECONDS,
    ENV_VARIABLE,
    LOAD_SECONDS,
    MIN_SECONDS,
    mark_loaded,
)

SMALL: dict[str, Any] = {
    "generator": "Qwen/Qwen2.5-Math-1.5B-Instruct",
    "reward": "Qwen/Qwen2.5-Math-PRM-7B",
    "method": "particle_filtering",
    "particles": 4,
    "iterations": 2,
    "chains": 2,
    "max_steps": 8,
    "max_step_tokens": 64,
}
LADDERS: dict[str, list[Any]] = {
    "particles": [2, 3, 8, 64],
    "iterations": [1, 2, 8],
    "chains": [1, 2, 8],
    "max_steps": [1, 2, 16, 100],
    "max_step_tokens": [1, 16, 256, 4000],
    "generator": ["embedded", "Qwen/Qwen2.5-0.5B-Instruct", "Qwen/Qwen2.5-Math-1.5B-Instruct", "somebody/unknown"],
    "reward": ["embedded", "trl-lib/Qwen2-0.5B-Reward-Math-Sheperd", "Qwen/Qwen2.5-Math-PRM-7B", "somebody/unknown"],
}


def duration(settings: dict[str, Any]) -> int:
    names = {"generator": "embedded", "reward": "embedded", "method": "particle_filtering"} | settings
    generator, reward, method = (names.pop(name) for name in ("generator", "reward", "method"))
    return gpu_seconds.duration(make_method(method, Settings.from_values(**names)), generator, reward)


@pytest.fixture(autouse=True)
def _nobody_was_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_seconds, "_loaded_pairs", set())


@pytest.fixture
def unbounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_seconds, "MIN_SECONDS", 0)
    monkeypatch.setenv(ENV_VARIABLE, "999999999")


@pytest.mark.usefixtures("unbounded")
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("setting", LADDERS)
def test_more_work_never_asks_for_less(method: str, setting: str) -> None:
    asked = [duration({**SMALL, "method": method, setting: value}) for value in LADDERS[setting]]
    assert asked == sorted(asked)
    counts = setting in (*METHODS[method].setting_names, "max_steps", "max_step_tokens", "generator", "reward")
    assert (asked[-1] > asked[0]) is counts


@pytest.mark.usefixtures("unbounded")
def test_the_formula_as_documented() -> None:
    """Parallel tempering: 2 iterations of 2 chains are 4 sweeps of 2 · (4 + 3) = 14 generations."""
    settings = {**SMALL, "method": "parallel_tempering"}
    work = 0.1 * 8 * 64 * (4 * (0.03 + 0.001 * 1.54) + 14 * 0.0003)
    assert duration(settings) == math.ceil(10 + work + 2 * (1.54 + 7.62))
    assert duration({**settings, "seed": 3}) == duration(settings)


@pytest.mark.usefixtures("unbounded")
def test_what_was_met_need_not_be_loaded() -> None:
    new = duration(SMALL)
    mark_loaded(SMALL["generator"], "confidence")
    assert duration(SMALL) == new
    mark_loaded(SMALL["generator"], SMALL["reward"])
    assert new - duration(SMALL) == pytest.approx(LOAD_SECONDS * (1.54 + 7.62), abs=1)


@pytest.mark.usefixtures("unbounded")
def test_a_model_on_a_server_and_the_embedded_ones_weigh_nothing() -> None:
    for reward in ("naive", "confidence", "oracle", "endpoint:prm"):
        assert duration({**SMALL, "reward": reward}) == duration({**SMALL, "reward": "embedded"})
    assert duration({**SMALL, "generator": "endpoint:lab"}) == duration({**SMALL, "generator": "embedded"})


def test_the_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENV_VARIABLE, raising=False)
    tiny, huge = {"max_steps": 1, "max_step_tokens": 1}, {**SMALL, "max_steps": 1000, "max_step_tokens": 4000}
    assert (duration(tiny), duration(huge)) == (MIN_SECONDS, DEFAULT_MAX_SECONDS) == (30, 120)
    for value in (30, 75, 600):
        monkeypatch.setenv(ENV_VARIABLE, f" {value} ")
        assert (duration(tiny), duration(huge)) == (30, value)


@pytest.mark.parametrize("value", ["29", "0", "-60", "2.5", "a lot", "1" * 30])
def test_a_bound_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(ENV_VARIABLE, value)
    with pytest.raises(SettingError, match="whole number of seconds from 30 on") as raised:
        duration({})
    assert raised.value.field == ENV_VARIABLE
