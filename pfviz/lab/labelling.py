"""What somebody says of single steps: good, neutral or bad, kept in the trace by the slot that wrote the step.

All particles that share a step share its label; `pfviz.diagnostics.truth` counts it before anything else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG, Judge, label_prefixes, truth
from pfviz.errors import LabError
from pfviz.lab.probes.values import PrefixValue
from pfviz.trace.trace import Trace
from pfviz.types import IntArray

LabelName = Literal["good", "neutral", "bad"]
LABELS: Mapping[LabelName, float] = {"good": 1.0, "neutral": 0.0, "bad": -1.0}
"""As PRM800K has them (Lightman et al., arXiv 2305.20050)."""


def set_label(trace: Trace, uid: int, label: LabelName | None) -> Trace:
    """Return the trace with that label of the step that node `uid` wrote; None takes it back.

    Raises `LabError` for a label that is none, and `KeyError` for a node that is not there.
    """
    if label is not None and label not in LABELS:
        raise LabError(f"There is no label {str(label)[:40]!r}. Choose one of: {', '.join(LABELS)}.")
    node = trace.node(uid)
    labels = trace.step_labels.copy()
    labels[node] = math.nan if label is None else LABELS[label]
    return replace(trace, step_labels=labels)


def get_label(trace: Trace, uid: int) -> LabelName | None:
    """Return the label of the step that node `uid` wrote; None without one, and for one in between."""
    value = float(trace.step_labels[trace.node(uid)])
    return next((name for name, number in LABELS.items() if number == value), None)


def known_prefixes(
    trace: Trace, judge: Judge | None = None, values: Mapping[int, PrefixValue] | None = None
) -> IntArray:
    """Return what is known of each prefix (T, N), 1 right, 0 wrong, -1 unknown, without any guess from answers.

    First what the labels say, then what a judge says (of the embedded pair's steps the exact oracle), then the rollouts
    `values` by uid: right if one of them at least ends right (the hard labels of Math-Shepherd, arXiv 2312.08935).
    """
    found = label_prefixes(trace)
    judged = truth(replace(trace, step_labels=np.full(trace.rewards.shape, math.nan)), judge)
    if judged.source == "steps":
        found = np.where(found == UNKNOWN, judged.prefixes, found)
    for uid, value in (values or {}).items():
        if value.rollouts:
            here = (trace.uids == uid) & (found == UNKNOWN)
            found[here] = RIGHT if value.right else WRONG
    return found
