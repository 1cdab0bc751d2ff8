"""The parts of the page and where they stand. What they do is in `wiring.py`; how they look in `style.css`."""

from __future__ import annotations

from typing import Any

import gradio as gr

from pfviz.figures.registry import FIGURES, stage_figures
from pfviz.figures.theme import LIGHT_TO_DARK
from pfviz.inference.setting import Group
from pfviz.page.blocks import compare_layout, lab_layout, runs_layout
from pfviz.page.components.html import problem_chips
from pfviz.page.components.plotly_pane import (
    clickable_html,
    file_bar_html,
    link_html,
    pane,
    save_as_html,
    tour_html,
    transport,
)
from pfviz.page.forms import run_form
from pfviz.page.render import comparison, keys, model_notes, save_as, stories, welcome
from pfviz.page.render.run import inspector
from pfviz.page.render.run.tabs import TABS
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.trace.importers import list_suffixes

Parts = dict[str, Any]
"""Name → component."""


def build(menu: ModelMenu) -> Parts:
    """All components, inside the current `gr.Blocks`; the models are those that are offered."""
    parts: Parts = {}
    with gr.Row(elem_id="shell"):
        with gr.Column(elem_id="side", elem_classes="scroller", min_width=0):
            _build_sidebar(parts, menu)
        with gr.Column(elem_id="bar", min_width=0):
            _build_toolbar(parts)
        with gr.Column(elem_id="stage", min_width=0):
            parts["file_bar"] = file_bar_html(elem_id="file-bar")
            parts["hero"] = clickable_html(elem_id="hero")
            parts["sweep"] = clickable_html(elem_id="sweep")
            parts["colours"] = clickable_html(elem_id="colours")
            for figure in stage_figures():
                parts[figure.part] = pane(
                    figure.title, dark=LIGHT_TO_DARK, group="steps", keys=figure.part == "genealogy",
                    replay=figure.name if figure.over_steps else "", elem_id=figure.part,
                )  # fmt: skip
                if figure.part == "genealogy":
                    parts["transport"] = transport(elem_id="transport")
        with gr.Column(elem_id="inspector", elem_classes="scroller", min_width=0):
            parts["answer"] = clickable_html(elem_id="answer")
            parts["drafts"] = clickable_html(elem_id="drafts")
            parts["inspector"] = clickable_html(inspector.no_selection(), elem_id="particle")
        with gr.Column(elem_id="below", min_width=0):
            _build_tabs(parts)
        with gr.Column(elem_id="methods", min_width=0):
            _build_methods(parts)
        with gr.Column(elem_id="lab", min_width=0):
            lab_layout.build(parts)
        with gr.Column(elem_id="compare", min_width=0):
            compare_layout.build(parts)
        with gr.Column(elem_id="runs", min_width=0):
            runs_layout.build(parts)
    clickable_html(keys.key_sheet(), elem_id="keys")
    with gr.Column(elem_id="recorded", min_width=0):
        parts["gallery"] = clickable_html(stories.gallery(), elem_id="gallery")
        tour_html(stories.tour())
    return parts


def _build_sidebar(parts: Parts, menu: ModelMenu) -> None:
    clickable_html(welcome.page_header(), elem_id="title")
    parts["problem"] = gr.Textbox(
        label="Problem",
        placeholder=run_form.EXAMPLE,
        lines=3,
        max_lines=6,
        elem_id="problem",
    )
    parts["error_problem"] = clickable_html(elem_id="error-problem")
    parts["preview"] = clickable_html(elem_id="preview")
    chips = problem_chips(menu.examples(run_form.DEFAULTS["models"]))
    parts["problem_chips"] = clickable_html(chips, elem_id="examples")
    with gr.Row(elem_id="go"):
        parts["run"] = gr.Button("Run", variant="primary", elem_id="run", min_width=0)
        parts["stop"] = gr.Button("Stop", interactive=False, elem_id="stop", min_width=0)
        # Shown where it can be pressed: a part that comes and goes makes Gradio lose updates of other parts.
        parts["resume"] = gr.Button("Resume", interactive=False, elem_id="resume", min_width=0)
    parts["offer"] = clickable_html(elem_id="offer")
    parts["banner"] = clickable_html(elem_id="banner")
    parts["notes"] = clickable_html(elem_id="notes")
    parts["method"] = gr.Dropdown(
        run_form.METHOD_CHOICES, value=run_form.DEFAULTS["method"], label="Method", elem_id="method", min_width=0
    )
    parts["about_method"] = clickable_html(
        run_form.describe_method(run_form.DEFAULTS["method"]), elem_id="about-method"
    )
    parts["error_method"] = clickable_html(elem_id="error-method")
    for name in _settings_of("main"):
        _build_setting(parts, name)
        _build_error(parts, name)
    _build_sweeps(parts)
    _build_models(parts, menu)
    with gr.Accordion("More settings", open=False, elem_id="more") as parts["fold"]:
        _build_more_settings(parts)
    with gr.Accordion("Steps and prompt", open=False, elem_id="step-settings") as parts["fold_steps"]:
        for name in _settings_of("steps"):
            _build_setting(parts, name)
            _build_error(parts, name)


def _build_models(parts: Parts, menu: ModelMenu) -> None:
    """Who writes and who scores: from the list, or two names where those may be typed."""
    usual = menu.models[run_form.DEFAULTS["models"]]
    parts["models"] = gr.Dropdown(menu.choices, value=usual.name, label="Models", elem_id="models", min_width=0)
    parts["about_models"] = clickable_html(model_notes.describe_models(usual.name, menu), elem_id="about-models")
    parts["error_models"] = clickable_html(elem_id="error-models")
    for name, label, hint in (
        ("generator", "Generator", "Qwen/Qwen2.5-Math-1.5B-Instruct"),
        ("typed_reward", "Reward model", "Qwen/Qwen2.5-Math-PRM-7B, or judge:NAME"),
    ):
        identity = name.replace("_", "-")
        parts[name] = gr.Textbox(label=label, placeholder=hint, elem_id=identity, min_width=0, visible=False)
        parts[f"error_{name}"] = clickable_html(elem_id=f"error-{identity}")
    parts["reward"] = gr.Dropdown(
        usual.reward_choices, value=usual.rewards[0], label="Reward model", elem_id="reward", min_width=0
    )
    parts["about_reward"] = clickable_html(model_notes.describe_reward(usual.rewards[0]), elem_id="about-reward")
    parts["error_reward"] = clickable_html(elem_id="error-reward")


def _settings_of(group: Group) -> list[str]:
    return [name for name, known in run_form.SHOWN_SETTINGS.items() if known.group == group]


def _build_setting(parts: Parts, name: str, *, explained: bool = True) -> None:
    """The part of one setting: a choice is a list, a number with few values a slider, any other one is typed."""
    known = run_form.SHOWN_SETTINGS[name]
    common: dict[str, Any] = {
        "value": run_form.DEFAULTS[name],
        "label": known.label,
        "elem_id": name.replace("_", "-"),
        "visible": run_form.visible_fields(run_form.DEFAULTS["method"])[name],
    }
    if known.page_high is not None:
        parts[name] = gr.Slider(known.low, known.page_high, step=known.step, **common)
        return
    common |= {"min_width": 0, "info": known.help if explained else None}
    if known.choices:
        parts[name] = gr.Dropdown([(label, value) for value, label in known.choices.items()], **common)
    else:
        is_long = known.check_text is not None and not known.is_numbers
        parts[name] = gr.Textbox(lines=3 if is_long else 1, max_lines=8 if is_long else 1, **common)


def _build_error(parts: Parts, name: str) -> None:
    parts[f"error_{name}"] = clickable_html(elem_id=f"error-{name.replace('_', '-')}")


def _build_sweeps(parts: Parts) -> None:
    """The numbers of the methods that go over the steps several times."""
    names = _settings_of("sweeps")
    with gr.Row(elem_id="sweeps-row"):
        for name in names:
            _build_setting(parts, name, explained=False)
    for name in names:
        _build_error(parts, name)


def _build_more_settings(parts: Parts) -> None:
    for name in _settings_of("folded"):
        _build_setting(parts, name)
        _build_error(parts, name)
    with gr.Row(elem_id="seed-row"):
        _build_setting(parts, "seed")
        parts["dice"] = gr.Button("New seed", elem_id="dice", elem_classes="glyph", min_width=0)
    _build_error(parts, "seed")
    parts["truth"] = gr.Textbox(
        run_form.DEFAULTS["truth"],
        label="True answer",
        info="Answers are then marked; of sums, equations and the embedded stories it is worked out.",
        elem_id="truth",
        min_width=0,
    )
    _build_error(parts, "truth")


def _build_toolbar(parts: Parts) -> None:
    parts["views"] = clickable_html(comparison.view_tabs(), elem_id="views")
    parts["compare_this"] = gr.Button(
        "Add to Compare", elem_id="compare-this", elem_classes="glyph", size="sm", min_width=0
    )
    parts["progress"] = clickable_html(elem_id="progress")
    with gr.Row(elem_id="tools"):
        parts["upload"] = gr.UploadButton(
            "Open a trace", file_types=list_suffixes(), elem_id="open", size="sm", min_width=0
        )
        parts["save_json"] = gr.Button("Save trace", elem_id="save-json", size="sm", interactive=False, min_width=0)
        parts["save_html"] = gr.Button("Save report", elem_id="save-html", size="sm", interactive=False, min_width=0)
        parts["save_as"] = save_as_html(save_as.save_as_list(), elem_id="save-as")
        parts["copy_link"] = gr.Button("Copy link", elem_id="copy-link", elem_classes="glyph", size="sm", min_width=0)
        parts["dark"] = gr.Button("Theme", elem_id="dark", elem_classes="glyph", size="sm", min_width=0)
    parts["link"] = link_html(elem_id="link")
    for name in ("trl", "processbench"):  # pressed by links of the inspector
        parts[f"save_labels_{name}"] = gr.Button(name, elem_id=f"save-labels-{name}", visible="hidden")
    parts["file"] = gr.DownloadButton("Download", elem_id="file", visible="hidden")


def _build_methods(parts: Parts) -> None:
    choices = comparison.study_choices()
    parts["study_choice"] = gr.Radio(
        choices,
        value=choices[0][1] if choices else None,
        show_label=False,
        container=False,
        elem_id="study-choice",
        visible=len(choices) > 1,
    )
    parts["study_about"] = clickable_html(elem_id="study-about")
    parts["study_tab"] = gr.State(next(iter(comparison.study_tabs())))  # the title of the open one
    with gr.Tabs(elem_id="study-tabs", overflow_behavior="wrap") as parts["study_tabs"]:
        for number, (title, figures) in enumerate(comparison.study_tabs().items()):
            with gr.Tab(title, id=f"study-{number}"), gr.Column(elem_classes="figures"):
                for figure in figures:
                    parts[figure.part] = pane(figure.title, dark=LIGHT_TO_DARK, elem_id=figure.part.replace("_", "-"))


def _build_tabs(parts: Parts) -> None:
    with gr.Tabs(elem_id="tabs", overflow_behavior="wrap") as parts["tabs"]:
        for tab in TABS:
            name, label = tab.name, tab.title
            with gr.Tab(label, id=name):
                if name == "resampling":
                    with gr.Row(elem_id="events"):
                        parts["before"] = gr.Button(
                            "Previous event", elem_id="event-before", elem_classes="glyph", size="sm", min_width=0
                        )
                        parts["event"] = clickable_html(elem_id="event")
                        parts["after"] = gr.Button(
                            "Next event", elem_id="event-after", elem_classes="glyph", size="sm", min_width=0
                        )
                if name == "check":
                    _build_reward_tab(parts, label)
                else:
                    replay = name if FIGURES[name].over_steps else ""
                    parts[name] = pane(label, dark=LIGHT_TO_DARK, replay=replay, elem_id=name.replace("_", "-"))


def _build_reward_tab(parts: Parts, label: str) -> None:
    """The questions about the reward; what is shown of the rest, the question that is open decides (style.css)."""
    parts["questions"] = clickable_html(elem_id="questions")
    with gr.Row(elem_id="check-row"):
        parts["rule"] = clickable_html(elem_id="rule", elem_classes="scroller")
        parts["asking"] = clickable_html(elem_id="asking")
        parts["check"] = pane(label, dark=LIGHT_TO_DARK, elem_id="check")
        parts["told"] = clickable_html(elem_id="told", elem_classes="scroller")
