"""The parts of the lab's view and where they stand; how they look is in `lab.css`."""

from __future__ import annotations

from typing import Any

import gradio as gr

from pfviz.figures.registry import tab_figures
from pfviz.figures.theme import LIGHT_TO_DARK
from pfviz.lab.selftest import selftest
from pfviz.page.components.plotly_pane import clickable_html, lab_html, pane
from pfviz.page.render.lab import lab_view
from pfviz.problems.datasets import built_in_datasets
from pfviz.trace.importers import list_suffixes


def build(parts: dict[str, Any]) -> None:
    """All of it, inside the column of the view."""
    with gr.Row(elem_id="lab-bar"):
        parts["lab_count"] = gr.Dropdown(
            [(f"{number} problems", number) for number in lab_view.BATCH_SIZES],
            value=lab_view.BATCH_SIZES[0],
            label="Problems in a batch",
            show_label=False,
            elem_id="lab-count",
            min_width=0,
        )
        parts["lab_dataset"] = gr.Dropdown(
            [(dataset.title, dataset.name) for dataset in built_in_datasets()],
            value=selftest.DATASET,
            label="Data set of the batch",
            show_label=False,
            elem_id="lab-dataset",
            min_width=0,
        )
        parts["lab_method"] = gr.Checkbox(label="Use the method on the left", elem_id="lab-method", min_width=0)
        parts["lab_start"] = gr.Button("Start a batch", elem_id="lab-start", variant="primary", size="sm", min_width=0)
        parts["lab_stop"] = gr.Button("Stop", elem_id="lab-stop", size="sm", interactive=False, min_width=0)
        parts["lab_progress"] = clickable_html(lab_view.idle_progress(), elem_id="lab-progress")
        parts["lab_add"] = gr.Button("Add this run", elem_id="lab-add", size="sm", min_width=0)
        parts["lab_open"] = gr.UploadButton(
            "Add traces", file_count="multiple", file_types=list_suffixes(), elem_id="lab-open", size="sm", min_width=0
        )
        parts["lab_clear"] = gr.Button("Clear", elem_id="lab-clear", size="sm", interactive=False, min_width=0)
        parts["lab_save"] = gr.Button("Save report", elem_id="lab-save", size="sm", interactive=False, min_width=0)
        parts["lab_save_map"] = gr.Button("Map", elem_id="lab-save-map", size="sm")  # pressed by a link
        parts["lab_file"] = gr.DownloadButton("Download", elem_id="lab-file", visible="hidden")
    parts["lab_note"] = clickable_html(elem_id="lab-note")
    parts["lab_empty"] = lab_html(lab_view.empty_lab(), elem_id="lab-empty")
    parts["lab_measures"] = clickable_html(elem_id="lab-measures")
    with gr.Row(elem_id="lab-body"):
        parts["lab_findings"] = clickable_html(elem_id="lab-findings", elem_classes="scroller")
        with gr.Column(elem_id="lab-figures", elem_classes="scroller", min_width=0):
            for figure in tab_figures("diagnosis"):
                parts[figure.part] = pane(
                    figure.title, dark=LIGHT_TO_DARK, lab=True, elem_id=figure.part.replace("_", "-")
                )
