"""A model by its path against its own bare batch: what is measured, not how long it takes."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from benchmarks.real import HIDDEN_STATES_GOAL, RUN_GOAL, measure_real
from pfviz.errors import ModelError
from tests.models import tiny


def test_every_quantity_is_measured_for_each_number_of_particles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.causal_lm().save_pretrained(tmp_path)
    tiny.tokenizer().save_pretrained(tmp_path)
    monkeypatch.setattr("benchmarks.real.MAX_STEPS", 2)
    said: list[str] = []
    lines = list(measure_real(str(tmp_path), "compute 1 + 2", [1, 3], 1, said.append))
    by_n = {n: {line.what: line for line in lines if line.particles == n} for n in (1, 3)}
    for found in by_n.values():
        assert found["run"].spread.median >= found["run: first step"].spread.median > 0
        rate = found["tokens"].spread.median / found["run"].spread.median
        assert math.isclose(found["run: tokens a second"].spread.median, rate)
        assert found["run / bare batch in bfloat16"].goal == RUN_GOAL
        assert found["independent samples with / without hidden states"].goal == HIDDEN_STATES_GOAL
        assert found["run: log-probability of a token, largest difference from one plain pass"].spread.median < 1e-4
    assert by_n[3]["tokens"].spread.median > by_n[1]["tokens"].spread.median
    assert any("N = 3" in text for text in said)
    assert "PFVIZ_DTYPE" not in os.environ


def test_a_model_that_runs_elsewhere_is_refused() -> None:
    with pytest.raises(ModelError):
        list(measure_real("nothing-of-this-name", "1 + 1", [1], 1, lambda text: None))
