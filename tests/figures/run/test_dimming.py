"""What does not pass a filter is dimmed, and nothing else changes."""

from __future__ import annotations

import numpy as np

from pfviz import figures
from pfviz.figures.run.dimming import DIM, DIM_LINE, dim_others
from tests.traces import synthetic_trace

TRACE = synthetic_trace(particles=6, steps=4, seed=3)


def opacities(trace: object) -> np.ndarray:
    marker = trace.marker.opacity  # type: ignore[attr-defined]
    return np.broadcast_to(1.0 if marker is None else np.asarray(marker, dtype=float), len(trace.x))  # type: ignore[attr-defined]


def test_marks_that_do_not_pass_are_dimmed_and_so_are_all_lines() -> None:
    passing = TRACE.rewards > np.median(TRACE.rewards)
    before, after = figures.genealogy(TRACE), dim_others(figures.genealogy(TRACE), TRACE.uids, passing)
    wanted = set(TRACE.uids[passing].tolist())
    seen = 0
    for old, new in zip(before.data, after.data, strict=True):
        if old.mode == "lines":
            assert new.opacity == DIM_LINE * (1.0 if old.opacity is None else old.opacity)
        elif "markers" in old.mode and old.customdata is not None and len(old.customdata):
            uids = [np.ravel(np.asarray(item, dtype=object))[0] for item in old.customdata]
            share = np.array([1.0 if uid in wanted else DIM for uid in uids])
            assert np.allclose(opacities(new), opacities(old) * share, atol=1e-3)
            seen += len(uids)
    assert seen >= TRACE.rewards.size


def test_a_filter_that_all_pass_changes_nothing() -> None:
    all_of_them = np.ones_like(TRACE.written)
    assert dim_others(figures.genealogy(TRACE), TRACE.uids, all_of_them) == figures.genealogy(TRACE)
