"""The values of the lab's parts."""

from __future__ import annotations

import dataclasses
import json

import pytest

from pfviz.page.render.lab import lab_findings, lab_view
from pfviz.page.state.lab_state import Lab
from tests.lab.diagnosed import runs


def lab_of(hostile: bool = False) -> Lab:
    found = Lab()
    found.add(runs(hostile))
    found.diagnose()
    return found


def test_without_runs_there_are_three_sentences_and_two_ways_to_begin() -> None:
    values = lab_view.render_parts(Lab())
    assert values["lab_any"] is False
    assert {name for name in lab_view.PARTS if values[name]} == {"lab_empty"}
    assert 'data-lab="naive"' in values["lab_empty"]
    assert 'data-lab="traces"' in values["lab_empty"]


def test_every_part_has_a_value_and_every_figure_its_data() -> None:
    values = lab_view.render_parts(lab_of())
    assert values.keys() == {*lab_view.PARTS, "lab_any"}
    assert values["lab_empty"] == ""
    assert values["lab_any"] is True
    for name in lab_view.FIGURES:
        assert json.loads(values[name])["data"]
    assert "10 runs of 10 problems" in values["lab_note"]


def test_what_is_drawn_is_one_state_of_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    found, usual = lab_of(), lab_view.render_parts(lab_of())
    step_excerpt = lab_findings.step_excerpt

    def clearing(text: str) -> str:
        found.clear()  # the visitor does, while the batch draws
        return step_excerpt(text)

    monkeypatch.setattr(lab_findings, "step_excerpt", clearing)
    assert lab_view.render_parts(found) == usual
    assert found.diagnosis is None


def test_what_is_left_out_is_said_with_a_way_to_look_at_it() -> None:
    found = lab_of()
    found.add([dataclasses.replace(runs()[0], reward='other"<b>')])
    found.messages = ("x<b>.json was left out",)
    found.diagnose()
    said = lab_view.runs_note(found)
    assert "Left out: 1 run under other&#34;&lt;b&gt;" in said
    assert 'data-reward="other&#34;&lt;b&gt;"' in said
    assert "x&lt;b&gt;.json was left out" in said


def test_texts_of_traces_are_escaped() -> None:
    values = lab_view.render_parts(lab_of(hostile=True))
    for name in ("lab_note", "lab_findings", "lab_measures"):
        assert "<script" not in values[name]
        assert "<b>bold" not in values[name]
    assert "&lt;script&gt;" in values["lab_note"]  # in the name of the reward
    assert "&lt;script&gt;" in values["lab_findings"]  # in the examples


def test_progress_tells_how_many_of_how_many_and_the_auc_so_far() -> None:
    said = lab_view.progress(lab_of(), 3, 8, "step 2")
    assert "<b>3 of 8 runs</b><span>step 2</span><span>AUC 0." in said
    assert "AUC" not in lab_view.progress(Lab(), 0, 8)
    assert "<b>Stopped: 3 of 8 runs</b>" in lab_view.progress(lab_of(), 3, 8, ended="Stopped")
