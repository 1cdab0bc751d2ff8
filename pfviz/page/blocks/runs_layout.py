"""The parts of the view "Runs" and where they stand; how they look is in `runs.css`."""

from __future__ import annotations

from typing import Any

import gradio as gr

from pfviz.page.components.plotly_pane import runs_html
from pfviz.page.render import runs_view


def build(parts: dict[str, Any]) -> None:
    """All of it, inside the column of the view."""
    with gr.Row(elem_id="runs-bar"):
        parts["runs_bar"] = runs_html(runs_view.search_bar(), elem_id="runs-search")
        parts["runs_filters"] = runs_html(elem_id="runs-filters")
    parts["runs_note"] = runs_html(elem_id="runs-note")
    with gr.Column(elem_id="runs-body", elem_classes="scroller", min_width=0):
        parts["runs_list"] = runs_html(elem_id="runs-list")
