"""The repair of a reward as one HTML file that works offline: reliability before and after, what would have changed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from pfviz.figures.lab.estimates import format_estimate
from pfviz.figures.registry import FIGURES
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.findings import Findings
from pfviz.lab.metrics.measures import Measures
from pfviz.lab.repair.fit import Reliability
from pfviz.lab.repair.repair import Repair
from pfviz.lab.table.prefixes import PrefixTable
from pfviz.report.document import FigureCard, build_card, recolour_specs, render_document
from pfviz.stats.estimate import NO_ESTIMATE
from pfviz.text import shorten

MAX_ROWS = 200
"""Runs in the table."""


@dataclass(frozen=True, slots=True)
class AnswerCell:
    """An answer, and the mark of whether it is right; empty where nobody knows."""

    text: str
    mark: str


def repair_to_html(repair: Repair) -> str:
    """Return a stand-alone page: plotly.js inside, no network, light and dark by the reader's setting."""
    before = _reliability_card("before", repair.calibration.reward, repair.rows, repair.before)
    repaired = repair.rows.with_reward(repair.cross_validated.rewards)
    after = _reliability_card("after", repair.calibration.reward, repaired, repair.after)
    return render_document(
        "repair.html.j2",
        title="Repaired reward",
        reward=shorten(repair.calibration.reward, 80),
        calibration=repair.calibration,
        measures=[(name, format_estimate(old), format_estimate(new)) for name, old, new in repair.measures],
        cards=[before, after],
        selection=[
            (row, shorten(row.problem, 48), _answer(row.answer, row.answer_right),
             _answer(row.repaired_answer, row.repaired_right))
            for row in repair.selection[:MAX_ROWS]
        ],
        changed=sum(row.answer_changed for row in repair.selection),
        runs=len(repair.selection),
        savings=[
            (row, *(_percent(value) for value in (row.saved, row.changed, row.accuracy, row.full_accuracy)))
            for row in repair.savings
        ],
        figures=recolour_specs([before, after]),
    )  # fmt: skip


def _reliability_card(name: str, reward: str, rows: PrefixTable, found: Reliability) -> FigureCard:
    """The reliability diagram of a table of prefixes."""
    none = Findings((), ())
    measures = Measures(NO_ESTIMATE, found.brier, found.calibration_error, found.overconfidence, NO_ESTIMATE)
    subject = Diagnosis(reward, 0, rows, none, none, measures, found.bins, ())
    card = build_card(FIGURES["reliability"], subject)
    return replace(card, name=f"reliability_{name}", title=name.capitalize())


def _answer(text: str | None, right: bool | None) -> AnswerCell:
    return AnswerCell(shorten(text or "none", 40), {True: "✓", False: "✗", None: ""}[right])


def _percent(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.0%}"
