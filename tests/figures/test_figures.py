"""What holds for every figure: hostile text is inert, selection and horizon are safe, light and dark, no template."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

import numpy as np
import pytest

from pfviz import figures
from pfviz.figures import theme
from pfviz.figures.registry import FIGURES
from pfviz.trace import Recorder, Trace
from tests.traces import synthetic_events, synthetic_trace

# `slopes` and `worth` take what models replied too; they have tests of their own.
NAMES = [figure.name for figure in FIGURES.values() if figure.of == "run" and figure.name != "worth"]
HOSTILE = "<b>bold</b><a href='javascript:alert(1)'>x</a> $\\alpha$ %{z} <script>alert(1)</script>"


def plot(name: str, trace: Trace, **settings: Any) -> Any:
    return getattr(figures, name)(trace, **settings)


def no_step() -> Trace:
    recorder = Recorder()
    recorder.record(next(iter(synthetic_events())))
    return recorder.trace()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1), (64, 5)])
def test_every_size_is_drawn(name: str, shape: tuple[int, int]) -> None:
    assert plot(name, synthetic_trace(*shape)).layout.meta["reads"]


@pytest.mark.parametrize("name", NAMES)
def test_a_run_without_a_step_is_drawn(name: str) -> None:
    plot(name, no_step(), selected=3).to_json()


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_selection_selects_nothing(name: str) -> None:
    trace = synthetic_trace()
    assert plot(name, trace, selected=10**6).to_json() == plot(name, trace).to_json()
    plot(name, trace.upto(1), selected=int(trace.uids[5, 0])).to_json()


@pytest.mark.parametrize("name", NAMES)
def test_hostile_text_is_escaped_wherever_it_is_written(name: str) -> None:
    trace = synthetic_trace(problem=HOSTILE)
    trace = dataclasses.replace(
        trace,
        texts=[[text and f"{HOSTILE} \\boxed{{{HOSTILE}}}" for text in row] for row in trace.texts],
        settings={**trace.settings, "potential": HOSTILE},
    )
    spec = json.loads(plot(name, trace).to_json())
    del spec["layout"]["meta"]  # plain text, which Plotly does not show
    shown = [text for text in _strings(spec) if "alert" in text or "bold" in text]
    assert shown
    for text in shown:
        assert not re.search(r"<(?!/?(b|i|br|extra)>)", text)
        assert "$" not in text
        assert "%{z}" not in text


def test_hovers_carry_the_text_and_the_numbers() -> None:
    trace = synthetic_trace()
    steps = next(t for t in figures.genealogy(trace).data if t.name == "steps")
    assert "12 + 7" in steps.hovertext[0]
    assert f"reward <b>{trace.rewards[0, 0]:.3f}</b>" in steps.hovertext[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_title_is_drawn_or_left_to_the_page(name: str) -> None:
    trace = synthetic_trace()
    drawn, bare = plot(name, trace), plot(name, trace, title=False)
    titles = [note.text for note in drawn.layout.annotations if note.name == "title"]
    assert titles == [f"<b>{theme.escape(drawn.layout.meta['title'])}</b>"]
    assert not [note for note in bare.layout.annotations if note.name == "title"]
    assert bare.layout.margin.t < drawn.layout.margin.t


@pytest.mark.parametrize("name", NAMES)
def test_the_look_survives_a_reader_that_drops_the_template(name: str) -> None:
    spec = json.loads(plot(name, synthetic_trace()).to_json())
    assert spec["layout"]["template"] == {"data": {"scatter": [{"type": "scatter"}]}}  # Plotly's least
    assert spec["layout"]["paper_bgcolor"] == spec["layout"]["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert spec["layout"]["font"]["family"] == theme.FONT
    assert spec["layout"]["uirevision"] == "keep"


@pytest.mark.parametrize("name", NAMES)
def test_every_colour_has_a_dark_twin_or_is_a_reward(name: str) -> None:
    trace = synthetic_trace(trigger="ess")
    rewards = {colour for _, colour in theme.REWARD_SCALE}
    spec = json.loads(plot(name, trace, selected=int(trace.uids[3, 5])).to_json())
    used = {text for text in _strings(spec) if re.fullmatch(r"#[0-9a-fA-F]{3,8}", text)}
    assert used <= set(theme.LIGHT_TO_DARK) | rewards
    dark = {text for text in _strings(theme.recolour(spec, True)) if text.startswith("#")}
    assert not dark & set(theme.LIGHT_TO_DARK)
    assert theme.recolour(spec, False) == spec


def test_tokens_are_distinct_and_the_reward_scale_is_the_same_in_the_dark() -> None:
    assert all(light == light.lower() and len(light) == 7 for light in theme.LIGHT_TO_DARK)
    assert not set(theme.LIGHT_TO_DARK) & set(theme.LIGHT_TO_DARK.values())
    assert not set(theme.LIGHT_TO_DARK) & {colour for _, colour in theme.REWARD_SCALE}
    tokens = [v for k, v in vars(theme).items() if k.isupper() and isinstance(v, str) and v.startswith("#")]
    assert len(set(tokens)) == len(tokens)
    assert set(tokens) | set(theme.WEIGHT_SCALE) == set(theme.LIGHT_TO_DARK)


def _contrast(a: str, b: str) -> float:
    """WCAG 2.1 contrast ratio."""

    def light(colour: str) -> float:
        channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((light(a), light(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_words_can_be_read_on_their_ground(dark: bool) -> None:
    def at(token: str) -> str:
        return theme.LIGHT_TO_DARK[token] if dark else token

    for token in (
        theme.INK,
        theme.MUTED,
        theme.ACCENT,
        theme.RIGHT_COLOUR,
        theme.ESS_COLOUR,
        theme.ANCESTORS_COLOUR,
        theme.EVIDENCE_COLOUR,
    ):
        assert _contrast(at(token), at(theme.SURFACE)) >= 4.5, token
    for token in (theme.WRONG_COLOUR, theme.SURVIVOR_COLOUR, theme.OUTLINE):  # large or bold, or graphics
        assert _contrast(at(token), at(theme.SURFACE)) >= 3, token


@pytest.mark.parametrize("name", ["genealogy", "strips", "weights", "rewards"])
def test_a_horizon_fixes_the_step_axis_of_a_growing_run(name: str) -> None:
    trace = synthetic_trace()
    ranges = {plot(name, trace.upto(t), horizon=10).layout.xaxis.range for t in range(1, 7)}
    assert len(ranges) == 1


def test_genealogy_and_strips_line_up() -> None:
    tree, strips = plot("genealogy", synthetic_trace()), plot("strips", synthetic_trace())
    assert (tree.layout.margin.l, tree.layout.margin.r) == (strips.layout.margin.l, strips.layout.margin.r)
    assert tree.layout.xaxis.range == strips.layout.xaxis.range
    assert tree.layout.margin.autoexpand is False
    assert strips.layout.margin.autoexpand is False


@pytest.mark.parametrize("name", ["genealogy", "weights", "resampling", "answers", "rewards"])
def test_every_uid_that_can_be_clicked_is_a_node(name: str) -> None:
    trace = synthetic_trace(32, 6)
    uids = [uid for t in plot(name, trace).data if t.customdata is not None for uid in np.ravel(t.customdata)]
    assert uids
    for uid in uids:
        if uid is not None:
            trace.node(uid)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)] if "bdata" not in value else []
    return [text for item in value for text in _strings(item)] if isinstance(value, list) else []
