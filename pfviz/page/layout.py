"""The parts of the page and where they stand. What they do is in `wiring.py`; how they look in `style.css`."""

from __future__ import annotations

from typing import Any

import gradio as gr

from pfviz.figures.theme import DARK
from pfviz.page import choosing, comparison, controls, empty, inspector, lab_layout
from pfviz.page.markup import chips
from pfviz.page.offer import Offer
from pfviz.page.pane import markup, pane

Parts = dict[str, Any]
"""Name → component."""


def build(offer: Offer) -> Parts:
    """All components, inside the current `gr.Blocks`; the models are those that are offered."""
    parts: Parts = {}
    with gr.Row(elem_id="shell"):
        with gr.Column(elem_id="side", elem_classes="scroller", min_width=0):
            _side(parts, offer)
        with gr.Column(elem_id="bar", min_width=0):
            _bar(parts)
        with gr.Column(elem_id="stage", min_width=0):
            parts["hero"] = markup(empty.hero(), elem_id="hero")
            parts["sweep"] = markup(elem_id="sweep")
            parts["colours"] = markup(elem_id="colours")
            parts["genealogy"] = pane("Genealogy", dark=DARK, group="steps", keys=True, elem_id="genealogy")
            parts["strips"] = pane(
                "Effective sample size, ancestors, evidence", dark=DARK, group="steps", elem_id="strips"
            )
        with gr.Column(elem_id="inspector", elem_classes="scroller", min_width=0):
            parts["answer"] = markup(elem_id="answer")
            parts["inspector"] = markup(inspector.EMPTY, elem_id="particle")
        with gr.Column(elem_id="below", min_width=0):
            _tabs(parts)
        with gr.Column(elem_id="methods", min_width=0):
            _methods(parts)
        with gr.Column(elem_id="lab", min_width=0):
            lab_layout.build(parts)
    return parts


def _side(parts: Parts, offer: Offer) -> None:
    markup(empty.title(), elem_id="title")
    parts["problem"] = gr.Textbox(
        label="Problem",
        placeholder="Compute (12 + 7) * 3 - 45",
        lines=3,
        max_lines=6,
        elem_id="problem",
    )
    parts["trouble_problem"] = markup(elem_id="trouble-problem")
    parts["preview"] = markup(elem_id="preview")
    parts["examples"] = markup(chips(offer.examples(controls.DEFAULTS["models"])), elem_id="examples")
    with gr.Row(elem_id="go"):
        parts["run"] = gr.Button("Run", variant="primary", elem_id="run", min_width=0)
        parts["stop"] = gr.Button("Stop", interactive=False, elem_id="stop", min_width=0)
        # Shown where it can be pressed: a part that comes and goes makes Gradio lose updates of other parts.
        parts["resume"] = gr.Button("Go on", interactive=False, elem_id="resume", min_width=0)
    parts["banner"] = markup(elem_id="banner")
    parts["notes"] = markup(elem_id="notes")
    parts["method"] = gr.Dropdown(
        controls.METHOD_CHOICES, value=controls.DEFAULTS["method"], label="Method", elem_id="method", min_width=0
    )
    parts["about_method"] = markup(controls.about(controls.DEFAULTS["method"]), elem_id="about-method")
    parts["trouble_method"] = markup(elem_id="trouble-method")
    parts["particles"] = gr.Slider(
        1, controls.MOST_PARTICLES, controls.DEFAULTS["particles"], step=1, label="Particles", elem_id="particles"
    )
    parts["trouble_particles"] = markup(elem_id="trouble-particles")
    _sweeps(parts)
    _models(parts, offer)
    with gr.Accordion("More settings", open=False, elem_id="more") as parts["fold"]:
        _more(parts)


def _models(parts: Parts, offer: Offer) -> None:
    """Who writes and who scores: from the list, or two names where those may be typed."""
    usual = offer.models[controls.DEFAULTS["models"]]
    parts["models"] = gr.Dropdown(offer.choices, value=usual.name, label="Models", elem_id="models", min_width=0)
    parts["about_models"] = markup(choosing.about(usual.name, offer), elem_id="about-models")
    parts["trouble_models"] = markup(elem_id="trouble-models")
    for name, label, hint in (
        ("generator", "Generator", "Qwen/Qwen2.5-Math-1.5B-Instruct"),
        ("typed_reward", "Reward model", "Qwen/Qwen2.5-Math-PRM-7B"),
    ):
        identity = name.replace("_", "-")
        parts[name] = gr.Textbox(label=label, placeholder=hint, elem_id=identity, min_width=0, visible=False)
        parts[f"trouble_{name}"] = markup(elem_id=f"trouble-{identity}")
    parts["reward"] = gr.Dropdown(
        usual.reward_choices, value=usual.rewards[0], label="Reward model", elem_id="reward", min_width=0
    )
    parts["about_reward"] = markup(choosing.about_reward(usual.rewards[0]), elem_id="about-reward")
    parts["trouble_reward"] = markup(elem_id="trouble-reward")


def _sweeps(parts: Parts) -> None:
    """The numbers of the methods that go over the steps several times."""
    seen = controls.shown(controls.DEFAULTS["method"])
    with gr.Row(elem_id="sweeps-row"):
        for name, label in (("iterations", "Iterations"), ("chains", "Chains"), ("ladder", "Ladder")):
            parts[name] = gr.Textbox(
                str(controls.DEFAULTS[name]), label=label, elem_id=name, min_width=0, visible=seen[name]
            )
    for name in ("iterations", "chains", "ladder"):
        parts[f"trouble_{name}"] = markup(elem_id=f"trouble-{name}")


def _more(parts: Parts) -> None:
    def text(name: str, label: str, info: str) -> None:
        parts[name] = gr.Textbox(
            str(usual[name]), label=label, info=info, elem_id=name, min_width=0, visible=seen[name]
        )

    def choice(name: str, label: str, choices: tuple[tuple[str, str], ...]) -> None:
        parts[name] = gr.Dropdown(
            choices, value=usual[name], label=label, elem_id=name, min_width=0, visible=seen[name]
        )

    def trouble(name: str) -> None:
        parts[f"trouble_{name}"] = markup(elem_id=f"trouble-{name}")

    usual, seen = controls.DEFAULTS, controls.shown(controls.DEFAULTS["method"])
    text("temperature", "Temperature", "of the sampled steps; 0 is greedy")
    trouble("temperature")
    text("tau", "Tau", "of the weights: a small one trusts the reward more")
    trouble("tau")
    text("warmth", "Warmth", "tau is so many times larger at first, and halves at each step; 1 keeps it constant")
    trouble("warmth")
    choice("potential", "What a reward weighs", controls.POTENTIALS)
    trouble("potential")
    choice("resampler", "Resampling scheme", controls.SCHEMES)
    trouble("resampler")
    choice("trigger", "Resample", controls.TRIGGERS)
    trouble("trigger")
    text("threshold", "Threshold", "of ESS/N, where that decides")
    trouble("threshold")
    choice("finished", "Finished particles are", controls.FINISHED)
    trouble("finished")
    text("width", "Width", "copies of a survivor, or slots of a subtree")
    trouble("width")
    choice("aggregation", "Rewards of the steps count as", controls.AGGREGATION)
    trouble("aggregation")
    choice("pick", "The answer is", controls.PICKS)
    trouble("pick")
    with gr.Row(elem_id="seed-row"):
        text("seed", "Seed", "the same seed, the same run")
        parts["dice"] = gr.Button("New seed", elem_id="dice", elem_classes="glyph", min_width=0)
    trouble("seed")
    text("truth", "True answer", "answers are then marked; of sums and equations it is worked out")
    trouble("truth")


def _bar(parts: Parts) -> None:
    parts["views"] = markup(comparison.VIEWS, elem_id="views")
    parts["progress"] = markup(elem_id="progress")
    with gr.Row(elem_id="tools"):
        parts["upload"] = gr.UploadButton("Open a trace", file_types=[".json"], elem_id="open", size="sm", min_width=0)
        parts["save_json"] = gr.Button("Save trace", elem_id="save-json", size="sm", interactive=False, min_width=0)
        parts["save_html"] = gr.Button("Save report", elem_id="save-html", size="sm", interactive=False, min_width=0)
        parts["dark"] = gr.Button("Light or dark", elem_id="dark", elem_classes="glyph", size="sm", min_width=0)
    parts["file"] = gr.DownloadButton("Download", elem_id="file", visible="hidden")


def _methods(parts: Parts) -> None:
    parts["study_about"] = markup(elem_id="study-about")
    with gr.Row(elem_id="comparison"):
        parts["study"] = pane("Accuracy against generations", dark=DARK, elem_id="study")
        with gr.Column(elem_id="ratios", min_width=0):
            parts["ratio"] = pane("Generations that rivals need", dark=DARK, elem_id="ratio")
            parts["ratio_vote"] = pane("The same for the weighted vote", dark=DARK, elem_id="ratio-vote")


def _tabs(parts: Parts) -> None:
    names = {
        "weights": "Weights",
        "resampling": "Resampling",
        "answers": "Answers",
        "rewards": "Scores",
        "check": "Reward check",
        "sweeps": "Iterations",
    }
    with gr.Tabs(elem_id="tabs", overflow_behavior="wrap") as parts["tabs"]:
        for name, label in names.items():
            with gr.Tab(label, id=name):
                if name == "resampling":
                    with gr.Row(elem_id="events"):
                        parts["before"] = gr.Button(
                            "Event before", elem_id="event-before", elem_classes="glyph", size="sm", min_width=0
                        )
                        parts["event"] = markup(elem_id="event")
                        parts["after"] = gr.Button(
                            "Event after", elem_id="event-after", elem_classes="glyph", size="sm", min_width=0
                        )
                if name == "check":
                    _check(parts, label)
                else:
                    parts[name] = pane(label, dark=DARK, elem_id=name)


def _check(parts: Parts, label: str) -> None:
    """The questions about the reward; what is shown of the rest, the question that is open decides (style.css)."""
    parts["questions"] = markup(elem_id="questions")
    with gr.Row(elem_id="check-row"):
        parts["rule"] = markup(elem_id="rule", elem_classes="scroller")
        parts["asking"] = markup(elem_id="asking")
        parts["check"] = pane(label, dark=DARK, elem_id="check")
        parts["told"] = markup(elem_id="told", elem_classes="scroller")
