"""Worker processes do what this process does."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfviz.errors import StudyError
from pfviz.inference.settings import Settings
from pfviz.study import process_pool
from pfviz.study.models import Pair
from tests.study.shipped import PAIR
from tests.study.small_study import rows, rows_here, small_study


@pytest.mark.slow
def test_worker_processes() -> None:
    found = [outcome for some in process_pool.run_jobs(small_study(), Settings(), PAIR, workers=2) for outcome in some]
    assert len(found) == len(rows_here()) == 8
    assert rows(found) == rows_here()


@pytest.mark.slow
def test_an_error_in_a_worker_comes_out(tmp_path: Path) -> None:
    """And no worker is left: a pool that hangs would hang this test."""
    nowhere = Pair(tmp_path / "generator", tmp_path / "reward")
    with pytest.raises(StudyError, match="no model in"):
        list(process_pool.run_jobs(small_study()[:1], Settings(), nowhere, workers=1))
