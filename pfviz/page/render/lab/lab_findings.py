"""What the lab found, as HTML: the measures, the findings with their examples, and what would settle the rest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pfviz.lab.causes import Finding
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.glossary import MEASURES, measures_by_name
from pfviz.lab.to_json import open_questions
from pfviz.page.components.html import fill, format_score
from pfviz.page.render.lab.lab_repair import render_repair
from pfviz.page.render.reward.verdicts import step_excerpt
from pfviz.page.state.lab_state import Lab
from pfviz.stats.estimate import Estimate
from pfviz.text import format_number

SHOWN_MEASURES = ("auc", "brier", "calibration-error", "first-error", "accuracy")
"""The measures of the row, by the names of the glossary."""
_SIZE_HELP = (
    "Findings are ranked by size: the share of pairs of a right and a wrong prefix that are ordered wrongly because of "
    "it, or how far it moves a score, relative to the gap between right and wrong prefixes."
)


def measures(found: Diagnosis) -> str:
    """Return a number each, with its interval."""
    known = measures_by_name(found.measures)
    described = {one.name: one for one in MEASURES}
    return fill(
        "lab/measures.html.j2",
        measures=[(described[name], *format_estimate(known[name])) for name in SHOWN_MEASURES],
    )


def format_estimate(estimate: Estimate) -> tuple[str, str]:
    """An estimate in digits, and its interval; a dash where nothing can be said."""
    if math.isnan(estimate.value):
        return "–", ""
    if math.isnan(estimate.low):
        return format_score(estimate.value), ""
    return format_number(estimate.value), f"{format_number(estimate.low)} to {format_number(estimate.high)}"


def findings(lab: Lab) -> str:
    """Return the findings in their order, then what they did to the runs, what more runs would tell, and what a repair
    of the reward would change."""
    found = lab.diagnosis
    if found is None:
        return ""
    shown = fill(
        "lab/findings.html.j2",
        size_help=_SIZE_HELP,
        cards=_cards(lab, found.findings.found),
        known=bool(found.rows.is_known.any()),
        effects=_cards(lab, found.consequences.found),
        questions=[one.sentence for one in open_questions(found)],
    )
    return shown + render_repair(lab.repair)


def _cards(lab: Lab, found: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return a card for each; those of one cause are told apart by the number in their `key`."""
    causes = [one.cause for one in found]
    return [
        {
            "finding": one,
            "key": f"{one.cause}-{causes[:place].count(one.cause) + 1}",
            "estimate": format_estimate(one.estimate),
            "examples": [_example(lab, row) for row in one.examples],
        }
        for place, one in enumerate(found)
    ]


def _example(lab: Lab, row: int) -> dict[str, Any]:
    assert lab.diagnosis is not None
    rows = lab.diagnosis.rows
    place, sweep, uid = lab.diagnosis.node(row)
    node = (lab.diagnosed_runs[place], sweep, uid)
    return {
        "node": node,
        "is_open": node == lab.opened_node,
        "reward": float(rows.reward[row]),
        "right": {0: False, 1: True}.get(int(rows.right[row])),
        "text": step_excerpt(rows.texts[row]),
        "step": int(rows.step[row]) + 1,
        "problem": step_excerpt(rows.problems[int(rows.problem[row])]),
    }
