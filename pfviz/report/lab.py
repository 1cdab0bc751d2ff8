"""A diagnosis as one HTML file that works offline: what is wrong, with examples, what that did, numbers, figures."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pfviz.figures.lab.auc_by_kind import plot_auc_by_kind
from pfviz.figures.lab.best_of_n_curve import plot_best_of_n_curve
from pfviz.figures.lab.estimates import format_estimate
from pfviz.figures.lab.reliability import plot_reliability
from pfviz.figures.lab.scores_by_step import plot_scores_by_step
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.glossary import MEASURES, measures_by_name
from pfviz.lab.to_json import open_questions
from pfviz.report.document import colour_css, drawing_script, figure_spec, html_document, plotly_js
from pfviz.report.lab_findings import findings_html
from pfviz.report.mathtext import CSS as MATH_CSS
from pfviz.text import shorten

TEMPLATE_DIR = Path(__file__).parent / "static"
_FIGURES = {
    "reliability": ("Reliability", plot_reliability),
    "best-of": ("Best of n", plot_best_of_n_curve),
    "by-step": ("Scores by step", plot_scores_by_step),
    "by-kind": ("Kinds of problems", plot_auc_by_kind),
}


def diagnosis_to_html(diagnosis: Diagnosis, *, sources: Sequence[str] = ()) -> str:
    """A stand-alone report of a diagnosis: plotly.js inside, no network, light and dark by the reader's setting.

    Args:
        sources: what each run is called, such as its file, in the order of the runs.

    Texts are escaped; a content policy forbids every load from outside.
    """
    specs = {name: figure_spec(plot(diagnosis, title=False)) for name, (_, plot) in _FIGURES.items()}
    reward = shorten(diagnosis.reward, 80) or "No reward"
    body = f"""<div class="wrap">
{_header(diagnosis, reward)}
{findings_html(diagnosis, sources)}
<div class="pair">
{"".join(_card(name, one["layout"]) for name, one in specs.items())}
</div>
<section class="card block"><h2>Measures</h2>
<p class="reads">Over all prefixes of known truth, with 95 % bootstrap intervals: problems are what is resampled, as
prefixes of one problem share what makes it hard (F1: solutions).</p>
{_measure_table(diagnosis)}</section>
{_open_questions(diagnosis)}
</div>"""
    style = f"{colour_css()}{_read_css('report.css')}{MATH_CSS}{_read_css('lab_page.css')}"
    return html_document(f"{reward}, diagnosed", style, body, plotly_js(), drawing_script(specs))


def _read_css(name: str) -> str:
    return (TEMPLATE_DIR / name).read_text(encoding="utf-8")


def _header(diagnosis: Diagnosis, reward: str) -> str:
    rows, measures = diagnosis.rows, diagnosis.measures
    named = sum(not one.general for one in diagnosis.findings.found)
    facts = [("findings that name a cause", str(named))]
    facts += [
        (name, f"{one.value:.2f}")
        for name, one in (("AUC", measures.auc), ("calibration error", measures.calibration_error))
        if not math.isnan(one.value)
    ]
    if not math.isnan(measures.accuracy.value):
        facts.append(("runs answered rightly", f"{measures.accuracy.value:.0%}"))
    facts += [("runs", f"{diagnosis.runs:,}"), ("problems", f"{len(rows.problems):,}"), ("prefixes", f"{len(rows):,}")]
    told_by = "steps that were judged" if rows.judged else "the answers that prefixes led to"
    shown = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    return f"""<header>
<p class="kind">Reward lab</p>
<h1>{html.escape(reward)}</h1>
<dl class="verdict">{shown}</dl>
<p class="reads">Whether a prefix is right is known from {told_by}.</p>
</header>"""


def _card(name: str, layout: dict[str, Any]) -> str:
    meta, height = layout["meta"], layout["height"]
    title = html.escape(meta["title"])
    return f"""<section class="card">
<h2>{_FIGURES[name][0]}<span class="finding">{title}</span></h2>
<p class="reads">{html.escape(meta["reads"])}</p>
<div class="plot" id="{name}" style="height:{height}px" role="img" aria-label="{title}"></div>
</section>
"""


def _measure_table(diagnosis: Diagnosis) -> str:
    found = measures_by_name(diagnosis.measures)
    body = "".join(
        f"<tr><td>{html.escape(one.title)}</td><td>{format_estimate(found[one.name])}</td>"
        f"<td>{_format_count(found[one.name].count, one.counted_over)}</td></tr>"
        f'<tr class="help"><td colspan="3">{html.escape(one.meaning)}</td></tr>'
        for one in MEASURES
    )
    head = "<tr><th>measure</th><th>value</th><th>counted over</th></tr>"
    return f'<table class="measures"><thead>{head}</thead><tbody>{body}</tbody></table>'


def _format_count(rows: int, of: str) -> str:
    return f"{rows:,} {of}" if rows else "nothing"


def _open_questions(diagnosis: Diagnosis) -> str:
    said = "".join(f"<li>{html.escape(one.sentence)}</li>" for one in open_questions(diagnosis))
    if not said:
        return ""
    return f"""<section class="card block"><h2>What is wanted</h2>
<p class="reads">Questions that these runs leave open, and what would settle them.</p>
<ul class="wanted">{said}</ul></section>"""
