"""Runs side by side as one HTML file that works offline: the figures, what differs, what came of each."""

from __future__ import annotations

from collections.abc import Sequence

from pfviz.comparison.comparison import Comparison
from pfviz.comparison.table import difference_rows, outcome_rows
from pfviz.figures.compare.genealogies import ROW_HEIGHT
from pfviz.figures.registry import report_figures
from pfviz.figures.size_limit import check_drawable
from pfviz.report.document import build_card, recolour_specs, render_document
from pfviz.text import pluralise, shorten

_MAX_NAME = 60  # characters of a run's file


def comparison_to_html(comparison: Comparison, *, sources: Sequence[str] = ()) -> str:
    """Return a stand-alone page: plotly.js inside, no network, light and dark by the reader's setting.

    Args:
        sources: where each run comes from, such as the name of its file.

    Raises:
        TraceError: a run is too large to be drawn.
    """
    for trace in comparison.traces:
        check_drawable(trace)
    cards = [build_card(figure, comparison) for figure in report_figures("comparison")]
    problems = list(dict.fromkeys(trace.problem for trace in comparison.traces))
    runs = len(comparison.traces)
    return render_document(
        "comparison.html.j2",
        title=f"{pluralise(runs, 'run')} side by side",
        problems=problems,
        labels=comparison.labels,
        sources=[shorten(source, _MAX_NAME) for source in sources],
        differences=difference_rows(comparison),
        outcomes=outcome_rows(comparison),
        cards=cards,
        narrow_height=64 + ROW_HEIGHT * runs,
        figures=recolour_specs(cards),
    )
