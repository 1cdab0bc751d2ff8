"""The data that `run.js` reads say what the trace says."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import numpy as np

from pfviz.report.document import plotly_js
from pfviz.report.run import to_html
from pfviz.report.run_data import MAX_RESAMPLING_PARTICLES, reported_resamplings, script_data
from pfviz.trace import Recorder
from tests.replay.columns import unpack
from tests.report.files import HOSTILE
from tests.traces import synthetic_events, synthetic_trace


def test_every_solution_can_be_read_from_it() -> None:
    trace = synthetic_trace(16, 5)
    run = script_data(trace, [])["run"]
    assert np.array_equal(unpack(run["columns"]["ancestors"], 5, 16), trace.ancestors)
    assert '<span class="boxed">12</span>' in run["html"][run["texts"][4][0]] + "".join(run["html"])
    assert len(run["html"]) == len({text for row in trace.texts for text in row})
    assert run["selected"] in trace.uids


def test_texts_are_rendered_so_that_none_is_markup() -> None:
    trace = synthetic_trace(4, 3)
    run = script_data(replace(trace, texts=[[HOSTILE for _ in row] for row in trace.texts]), [])["run"]
    (text,) = run["html"]
    assert "<script" not in text
    assert "<img" not in text
    assert run["texts"] == [[0] * 4] * 3


def test_the_selected_step_is_the_best_of_the_answer() -> None:
    trace = synthetic_trace(16, 5)
    _, slot = trace.node(script_data(trace, [])["run"]["selected"])
    assert trace.rewards[-1, slot] == max(trace.rewards[-1, member] for member in trace.chosen)


def test_without_a_step_nothing_is_selected() -> None:
    recorder = Recorder()
    recorder.record(next(iter(synthetic_events())))
    data = script_data(recorder.trace(), [])
    assert data["run"]["selected"] is None
    assert data["events"] == []


def test_an_unknown_log_probability_is_said_to_be_unknown() -> None:
    trace = synthetic_trace(4, 3)
    log_probs = trace.log_probs.copy()
    log_probs[1] = [-1.234, 0.0, np.nan, -np.inf]
    data = script_data(replace(trace, log_probs=log_probs), [])
    assert data["run"]["log_probs"][1] == ["−1.23", "0.00", "unknown", "−∞"]
    json.dumps(data, allow_nan=False)


def test_each_resampling_has_a_figure_of_a_large_run_only_the_last_ones() -> None:
    small, large = synthetic_trace(4, 5), synthetic_trace(MAX_RESAMPLING_PARTICLES // 2, 5)
    steps = np.flatnonzero(small.resampled).tolist()
    assert [one["step"] for one in script_data(small, [])["events"]] == reported_resamplings(small) == steps
    assert len(np.flatnonzero(large.resampled)) > 2
    assert reported_resamplings(large) == np.flatnonzero(large.resampled).tolist()[-2:]


def test_the_report_of_fifty_steps_of_64_particles_stays_below_two_megabytes() -> None:
    """Beside plotly.js, with a text of its own for each step, and a resampling after each."""
    draw = random.Random(0)
    trace = synthetic_trace(64, 50)
    words = [word for row in trace.texts for text in row for word in text.split()]
    texts = [[" ".join(draw.choices(words, k=20)) if text else "" for text in row] for row in trace.texts]
    page = to_html(replace(trace, texts=texts))
    assert 'aria-label="Play the run again"' in page
    assert len(page.encode()) - len(plotly_js().encode()) < 2_000_000
