"""Things of pfviz as HTML for a notebook: small, without a script, and in a frame, so that no style meets another.

The figures themselves (`pfviz.figures.genealogy(trace)`) are interactive, and `pfviz.to_html(trace)` is the whole
report; both bring plotly.js, which is a hundred times as large.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from pfviz.comparison.comparison import Comparison
from pfviz.comparison.summary import summarise
from pfviz.comparison.table import difference_rows, outcome_rows
from pfviz.diagnostics.health import run_health
from pfviz.errors import TraceError
from pfviz.exports.svg import to_svg
from pfviz.figures import theme
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.to_json import open_questions
from pfviz.templating import render_template
from pfviz.text import pluralise
from pfviz.trace.trace import Trace

MAX_ANSWERS = 6
MAX_FINDINGS = 12
_ROW = 26  # pixels of a row of a table
_WIDTH = 960  # pixels of the frame for which its height is right


def show_trace(trace: Trace) -> str:
    """Return the genealogy of a run, its answers and what went wrong in it."""
    answers = trace.pooled.rows[:MAX_ANSWERS] if trace.steps else ()
    health = [finding.sentence for finding in run_health(trace)]
    drawing, height = _draw(trace)
    return _frame(
        "run.html.j2", height + _ROW * (len(answers) + len(health) + 4), trace=trace, answers=answers, health=health,
        drawing=drawing, summary=summarise(trace),
    )  # fmt: skip


def show_comparison(comparison: Comparison) -> str:
    """Return what differs between runs, what came of each, and the genealogy of each."""
    rows = [difference_rows(comparison), outcome_rows(comparison)]
    drawings = [_draw(trace) for trace in comparison.traces]
    height = _ROW * (sum(map(len, rows)) + 4) + max(height for _, height in drawings) // 2 * ((len(drawings) + 1) // 2)
    return _frame(
        "comparison.html.j2", height, labels=comparison.labels, groups=rows,
        drawings=[drawing for drawing, _ in drawings],
    )  # fmt: skip


def show_diagnosis(diagnosis: Diagnosis) -> str:
    """Return what the lab found of a reward, and what it would take to know more."""
    findings = [one.sentence for one in (*diagnosis.findings.found, *diagnosis.consequences.found)][:MAX_FINDINGS]
    wanted = [one.sentence for one in open_questions(diagnosis)][:MAX_FINDINGS]
    return _frame(
        "diagnosis.html.j2", 2 * _ROW * (len(findings) + len(wanted)) + 4 * _ROW, reward=diagnosis.reward,
        size=f"{pluralise(diagnosis.runs, 'run')}, {pluralise(len(diagnosis.rows), 'prefix', 'prefixes')}",
        findings=findings, wanted=wanted,
    )  # fmt: skip


def _draw(trace: Trace) -> tuple[Markup, int]:
    """Return the drawing and its height; nothing of a run that is too large for one."""
    try:
        drawing = to_svg(trace)
    except TraceError:
        return Markup(""), 0
    return Markup(drawing), int(drawing.partition('height="')[2].partition('"')[0])


def _frame(template: str, height: int, **values: Any) -> str:
    colours = {"ink": theme.INK, "muted": theme.MUTED, "line": theme.GRID, "surface": theme.SURFACE}
    page = render_template("pfviz.notebook", template, colours=colours, font=Markup(theme.FONT), **values)
    return str(render_template("pfviz.notebook", "frame.html.j2", page=str(page), height=height, width=_WIDTH))
