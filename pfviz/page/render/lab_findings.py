"""What the lab found, as safe HTML: the measures, the findings with their examples, and what would settle the rest."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pfviz.lab.causes import Finding
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.glossary import MEASURES, measures_by_name
from pfviz.lab.to_json import open_questions
from pfviz.page.components.html import bar, escape, format_score
from pfviz.page.render.verdicts import step_excerpt
from pfviz.page.state.lab_state import Lab
from pfviz.stats.estimate import Estimate
from pfviz.text import format_number, pluralise

SHOWN_MEASURES = ("auc", "brier", "calibration-error", "first-error", "accuracy")
"""The measures of the row, by the names of the glossary."""
_SIZE_HELP = (
    "Size ranks the findings: the share of pairs of a right and a wrong prefix that it spoils, or what it moves a "
    "score by in relation to the gap between right and wrong ones."
)


def help_mark(text: str) -> str:
    """A question mark that shows a definition to a pointer, to the keyboard and to a screen reader."""
    safe = escape(text)
    return f'<span class="why" tabindex="0" data-why="{safe}" title="{safe}" role="note" aria-label="{safe}">?</span>'


def measures(found: Diagnosis) -> str:
    """A number each, with its interval."""
    known, rows = measures_by_name(found.measures), []
    for one in sorted(
        (one for one in MEASURES if one.name in SHOWN_MEASURES), key=lambda one: SHOWN_MEASURES.index(one.name)
    ):
        value, interval = format_estimate(known[one.name])
        rows.append(
            f'<div data-measure="{one.name}"><dt>{one.title[0].upper() + one.title[1:]} {help_mark(one.meaning)}</dt>'
            f"<dd><b>{value}</b>{f'<small>{interval}</small>' if interval else ''}</dd></div>"
        )
    return f'<dl class="measures">{"".join(rows)}</dl>'


def format_estimate(estimate: Estimate) -> tuple[str, str]:
    """An estimate in digits, and its interval; a dash where nothing can be said."""
    if math.isnan(estimate.value):
        return "–", ""
    if math.isnan(estimate.low):
        return format_score(estimate.value), ""
    return format_number(estimate.value), f"{format_number(estimate.low)} to {format_number(estimate.high)}"


def findings(lab: Lab) -> str:
    """The findings in their order, then what they did to the runs, then what more runs would tell."""
    found = lab.diagnosis
    if found is None:
        return ""
    cards = _cards(lab, found.findings.found)
    nothing = "" if found.rows.is_known.any() else " Nobody knows which steps are right: the runs need a true answer."
    said = f'<ol class="findings">{cards}</ol>' if cards else f'<p class="small">Nothing so far.{nothing}</p>'
    effects = _cards(lab, found.consequences.found)
    rest = "".join(f"<li>{escape(one.sentence)}</li>" for one in open_questions(found))
    return (
        f"<h3>What is wrong with it {help_mark(_SIZE_HELP)}</h3>{said}"
        + (f'<h3>What that did to the runs</h3><ol class="findings">{effects}</ol>' if effects else "")
        + (f'<h3>What would settle the rest</h3><ul class="wanted">{rest}</ul>' if rest else "")
    )


def _cards(lab: Lab, found: Sequence[Finding]) -> str:
    """A card for each; those of one cause are told apart by their number."""
    causes = [one.cause for one in found]
    return "".join(
        _card(lab, one, f"{one.cause}-{causes[:place].count(one.cause) + 1}", opened=place == 0)
        for place, one in enumerate(found)
    )


def _card(lab: Lab, one: Finding, key: str, opened: bool) -> str:
    value, interval = format_estimate(one.estimate)
    sure = f"{value} ({interval})" if interval else value
    size = f"{bar(one.size)}<b>{format_score(one.size)}</b>"
    badge = '<span class="badge">names no cause</span>' if one.general else ""
    rows = "".join(_example(lab, row, key) for row in one.examples)
    count = pluralise(len(one.examples), "example")
    shown = (
        f'<details data-key="{escape(key)}"{" open" if opened else ""}><summary>{count}</summary>{rows}</details>'
        if rows
        else ""
    )
    return (
        f'<li class="finding" data-cause="{escape(one.cause)}"><p>{escape(one.sentence)}</p><div class="size">{size}'
        f'<small title="estimate and 95 % interval">{sure}, {one.estimate.groups} problems</small>{badge}</div>'
        f"{shown}</li>"
    )


def _example(lab: Lab, row: int, key: str) -> str:
    assert lab.diagnosis is not None
    rows = lab.diagnosis.rows
    place, sweep, uid = lab.diagnosis.node(row)
    node = (lab.diagnosed_runs[place], sweep, uid)
    verdicts = (
        '<b class="verdict wrong">✗ wrong</b>',
        '<b class="verdict right">✓ right</b>',
        '<b class="verdict">?</b>',
    )  # by label: 0, 1, -1
    name = " ".join(map(str, node))
    current = " aria-current=true" if node == lab.opened_node else ""
    role = f"{escape(key)}-{name.replace(' ', '-')}"
    return (
        f'<button type="button" class="example" data-node="{name}" data-role="{role}"{current}>'
        f'<span class="scored">{bar(float(rows.reward[row]))}{format_score(float(rows.reward[row]))}</span>'
        f'{verdicts[int(rows.right[row])]}<span class="line">{step_excerpt(rows.texts[row])}</span>'
        f'<small class="line">Run {node[0] + 1}, step {int(rows.step[row]) + 1}: '
        f"{step_excerpt(rows.problems[int(rows.problem[row])])}</small></button>"
    )
