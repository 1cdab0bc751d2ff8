"""What `run.js` needs of a run: the columns of its trace, every text as HTML, a figure for each resampling."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from pfviz.figures import theme
from pfviz.figures.run.resampling import plot_resampling
from pfviz.replay.columns import build_columns
from pfviz.report.document import FigureCard, figure_spec
from pfviz.report.mathtext import render_all
from pfviz.text import format_log_prob
from pfviz.trace.trace import Trace

MAX_RESAMPLING_PARTICLES = 4096
"""Particles of all resamplings that a file has a figure of, together: these figures are most of a large file."""


def script_data(trace: Trace, cards: Iterable[FigureCard]) -> dict[str, Any]:
    """Return the object `PFVIZ` of `run.js` as plain data."""
    return {
        "run": _columns(trace),
        "figures": {card.name: card.spec for card in cards},
        "events": _resampling_figures(trace),
        "dark": theme.LIGHT_TO_DARK,
    }


def reported_resamplings(trace: Trace) -> list[int]:
    """Return the steps whose resampling has a figure; of a large run only the last ones, which keeps the file small."""
    steps: list[int] = np.flatnonzero(trace.resampled).tolist()
    return steps[-max(1, MAX_RESAMPLING_PARTICLES // trace.particles) :]


def _resampling_figures(trace: Trace) -> list[dict[str, Any]]:
    return [
        {
            "step": t,
            "slots": np.argsort(-trace.weights[t], kind="stable").tolist(),
            "figure": figure_spec(plot_resampling(trace, step=t, title=False)),
        }
        for t in reported_resamplings(trace)
    ]


def _columns(trace: Trace) -> dict[str, Any]:
    """Return what is played, and what the panel shows beside it: numbers to the digit, and texts as an index into the
    list of distinct rendered texts."""
    index: dict[str, int] = {}
    texts = [[index.setdefault(text, len(index)) for text in row] for row in trace.texts]
    return {
        "columns": build_columns(trace),
        "selected": _default_selection(trace),
        "rewards": trace.rewards.round(5).tolist(),
        "weights": trace.weights.round(6).tolist(),
        "tokens": trace.tokens.tolist(),
        "log_probs": [[format_log_prob(x) for x in row] for row in trace.log_probs.tolist()],
        "texts": texts,
        "html": [str(text) for text in render_all(index)],
    }


def _default_selection(trace: Trace) -> int | None:
    """Return the uid of the step that a reader wants first: the best-rewarded of the answer, else of the last step."""
    if trace.steps == 0:
        return None
    slots = trace.chosen or tuple(range(trace.particles))
    return int(trace.uids[-1, max(slots, key=lambda slot: (trace.rewards[-1, slot], -slot))])
