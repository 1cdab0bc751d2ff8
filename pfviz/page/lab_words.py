"""What the lab found, as safe HTML: the measures, the findings with their examples, and what would settle the rest."""

from __future__ import annotations

import math

from pfviz.lab.causes import Finding, Wanted
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.first_errors import Report
from pfviz.lab.intervals import Estimate
from pfviz.page.lab_state import Lab
from pfviz.page.markup import bar, escape, share
from pfviz.page.verdicts import line
from pfviz.study.result import Estimate as OfStudy

MEASURES = {
    "auc": (
        "AUC",
        "The chance that of a right and a wrong prefix of one problem, equally long, the right one scores higher: 0.5 "
        "is guessing, 1 is perfect (area under the ROC curve; Hanley & McNeil 1982).",
    ),
    "brier": (
        "Brier score",
        "The mean of (reward − right)², over all prefixes whose truth is known: 0 is perfect, 0.25 is what a reward of "
        "0.5 throughout gets (Brier 1950).",
    ),
    "calibration_error": (
        "Calibration error",
        "In ten bins of the reward, how far the mean reward lies from the share of right prefixes, on average over the "
        "prefixes (expected calibration error; Naeini et al. 2015).",
    ),
    "first_error": (
        "First-error F1",
        "Is the first wrong step of a solution found as the first whose reward falls below a threshold? The harmonic "
        "mean of the accuracies on wrong and on right solutions (ProcessBench; Zheng et al., arXiv 2412.06559).",
    ),
    "accuracy": (
        "Accuracy",
        "The share of runs whose answer is right. Intervals are 95 %, by resampling problems (bootstrap; Efron 1979).",
    ),
}
_SIZE = (
    "Size ranks the findings: the share of pairs of a right and a wrong prefix that it spoils, or what it moves a "
    "score by in relation to the gap between right and wrong ones."
)


def help_for(text: str) -> str:
    """A question mark that shows a definition to a pointer, to the keyboard and to a screen reader."""
    safe = escape(text)
    return f'<span class="why" tabindex="0" data-why="{safe}" title="{safe}" role="note" aria-label="{safe}">?</span>'


def measures(found: Diagnosis) -> str:
    """A number each, with its interval."""
    rows = []
    for name, (title, why) in MEASURES.items():
        measured = getattr(found.measures, name)
        value, interval = told(measured.f1 if isinstance(measured, Report) else measured)
        rows.append(
            f'<div data-measure="{name}"><dt>{title} {help_for(why)}</dt>'
            f"<dd><b>{value}</b>{f'<small>{interval}</small>' if interval else ''}</dd></div>"
        )
    return f'<dl class="measures">{"".join(rows)}</dl>'


def told(estimate: Estimate | OfStudy | None) -> tuple[str, str]:
    """An estimate in digits, and its interval; a dash where nothing can be said."""
    if estimate is None or math.isnan(estimate.value):
        return "–", ""
    if math.isnan(estimate.low):
        return share(estimate.value), ""
    return _signed(estimate.value), f"{_signed(estimate.low)} to {_signed(estimate.high)}"


def _signed(value: float) -> str:
    return share(value).replace("-", "−")


def findings(lab: Lab) -> str:
    """The findings in their order, then what they did to the runs, then what more runs would tell."""
    found = lab.diagnosis
    if found is None:
        return ""
    cards = "".join(_card(lab, one, place) for place, one in enumerate(found.findings.found))
    nothing = "" if found.rows.known.any() else " Nobody knows which steps are right: the runs need a true answer."
    said = f'<ol class="findings">{cards}</ol>' if cards else f'<p class="small">Nothing so far.{nothing}</p>'
    effects = "".join(_card(lab, one, place) for place, one in enumerate(found.consequences.found))
    wanted = [*found.findings.wanted, *found.consequences.wanted]
    return (
        f"<h3>What is wrong with it {help_for(_SIZE)}</h3>{said}"
        + (f'<h3>What that did to the runs</h3><ol class="findings">{effects}</ol>' if effects else "")
        + (
            f'<h3>What would settle the rest</h3><ul class="wanted">{"".join(map(_wanted, wanted))}</ul>'
            if wanted
            else ""
        )
    )


def _wanted(one: Wanted) -> str:
    return f"<li>{escape(one.sentence)}</li>"


def _card(lab: Lab, one: Finding, place: int) -> str:
    value, interval = told(one.estimate)
    sure = f"{value} ({interval})" if interval else value
    badge = '<span class="badge">names no cause</span>' if one.general else ""
    rows = "".join(_example(lab, row) for row in one.examples)
    noun = "example" if len(one.examples) == 1 else "examples"
    shown = (
        f'<details data-key="{escape(one.cause)}"{" open" if place == 0 else ""}><summary>{len(one.examples)} {noun}'
        f"</summary>{rows}</details>"
        if rows
        else ""
    )
    return (
        f'<li class="finding" data-cause="{escape(one.cause)}"><p>{escape(one.sentence)}</p>'
        f'<div class="size">{bar(one.size)}<b>{share(one.size)}</b><small title="estimate and 95 % interval, of '
        f'{one.estimate.rows} steps">{sure}, {one.estimate.problems} problems</small>{badge}</div>{shown}</li>'
    )


def _example(lab: Lab, row: int) -> str:
    assert lab.diagnosis is not None
    rows = lab.diagnosis.rows
    place, sweep, uid = lab.diagnosis.node(row)
    node = (lab.diagnosed[place], sweep, uid)
    verdicts = (
        '<b class="verdict wrong">✗ wrong</b>',
        '<b class="verdict right">✓ right</b>',
        '<b class="verdict">?</b>',
    )  # by label: 0, 1, -1
    name = " ".join(map(str, node))
    current = " aria-current=true" if node == lab.opened else ""
    return (
        f'<button type="button" class="example" data-node="{name}" data-role="node-{name.replace(" ", "-")}"{current}>'
        f'<span class="scored">{bar(float(rows.reward[row]))}{share(float(rows.reward[row]))}</span>'
        f'{verdicts[int(rows.right[row])]}<span class="line">{line(rows.texts[row])}</span>'
        f'<small class="line">Run {node[0] + 1}, step {int(rows.step[row]) + 1}: '
        f"{line(rows.problems[int(rows.problem[row])])}</small></button>"
    )
