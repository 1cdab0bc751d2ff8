"""The values of the lab's parts."""

from __future__ import annotations

import dataclasses
import json

import pytest

from pfviz.page import lab, lab_words
from pfviz.page.lab_state import Lab
from tests.lab.diagnosed import runs


def lab_of(hostile: bool = False) -> Lab:
    found = Lab()
    found.add(runs(hostile))
    found.diagnose()
    return found


def test_without_runs_there_are_three_sentences_and_two_ways_to_begin() -> None:
    values = lab.show(Lab())
    assert values["lab_any"] is False
    assert {name for name in lab.PARTS if values[name]} == {"lab_empty"}
    assert 'data-lab="naive"' in values["lab_empty"]
    assert 'data-lab="traces"' in values["lab_empty"]


def test_every_part_has_a_value_and_every_figure_its_data() -> None:
    values = lab.show(lab_of())
    assert values.keys() == {*lab.PARTS, "lab_any"}
    assert values["lab_empty"] == ""
    assert values["lab_any"] is True
    for name in lab.PICTURES:
        assert json.loads(values[name])["data"]
    assert "10 runs of 10 problems" in values["lab_note"]


def test_what_is_drawn_is_one_state_of_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    found, usual = lab_of(), lab.show(lab_of())
    bar = lab_words.bar

    def clearing(share: float) -> str:
        found.clear()  # the visitor does, while the batch draws
        return bar(share)

    monkeypatch.setattr(lab_words, "bar", clearing)
    assert lab.show(found) == usual
    assert found.diagnosis is None


def test_what_is_left_out_is_said_with_a_way_to_look_at_it() -> None:
    found = lab_of()
    found.add([dataclasses.replace(runs()[0], reward='other"<b>')])
    found.said = ("x<b>.json was left out",)
    found.diagnose()
    said = lab.note(found)
    assert "Left out: 1 run under other&quot;&lt;b&gt;" in said
    assert 'data-reward="other&quot;&lt;b&gt;"' in said
    assert "x&lt;b&gt;.json was left out" in said


def test_texts_of_traces_are_escaped() -> None:
    values = lab.show(lab_of(hostile=True))
    for name in ("lab_note", "lab_findings", "lab_measures"):
        assert "<script" not in values[name]
        assert "<b>bold" not in values[name]
    assert "&lt;script&gt;" in values["lab_note"]  # in the name of the reward
    assert "&lt;script&gt;" in values["lab_findings"]  # in the examples


def test_progress_tells_how_many_of_how_many_and_the_auc_so_far() -> None:
    said = lab.progress(lab_of(), 3, 8, "step 2")
    assert "<b>3 of 8 runs</b><span>step 2</span><span>AUC 0." in said
    assert "AUC" not in lab.progress(Lab(), 0, 8)
    assert "<b>Stopped: 3 of 8 runs</b>" in lab.progress(lab_of(), 3, 8, ended="Stopped")
