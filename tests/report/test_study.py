"""A study as a file: its numbers in digits, and that no text of it gets out of its place."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import Any

import pytest

from pfviz.figures.registry import report_figures
from pfviz.report.study import study_to_html
from pfviz.study.plan import Unit, units
from pfviz.study.result import LEADER_METHOD, Result
from pfviz.study.summary import summarise
from tests.report.files import HOSTILE, Elements, assert_closed, assert_tame, body, unescaped
from tests.study.outcomes import outcomes

METHODS = (LEADER_METHOD, "dvts", "greedy")


def result(
    about: dict[str, Any] | None = None,
    methods: tuple[str, ...] = METHODS,
    budgets: tuple[int, ...] = (1, 4, 16),
    problems: int = 24,
) -> Result:
    """Of three methods, of which greedy was tried at one budget only."""

    def right(unit: Unit) -> bool:
        return unit.problem % 12 < 3 + (unit.method == LEADER_METHOD) + math.log2(unit.budget)

    wanted = units(methods, budgets, problems, 1)
    return summarise(outcomes(wanted, right), wanted, about or {"seed": 0, "settings": {"step_limit": 8}})


def rename_method(found: Result, old: str, new: str) -> Result:
    columns = tuple(replace(one, method=new) if one.method == old else one for one in found.columns)
    ratios = tuple(replace(one, rival=new) if one.rival == old else one for one in found.ratios)
    return replace(found, columns=columns, ratios=ratios)


def test_the_table_has_every_accuracy_with_its_interval() -> None:
    found = result()
    page = body(study_to_html(found))
    for method in METHODS:
        for _, estimate in found.curve(method):
            cell = f'<td title="{estimate.low:.3f} to {estimate.high:.3f}">{estimate.value:.3f}</td>'
            assert cell in page
    heads = re.findall(r"<th>(.*?)</th>", page)
    assert heads[:4] == ["", "N = 1", "N = 4", "N = 16"]
    assert len(heads) == 4 + len(METHODS) + 1  # the leader has a row for its vote too
    rows = re.findall(r"<tr><th>.*?</tr>", page, flags=re.DOTALL)[1:]
    assert all(row.count("<td") == 3 for row in rows)
    assert page.count("<td></td>") == 2  # greedy has no other budget than 1


def test_it_says_what_was_measured_and_what_it_depends_on() -> None:
    shown = unescaped(study_to_html(result()))
    assert "24 held-out problems, 1 seed, all methods" in shown
    assert "<dt>settings step limit</dt><dd>8</dd>" in shown
    assert "3 seeds" in unescaped(study_to_html(replace(result(), seeds=3)))


def test_each_figure_has_a_place_and_data() -> None:
    page = study_to_html(result())
    places = [a["id"] for tag, a in Elements(page).found if a.get("role") == "figure"]
    figures = json.loads(re.search(r"const FIGURES = (.*?);\n", page).group(1))  # type: ignore[union-attr]
    assert places == list(figures) == [figure.name for figure in report_figures("study") if figure.fits(result())]
    assert all(set(one) == {"light", "dark"} for one in figures.values())


@pytest.mark.parametrize("budgets", [(1,), (4,), (1, 64)])
@pytest.mark.parametrize("methods", [(LEADER_METHOD,), ("dvts",)])
def test_small_studies_are_told(methods: tuple[str, ...], budgets: tuple[int, ...]) -> None:
    page = study_to_html(result(None, methods, budgets, 2))
    assert page.startswith("<!doctype html>")
    assert re.findall(r"N = \d+", body(page)) == [f"N = {budget}" for budget in budgets]


def test_it_is_closed_to_the_outside() -> None:
    assert_closed(study_to_html(result()))


def test_hostile_texts_stay_texts() -> None:
    tame = rename_method(result({"a": {"b": "c"}}), "dvts", "new_method")
    wild = rename_method(result({HOSTILE: {HOSTILE: HOSTILE}}), "dvts", HOSTILE)
    assert_tame(study_to_html(wild), study_to_html(tame), 4)
