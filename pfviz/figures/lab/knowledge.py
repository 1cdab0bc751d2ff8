"""What the reward knows after each step: the order of siblings, and how much of its odds is deserved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.lab.estimates import error_bars, example_particle, format_counts, format_estimate
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.metrics.knowledge import StepKnowledge, deserved_slopes, first_step_that_pays
from pfviz.stats.estimate import Estimate
from pfviz.text import format_number

QUESTION = "From which step does selection pay?"
CAPTION = "● how well the reward orders, ◆ how well it is scaled."
HOW_TO_READ = (
    "After each step: how often the reward orders a right and a wrong prefix of the same problem rightly (● AUC; 0.5 "
    "is chance), and what its log-odds would have to be multiplied with to be true (◆ slope; 1 is calibrated, below "
    "0.5 most of what the weights say is noise). Bars: 95 % intervals over problems."
)
HIGHEST_SLOPE = 2.0  # that is drawn; what lies above is said in words
SERIES = (("auc", "● AUC", theme.RIGHT_COLOUR, "circle", -0.06), ("slope", "◆ slope", theme.OUTLINE, "diamond", 0.06))


def plot_knowledge(diagnosis: Diagnosis, *, title: bool = True) -> go.Figure:
    """AUC and slope over the step. The customdata of a mark is [run, sweep, uid] of the wrong prefix that scores best
    there."""
    found = diagnosis.knowledge
    last = max((one.step for one in found), default=0) + 1
    return theme.figure(
        [_series(diagnosis, *series) for series in SERIES] if found else [],
        title=f"{QUESTION} {describe_knowledge(found)}".strip(),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=320,
        margin={"l": theme.LEFT_MARGIN, "r": 62, "t": 10, "b": theme.BOTTOM_MARGIN},
        xaxis=theme.step_axis(last, fixedrange=True) | {"range": [0.6, last + 0.4]},
        yaxis=theme.axis(
            range=[-0.1, HIGHEST_SLOPE + 0.1], tickvals=[0, 0.5, 1, 1.5, 2], showgrid=True, fixedrange=True,
            visible=bool(found),
        ),
        annotations=[theme.step_axis_label(), *_labels(found)]
        if found
        else theme.empty_annotations("Right and wrong prefixes of the same problem and step are needed"),
    )  # fmt: skip


def describe_knowledge(found: Sequence[StepKnowledge]) -> str:
    """What came out, and what to set; nothing where nothing is known."""
    if not found:
        return ""
    slopes = deserved_slopes(found)
    shrunk = f"; Reward slope {', '.join(f'{slope:.2g}' for slope in slopes)} weighs what is deserved" if slopes else ""
    return _describe_selection(found) + shrunk


def _describe_selection(found: Sequence[StepKnowledge]) -> str:
    first = first_step_that_pays(found)
    if first is None:
        return (
            "From none that was seen: weigh, and do not resample ("
            + _describe_step(found[-1])
            + "), or take another reward"
        )
    before = [one for one in found if one.step < first]
    if not before:
        return f"From the first seen, step {first + 1} ({_describe_step(found[0])})"
    return f"From step {first + 1} on: set First resampling to {first + 1} ({_describe_step(before[0])})"


def _describe_step(one: StepKnowledge) -> str:
    slope = "" if np.isnan(one.slope.value) else f" and slope {format_number(one.slope.value)}"
    return f"AUC {format_number(one.auc.value)}{slope} after step {one.step + 1}"


def _estimates(found: Sequence[StepKnowledge], name: str) -> list[tuple[int, Estimate]]:
    pairs = [(one.step, one.auc if name == "auc" else one.slope) for one in found]
    return [(step, one) for step, one in pairs if not math.isnan(one.value)]


def _clip(value: float) -> float:
    return round(min(max(value, 0.0), HIGHEST_SLOPE), 4)


def _series(diagnosis: Diagnosis, name: str, label: str, colour: str, symbol: str, aside: float) -> Any:
    rows, pairs = diagnosis.rows, _estimates(diagnosis.knowledge, name)
    drawn = [
        Estimate(_clip(one.value), *(one.low, one.high) if math.isnan(one.low) else (_clip(one.low), _clip(one.high)),
                 one.count, one.groups)
        for _, one in pairs
    ]  # fmt: skip
    return go.Scatter(
        x=[step + 1 + aside for step, _ in pairs],
        y=[one.value for one in drawn],
        mode="lines+markers",
        line={"color": colour, "width": 2, "dash": "solid" if name == "auc" else "dot"},
        marker={"symbol": symbol, "size": 9, "color": colour},
        error_y=error_bars(drawn, colour),
        customdata=[
            example_particle(diagnosis, rows.is_wrong & (rows.step == step), np.asarray(-rows.reward))
            for step, _ in pairs
        ],
        hovertext=[
            f"step {step + 1}: <b>{label[2:]} {format_estimate(one)}</b><br>{format_counts(one)}" for step, one in pairs
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name=label[2:],
    )


def _labels(found: Sequence[StepKnowledge]) -> list[dict[str, Any]]:
    """The name of each series at its right end, one above the other where they meet."""
    ends = {name: pairs[-1] for name, *_ in SERIES if (pairs := _estimates(found, name))}
    near = len(ends) == 2 and abs(_clip(ends["auc"][1].value) - _clip(ends["slope"][1].value)) < 0.2
    labels = []
    for name, label, colour, _, _ in SERIES:
        if name in ends:
            step, one = ends[name]
            higher = near and (one.value, name) >= max((other.value, key) for key, (_, other) in ends.items())
            labels.append(
                theme.note(
                    label, x=step + 1, xanchor="left", xshift=12, y=_clip(one.value), yanchor="middle",
                    yshift=(10 if higher else -10) if near else 0, font={"size": 11, "color": colour},
                )
            )  # fmt: skip
    return labels
