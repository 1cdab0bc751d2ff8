"""The card of a fitted reward as one HTML file that works offline: its measures as pictures, and the card in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfviz.figures.registry import report_figures
from pfviz.report.document import build_card, recolour_specs, render_document

if TYPE_CHECKING:  # torch is not needed to draw
    from pfviz.reward_training.pipeline import Fitted


def fitted_reward_to_html(fitted: Fitted, card: str) -> str:
    """Return a stand-alone page; `card` is the card in Markdown, shown as it is written."""
    cards = [build_card(figure, fitted) for figure in report_figures("fitted reward")]
    title, _, text = card.partition("\n")
    return render_document(
        "fitted_reward.html.j2",
        title=title.lstrip("# "),
        cards=cards,
        text=text.strip(),
        figures=recolour_specs(cards),
    )
