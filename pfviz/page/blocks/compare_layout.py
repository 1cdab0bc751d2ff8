"""The parts of the view "Compare" and where they stand; how they look is in `compare.css`."""

from __future__ import annotations

from typing import Any

import gradio as gr

from pfviz.figures.registry import tab_figures
from pfviz.figures.theme import LIGHT_TO_DARK
from pfviz.page.components.plotly_pane import clickable_html, compare_html, pane
from pfviz.page.render import compare_view
from pfviz.trace.importers import list_suffixes


def build(parts: dict[str, Any]) -> None:
    """All of it, inside the column of the view."""
    with gr.Row(elem_id="compare-bar"):
        parts["compare_rivals"] = gr.Button(
            compare_view.RIVALS_LABEL, elem_id="compare-rivals", variant="primary", size="sm", min_width=0
        )
        parts["compare_stop"] = gr.Button("Stop", elem_id="compare-stop", size="sm", interactive=False, min_width=0)
        parts["compare_progress"] = clickable_html(elem_id="compare-progress")
        parts["compare_add"] = gr.Button("Add this run", elem_id="compare-add", size="sm", min_width=0)
        parts["compare_open"] = gr.UploadButton(
            "Add traces",
            file_count="multiple",
            file_types=list_suffixes(),
            elem_id="compare-open",
            size="sm",
            min_width=0,
        )
        parts["compare_clear"] = gr.Button("Clear", elem_id="compare-clear", size="sm", interactive=False, min_width=0)
        parts["compare_save"] = gr.Button(
            "Save report", elem_id="compare-save", size="sm", interactive=False, min_width=0
        )
        parts["compare_file"] = gr.DownloadButton("Download", elem_id="compare-file", visible="hidden")
    parts["compare_note"] = clickable_html(elem_id="compare-note")
    parts["compare_empty"] = compare_html(compare_view.empty_view(), elem_id="compare-empty")
    with gr.Column(elem_id="compare-body", elem_classes="scroller", min_width=0):
        parts["compare_cards"] = compare_html(elem_id="compare-cards")
        for figure in tab_figures("comparison"):
            parts[figure.part] = pane(figure.title, dark=LIGHT_TO_DARK, lab=True, elem_id=figure.part.replace("_", "-"))
        parts["compare_table"] = clickable_html(elem_id="compare-table")
