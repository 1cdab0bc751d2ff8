"""Runs side by side as a file: every figure and number, and no text that gets out of its place."""

from __future__ import annotations

import dataclasses
import json
import re

from pfviz.comparison.comparison import compare
from pfviz.comparison.table import difference_rows, outcome_rows
from pfviz.figures.registry import report_figures
from pfviz.report.comparison import comparison_to_html
from tests.comparison.runs import make_run
from tests.report.files import HOSTILE, Elements, assert_closed, assert_tame, body, unescaped


def test_it_holds_every_figure_and_the_whole_table() -> None:
    compared = compare([make_run(), make_run("best_of_n"), make_run("dvts")])
    page = comparison_to_html(compared, sources=["a.json", "b.json", "c.json"])
    figures = json.loads(re.search(r"const FIGURES = (.*?);\n", page).group(1))  # type: ignore[union-attr]
    places = [a["id"] for _, a in Elements(page).found if a.get("class") == "plot"]
    assert places == list(figures) == [figure.name for figure in report_figures("comparison")]
    shown = unescaped(page)
    for row in (*difference_rows(compared), *outcome_rows(compared)):
        assert row.name in shown
        assert all(f">{cell}</td>" in shown for cell in row.cells)
    assert "c.json" in shown
    assert "different problems" not in shown


def test_hostile_words_stay_text_and_the_file_is_closed() -> None:
    hostile = write_report(HOSTILE)
    assert_closed(hostile)
    assert_tame(hostile, write_report("a text"), 3)  # method, generator and reward; the problem is typeset
    assert "different problems" in body(hostile)


def write_report(word: str) -> str:
    run = make_run("dvts")
    renamed = dataclasses.replace(run, problem=word, method=word, reward=word, generator=word)
    return comparison_to_html(compare([renamed, run]), sources=[word, "x"])
