"""A study as one HTML file that works offline: the curve, the horizontal ratios, the numbers, what they depend on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pfviz.figures.registry import report_figures
from pfviz.figures.study.accuracy_curve import short_method_name
from pfviz.report.document import build_card, recolour_specs, render_document
from pfviz.stats.estimate import Estimate
from pfviz.study.provenance import name_problems
from pfviz.study.result import LEADER_METHOD, Result
from pfviz.text import pluralise


def study_to_html(result: Result) -> str:
    """Return a stand-alone page: plotly.js inside, no network, light and dark by the reader's setting."""
    cards = [build_card(figure, result) for figure in report_figures("study") if figure.fits(result)]
    budgets = sorted({column.budget for column in result.columns})
    return render_document(
        "study.html.j2",
        title="Accuracy against generations",
        problems=f"{result.problems} {name_problems(result.about)}",
        seeds=pluralise(result.seeds, "seed"),
        resamples=result.resamples,
        cards=cards,
        budgets=budgets,
        accuracy=_accuracy_rows(result, budgets),
        provenance=list(_provenance_items(result.about)),
        figures=recolour_specs(cards),
    )


@dataclass(frozen=True, slots=True)
class AccuracyCell:
    """An accuracy and its interval, in digits."""

    value: str
    interval: str


@dataclass(frozen=True, slots=True)
class AccuracyRow:
    """The accuracy of a method at each budget; None where it was not tried."""

    name: str
    cells: list[AccuracyCell | None]


def _accuracy_rows(result: Result, budgets: list[int]) -> list[AccuracyRow]:
    rows = []
    for method in result.methods:
        for pick in ("usual", "vote") if method == LEADER_METHOD else ("usual",):
            points = dict(result.curve(method, pick))
            name = short_method_name(method) + (", by vote" if pick == "vote" else "")
            rows.append(AccuracyRow(name, [_format_accuracy(points.get(budget)) for budget in budgets]))
    return rows


def _format_accuracy(estimate: Estimate | None) -> AccuracyCell | None:
    if estimate is None:
        return None
    return AccuracyCell(f"{estimate.value:.3f}", f"{estimate.low:.3f} to {estimate.high:.3f}")


def _provenance_items(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, value) of each leaf of `value`; its name is the path to it."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _provenance_items(item, f"{name} {key}".strip())
    else:
        yield name.replace("_", " "), str(value)
