"""Labels of steps in the genealogy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pfviz.figures.run.genealogy import plot_genealogy
from pfviz.figures.run.tree.step_labels import LABEL_MARKS, MAX_SIGNS
from pfviz.lab.labelling import set_label
from pfviz.trace import Trace
from tests.traces import synthetic_trace

TRACE = synthetic_trace()


def signs(trace: Trace) -> list[object]:
    return [one for one in plot_genealogy(trace).data if one.name == "step labels"]


def test_each_labelled_step_has_its_own_sign_beside_it() -> None:
    labelled = set_label(set_label(set_label(TRACE, 0, "good"), 1, "neutral"), 2, "bad")
    (found,) = signs(labelled)
    assert list(found.text) == [f"<b>{LABEL_MARKS[name]}</b>" for name in ("good", "neutral", "bad")]
    assert list(found.x) == [1, 1, 1]
    assert len(set(found.textfont.color)) == 3
    assert signs(TRACE) == []


def test_signs_would_cover_a_tree_with_every_step_labelled() -> None:
    large = synthetic_trace(64, 40)
    labels = np.where(large.written, 1.0, np.nan)
    assert large.written.sum() > MAX_SIGNS
    assert signs(replace(large, step_labels=labels)) == []
