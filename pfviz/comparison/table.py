"""The table of a comparison: what differs, and what came of each run, a row each and a column for each run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pfviz.comparison.comparison import Comparison
from pfviz.comparison.differences import NOT_USED
from pfviz.comparison.summary import RunSummary
from pfviz.text import format_percent

CORRECTNESS_WORDS = {True: "right", False: "wrong", None: "not known"}


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: its name, what it means, and a cell for each run, as text that is not escaped."""

    name: str
    cells: tuple[str, ...]
    meaning: str = ""
    is_math: bool = False  # whether the cells may hold mathematics; names of models hold none


def difference_rows(comparison: Comparison) -> list[TableRow]:
    """Return what the runs were made with, where that differs; none where nothing does."""
    return [TableRow(one.name, one.values, is_math=one.key == "problem") for one in comparison.differences]


def outcome_rows(comparison: Comparison) -> list[TableRow]:
    """Return what came of the runs and what each cost, whether it differs or not."""
    return [
        TableRow(name, tuple(map(text_of, comparison.summaries)), meaning, is_math=name == "Answer")
        for name, meaning, text_of in _OUTCOMES
    ]


def format_seconds(seconds: float) -> str:
    """Return seconds with the digits that matter: 0.04, 12.3."""
    return f"{seconds:.1f}" if seconds >= 1 else f"{seconds:.2f}"


def _known(value: Any, form: Callable[[Any], str] = str) -> str:
    return NOT_USED if value is None else form(value)


def _format_ess(run: RunSummary) -> str:
    return NOT_USED if run.lowest_ess is None else f"{run.lowest_ess:.2f}, after step {run.lowest_ess_step}"


def _format_ancestors(run: RunSummary) -> str:
    return NOT_USED if run.ancestors is None else f"{run.ancestors} of {run.particles}"


_OUTCOMES: tuple[tuple[str, str, Callable[[RunSummary], str]], ...] = (
    ("Answer", "The answer that the run gives.", lambda run: _known(run.answer)),
    ("Right?", "Whether that is the true answer.", lambda run: CORRECTNESS_WORDS[run.correct]),
    (
        "Weight behind it",
        "The share of the weight of all particles whose answer it is.",
        lambda run: _known(run.mass, format_percent),
    ),
    (
        "Weight on right answers",
        "The share of the weight behind the true answer, whether the run gives it or not.",
        lambda run: _known(run.right_mass, format_percent),
    ),
    ("Steps", "Of the longest particle.", lambda run: str(run.steps)),
    ("First steps that live on", "How many of the first steps have a descendant in the last one.", _format_ancestors),
    ("Lowest ESS/N", "The least effective share of the particles; 1 is all alike.", _format_ess),
    ("Generations", "Solutions that are written in all.", lambda run: _known(run.generations)),
    ("Tokens written", "By the generator.", lambda run: f"{run.tokens:,}"),
    (
        "Tokens scored",
        "Of the steps that the reward was asked about, each once; a reward without a pass of its own computes none.",
        lambda run: _known(run.scored_tokens, lambda tokens: f"{tokens:,}"),
    ),
    (
        "Seconds",
        "On the machine that made the run, with whatever else it did.",
        lambda run: _known(run.seconds, format_seconds),
    ),
)
