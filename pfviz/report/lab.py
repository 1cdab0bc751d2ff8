"""A diagnosis as one HTML file that works offline: what is wrong, with examples, what that did, numbers, figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pfviz.figures.lab.estimates import format_estimate
from pfviz.figures.registry import report_figures
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.glossary import MEASURES, measures_by_name
from pfviz.lab.to_json import open_questions
from pfviz.report.document import build_card, recolour_specs, render_document
from pfviz.report.lab_findings import build_finding_items
from pfviz.text import shorten


def diagnosis_to_html(diagnosis: Diagnosis, *, sources: Sequence[str] = ()) -> str:
    """Return a stand-alone report of a diagnosis: plotly.js inside, no network, light and dark by the reader's setting.

    Args:
        sources: what each run is called, such as its file, in the order of the runs.

    Texts are escaped; a content policy forbids every load from outside.
    """
    cards = [build_card(figure, diagnosis) for figure in report_figures("diagnosis") if figure.fits(diagnosis)]
    reward = shorten(diagnosis.reward, 80) or "No reward"
    return render_document(
        "lab.html.j2",
        title=f"{reward}, diagnosed",
        reward=reward,
        facts=_facts(diagnosis),
        known_from="steps that were judged" if diagnosis.rows.judged else "the answers that prefixes led to",
        findings=build_finding_items(diagnosis, diagnosis.findings.found, sources),
        consequences=build_finding_items(diagnosis, diagnosis.consequences.found, sources),
        cards=cards,
        measures=_measure_rows(diagnosis),
        open_questions=[one.sentence for one in open_questions(diagnosis)],
        figures=recolour_specs(cards),
    )


def _facts(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    """Return the numbers at the head of the report, as (name, value); those that are not known are left out."""
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
    return facts


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A row of the table of measures."""

    title: str
    value: str
    counted_over: str
    meaning: str


def _measure_rows(diagnosis: Diagnosis) -> list[MeasureRow]:
    found = measures_by_name(diagnosis.measures)
    return [
        MeasureRow(
            title=one.title,
            value=format_estimate(found[one.name]),
            counted_over=_format_count(found[one.name].count, one.counted_over),
            meaning=one.meaning,
        )
        for one in MEASURES
    ]


def _format_count(rows: int, of: str) -> str:
    return f"{rows:,} {of}" if rows else "nothing"
