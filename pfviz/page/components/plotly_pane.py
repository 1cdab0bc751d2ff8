"""The components of the page that Gradio lacks: markup that is clicked, the Plotly pane, and what plays a run.

The pane keeps its div, its zoom and its clicks through every update (`gr.Plot` cannot).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gradio as gr
import plotly.graph_objects as go
from plotly.utils import PlotlyJSONEncoder

import pfviz.figures
from pfviz.figures.plotly_js import PLOTLY_JS
from pfviz.page.components.html import fill
from pfviz.replay.parts import SCRIPTS, transport_html

STATIC = Path(__file__).parents[1] / "static"
PANE_JS = STATIC / "pane.js"
MARKUP_JS = STATIC / "markup.js"
LAB_JS = STATIC / "lab.js"
TOUR_JS = STATIC / "tour.js"
PLAY_JS = STATIC / "play.js"
CAPTIONS_JS = STATIC / "captions.js"
EXPLORE_JS = STATIC / "explore.js"
PANE_TABLE_JS = STATIC / "pane_table.js"
FIGURE_TABLE_JS = Path(pfviz.figures.__file__).parent / "static" / "figure_table.js"
COMPARE_JS = STATIC / "compare.js"
SAVE_AS_JS = STATIC / "save_as.js"
DROPS_JS = STATIC / "drops.js"
TURNS_JS = STATIC / "turns.js"
RUNS_JS = STATIC / "runs.js"
LINK_JS = STATIC / "link.js"
LABELS_JS = STATIC / "labels.js"

MARKUP_ON_LOAD = "pfvizMarkup({element, trigger, watch}); // events: 'select' 'pick' 'ask'"
FILES_ON_LOAD = f"pfvizDrops('#stage', '#tools'); {MARKUP_ON_LOAD}"
COMPARE_ON_LOAD = "pfvizCompare({element, trigger, watch}); // events: 'pick' 'select'"
RUNS_ON_LOAD = "pfvizRuns({element, trigger, watch}); // events: 'pick' 'select' 'resume' 'compare' 'diagnose'"
LAB_ON_LOAD = "pfvizLab({element, trigger}); // event: 'pick'"
PANE_ON_LOAD = "pfvizPane({element, props, trigger, watch}); // events: 'select' 'move'"
PLAY_ON_LOAD = "pfvizPlay({element, props, trigger, watch}); // event: 'select'"


def _script_tags(*paths: Path) -> str:
    """Script tags with relative addresses, so that the page also works under a path prefix; Gradio loads each once."""
    gr.set_static_paths(list(paths))
    return fill("scripts.html.j2", paths=[path.as_posix() for path in paths])


def clickable_html(value: str = "", **settings: Any) -> gr.HTML:
    """Markup of ours, without Gradio's prose style: `select` ({uid}), `pick` ({problem}) and `ask`
    (the fields of a form, and `do`) come out of it."""
    return gr.HTML(
        value,
        apply_default_css=False,
        js_on_load=MARKUP_ON_LOAD,
        head=_script_tags(TURNS_JS, MARKUP_JS, CAPTIONS_JS, EXPLORE_JS, LABELS_JS),
        **settings,
    )


def file_bar_html(**settings: Any) -> gr.HTML:
    """The line of an opened file: `ask` (the fields of a form, and `do`) and `select` ({view}) come out of it. Files
    that are dropped on the pictures go to the page's upload."""
    return gr.HTML(
        "",
        apply_default_css=False,
        js_on_load=FILES_ON_LOAD,
        head=_script_tags(TURNS_JS, MARKUP_JS, CAPTIONS_JS, EXPLORE_JS, DROPS_JS),
        **settings,
    )


def tour_html(value: str) -> gr.HTML:
    """The cards of the tour; nothing comes out of it, as all that it does is done in the browser."""
    return gr.HTML(
        value, apply_default_css=False, js_on_load="pfvizTour({element});", head=_script_tags(TOUR_JS), elem_id="tour"
    )


def save_as_html(value: str, **settings: Any) -> gr.HTML:
    """The list "Save as…": `select` ({export}) comes out of it for a format that Python writes."""
    return gr.HTML(
        value,
        apply_default_css=False,
        js_on_load="pfvizSaveAs({element, trigger}); // event: 'select'",
        head=_script_tags(SAVE_AS_JS),
        **settings,
    )


def lab_html(value: str = "", **settings: Any) -> gr.HTML:
    """The lab's empty state: `pick` ({start}) comes out of it. Files that are dropped on the lab go to its upload."""
    return gr.HTML(
        value, apply_default_css=False, js_on_load=LAB_ON_LOAD, head=_script_tags(DROPS_JS, LAB_JS), **settings
    )


def compare_html(value: str = "", **settings: Any) -> gr.HTML:
    """What is clicked where runs are compared: `pick` ({start} or {remove}) and `select` ({run}) come out of it."""
    return gr.HTML(
        value,
        apply_default_css=False,
        js_on_load=COMPARE_ON_LOAD,
        head=_script_tags(DROPS_JS, COMPARE_JS),
        **settings,
    )


def runs_html(value: str = "", **settings: Any) -> gr.HTML:
    """What is clicked in the list of stored runs: `pick` ({do}), and with {runs} `select`, `resume`, `compare` and
    `diagnose`, come out of it."""
    return gr.HTML(value, apply_default_css=False, js_on_load=RUNS_ON_LOAD, head=_script_tags(RUNS_JS), **settings)


def link_html(**settings: Any) -> gr.HTML:
    """What the address of the page follows; nothing comes out of it."""
    return gr.HTML(
        "",
        apply_default_css=False,
        js_on_load="pfvizLink({element, watch});",
        head=_script_tags(LINK_JS),
        **settings,
    )


def pane(
    title: str,
    *,
    dark: Mapping[str, str],
    group: str = "",
    keys: bool = False,
    lab: bool = False,
    replay: str = "",
    **settings: Any,
) -> gr.HTML:
    """A figure's JSON in, `select` ({uid}) and `move` ({move}) out. Panes of one `group` share their step axis; those
    of the `lab` speak of many runs, and {point} comes out of them. Over the figure that `replay` names, one over the
    steps, the browser draws the replay and the selection.

    Functions, not subclasses: Gradio writes a stub file beside the source of every subclass of a component.
    """
    return gr.HTML(
        value="",
        html_template=fill("pane.html.j2", title=title),
        js_on_load=PANE_ON_LOAD,
        head=_script_tags(PLOTLY_JS, FIGURE_TABLE_JS, *SCRIPTS, TURNS_JS, PANE_JS, PANE_TABLE_JS, CAPTIONS_JS),
        apply_default_css=False,
        elem_classes="pane",
        title=title,
        dark={light.lower(): colour for light, colour in dark.items()},
        group=group,
        keys=keys,
        lab=lab,
        replay=replay,
        **settings,
    )


def transport(**settings: Any) -> gr.HTML:
    """What plays a run: its columns as JSON in, `select` ({moment}, the step where the visitor pauses) out."""
    return gr.HTML(
        value="",
        html_template=str(transport_html()),
        js_on_load=PLAY_ON_LOAD,
        head=_script_tags(*SCRIPTS, TURNS_JS, PLAY_JS),
        apply_default_css=False,
        **settings,
    )


def to_pane_value(figure: go.Figure, *, run: str, steps: int, selected: int | None, family: int | None = None) -> str:
    """A figure as a pane's value. `run` names the run: zoom is kept as long as it stays the same."""
    meta = dict(figure.layout.meta or {})
    figure.update_layout(
        uirevision=run, meta=meta | {"run": run, "steps": steps, "selected": selected, "family": family}
    )
    # Not `figure.to_json()`, which writes each "/" of base64 in six letters; "<" is escaped as there.
    text = json.dumps(figure.to_dict(), cls=PlotlyJSONEncoder, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e")
