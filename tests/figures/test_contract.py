"""What holds for every figure of a run: inert text, safe selection and horizon, light and dark, no template."""

from __future__ import annotations

import dataclasses
import json
import re
from inspect import signature
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


@pytest.mark.parametrize("name", [name for name in NAMES if "horizon" in signature(FIGURES[name].plot).parameters])
def test_a_horizon_fixes_the_step_axis_of_a_growing_run(name: str) -> None:
    trace = synthetic_trace()
    ranges = {plot(name, trace.upto(t), horizon=10).layout.xaxis.range for t in range(1, 7)}
    assert len(ranges) == 1


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("strips", "sweeps")])  # which show no particle
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
