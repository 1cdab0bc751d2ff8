"""Kinds of problems, the worst first."""

from __future__ import annotations

import json
from dataclasses import replace

from pfviz.figures.lab.auc_by_kind import plot_auc_by_kind
from tests.figures.drawn import named
from tests.figures.lab.estimates import estimate
from tests.lab.diagnosed import HOSTILE, diagnosis


def test_kinds_stand_below_all_problems_the_worst_first() -> None:
    kinds = (("equation", estimate(0.9)), ("story", estimate(0.3)))
    found = replace(diagnosis(), auc_by_kind=kinds, measures=replace(diagnosis().measures, auc=estimate(0.7)))
    figure = plot_auc_by_kind(found)
    marks = named(figure, "AUC")
    assert list(figure.layout.yaxis.ticktext) == ["all problems", "story", "equation"]
    assert list(marks.x) == [0.7, 0.3, 0.9]
    assert list(marks.marker.symbol) == ["diamond", "x", "circle"]  # a story's is upside down
    assert [shape.x0 for shape in figure.layout.shapes] == [0.5, 0.7]
    assert figure.layout.meta["title"].endswith("Less in: story")


def test_a_kind_with_a_hostile_name_is_escaped() -> None:
    figure = plot_auc_by_kind(replace(diagnosis(), auc_by_kind=((HOSTILE, estimate(0.5)),)))
    spec = json.loads(figure.to_json())
    del spec["layout"]["meta"]  # plain text, which Plotly does not show
    shown = json.dumps([note for note in spec["layout"]["annotations"] if note.get("name") != "title"] + spec["data"])
    assert "<script" not in shown
