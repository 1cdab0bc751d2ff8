"""A reward model on ProcessBench as one HTML file that works offline: numbers, published ones beside them, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pfviz.figures.registry import report_figures
from pfviz.lab.metrics.processbench_subsets import SUBSETS, ProcessBenchResult, mean_f1
from pfviz.lab.published.processbench import find_published, load_published
from pfviz.report.document import build_card, recolour_specs, render_document
from pfviz.text import shorten


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A row of the table: F1 by subset and their mean, in percent, empty where not known."""

    name: str
    cells: tuple[str, ...]
    is_own: bool


def processbench_to_html(result: ProcessBenchResult, sources: Sequence[str] = ()) -> str:
    """Return a stand-alone page: plotly.js inside, no network, light and dark by the reader's setting. `sources` are
    the names of the files."""
    cards = [build_card(figure, result) for figure in report_figures("processbench") if figure.fits(result)]
    return render_document(
        "processbench.html.j2",
        title="First errors",
        reward=shorten(result.reward, 80),
        sources=", ".join(sources),
        solutions=len(result.scored),
        f1=f"{result.overall.f1.value:.3f}",
        threshold=f"{result.threshold:.3f}",
        threshold_source=result.threshold_source,
        cards=cards,
        subsets=list(SUBSETS.values()),
        rows=_rows(result),
        source=load_published().source,
        figures=recolour_specs(cards),
    )


def _rows(result: ProcessBenchResult) -> list[ModelRow]:
    """The reward model itself first; the published one that it is, is marked by its name."""
    values = {one.name: one.report.f1.value for one in result.subsets if one.name}
    mean = f"{100 * mean_f1(result.subsets):.1f}" if len(values) == len(SUBSETS) else ""
    own = tuple(f"{100 * values[name]:.1f}" if name in values else "" for name in SUBSETS)
    same = find_published(result.reward)
    published = [
        ModelRow(
            one.name + (" (this model, as published)" if one is same else ""),
            tuple("" if value is None else f"{value:.1f}" for value in (*map(one.f1.get, SUBSETS), one.mean_f1)),
            False,
        )
        for one in load_published().models
    ]
    return [ModelRow(shorten(result.reward, 60), (*own, mean), True), *published] if values else []
