"""A calibration map, its file, and a reward that goes through it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import pfviz
from pfviz.errors import ModelError
from pfviz.models.rewards.calibration_map import CalibrationMap, load_calibration
from pfviz.problems.problem import Problem
from tests.contracts import reward as contract

GOOD = {
    "kind": "pfviz calibration", "reward": "r", "method": "isotonic", "scores": [0.2, 0.6], "values": [0.1, 0.9],
    "low": [0.0, 0.8], "rows": 20, "problems": 4,
}  # fmt: skip


def written(place: Path, **changes: object) -> Path:
    place.write_text(json.dumps(GOOD | changes), encoding="utf-8")
    return place


def test_a_map_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = CalibrationMap(**GOOD)  # type: ignore[arg-type]
    made.save(tmp_path / "map.json")
    assert load_calibration(tmp_path / "map.json") == made
    assert made.apply(np.array([[0.2, 0.4], [0.6, 1.0]])) == pytest.approx(np.array([[0.1, 0.5], [0.9, 0.9]]))
    assert np.isnan(made.apply(np.array(np.nan)))
    assert made.apply_low(np.array([0.4])) == pytest.approx([0.4])


@pytest.mark.parametrize(
    "changes",
    [
        {"scores": [0.6, 0.2]}, {"scores": [0.2, 0.2]}, {"values": [0.9, 0.1]}, {"values": [0.1]},
        {"values": [0.1, 1.1]}, {"scores": []}, {"method": "magic"}, {"kind": "other"},
        {"rows": 0}, {"more": 1}, {"low": [0.5, 0.1]}, {"values": [0.1, float("nan")]},
    ],
)  # fmt: skip
def test_a_file_that_is_no_map_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(ModelError, match=r"map\.json is no calibration map"):
        load_calibration(written(tmp_path / "map.json", **changes))


@pytest.mark.parametrize("text", ["", "[1]", "{", "null", "[" * 100_000])
def test_a_file_that_is_no_object_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "map.json").write_text(text)
    with pytest.raises(ModelError, match="is no calibration map"):
        load_calibration(tmp_path / "map.json")
    with pytest.raises(ModelError, match="cannot be read"):
        load_calibration(tmp_path / "nowhere.json")


def test_a_reward_goes_through_it(tmp_path: Path) -> None:
    reward = pfviz.calibrated(lambda problem, steps: 0.4, written(tmp_path / "map.json"))
    trace = pfviz.run("Compute 1 + 1", particles=2, seed=1, reward=reward, max_steps=2)
    assert trace.rewards == pytest.approx(np.full(trace.rewards.shape, 0.5))
    assert trace.reward.endswith(" + isotonic calibration")


def score(problem: str, steps: Sequence[str]) -> float:
    return sum(len(text) * place for place, text in enumerate(steps, start=1)) % 11 / 10


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_the_contract_of_reward_models_holds(check) -> None:
    made = CalibrationMap(**GOOD)  # type: ignore[arg-type]
    case = contract.Case(
        lambda: pfviz.calibrated(score, made),
        Problem("P"),
        lambda problem, steps: float(made.apply(np.array(score("", steps)))),
    )
    check(case)
