"""The comparison of the methods: what the page says of a study's result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pfviz.figures.registry import tab_figures
from pfviz.inference.methods import METHODS
from pfviz.page.render import comparison
from pfviz.study.plan import Unit, units
from pfviz.study.recorded import RECORDED, recorded_studies
from pfviz.study.result import Result
from pfviz.study.summary import summarise
from tests.study.outcomes import outcomes


def result(
    methods: tuple[str, ...] = ("particle_filtering", "best_of_n"), budgets: tuple[int, ...] = (1, 16)
) -> Result:
    def right(unit: Unit) -> bool:
        return unit.problem < {1: 2, 16: 6}[unit.budget] - (unit.method == "best_of_n")

    wanted = units(methods, budgets, 8, 1)
    return summarise(outcomes(wanted, right), wanted, {"reward": "embedded", "settings": {"tau": 1.0}})


@pytest.fixture
def anew() -> Iterator[None]:
    comparison.render_parts.cache_clear()
    yield
    comparison.render_parts.cache_clear()


def test_what_ships_compares_methods_on_two_hundred_problems() -> None:
    shipped = RECORDED["embedded"].load()
    assert {"particle_filtering", "beam_search", "dvts", "best_of_n", "greedy"} <= set(shipped.methods) <= set(METHODS)
    assert shipped.problems >= 200
    assert shipped.seeds >= 2
    assert {budget for budget, _ in shipped.curve("particle_filtering")} >= {1, 2, 4, 8, 16, 32, 64}


def test_the_words_are_the_numbers() -> None:
    said = comparison.describe_study(result())
    assert "the same 8 problems" in said
    assert "At N = 16 particle filtering answers <strong>75.0%</strong>" in said
    assert "the best of the other methods: Best of N 62.5%." in said
    assert "dvts" not in said.lower()
    assert "1 seed" in said


def test_the_best_three_of_the_others_are_named_whatever_they_are_called() -> None:
    skill = {"dvts": 4, "best_of_n": 3, "beam_search": 1, "self_consistency": 5}

    def right(unit: Unit) -> bool:
        return unit.problem < skill.get(unit.method, 2)

    wanted = units(("particle_filtering", *skill), (16,), 8, 1)
    found = summarise(outcomes(wanted, right), wanted, {})
    assert "methods: Self-consistency 62.5%, DVTS 50.0%, Best of N 37.5%." in comparison.describe_study(found)
    columns = [replace(one, method="<b>new") if one.method == "dvts" else one for one in found.columns]
    said = comparison.describe_study(replace(found, columns=tuple(columns)))
    assert "62.5%, &lt;b&gt;new 50.0%," in said


def test_whose_problems_they_are_is_said() -> None:
    assert "Held out from training (problem seed 0)" in comparison.describe_study(result())
    of_a_file = replace(result(), about={"dataset": "jsonl:<b>.jsonl (12)"})
    assert "Data set jsonl:&lt;b&gt;.jsonl (12) (problem seed 0)" in comparison.describe_study(of_a_file)


def test_why_stands_beside_it_and_is_escaped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = replace(RECORDED["embedded"], notes="words.txt", what="A <i>world</i>.")
    monkeypatch.setenv("PFVIZ_ASSETS", str(tmp_path))
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "words.txt").write_text("Because <b>x\n")
    said = comparison.describe_study(result(), study)
    assert "<p>Because &lt;b&gt;x</p>" in said
    assert "A &lt;i&gt;world" in said
    monkeypatch.delenv("PFVIZ_ASSETS")
    assert "limit, not the search" in RECORDED["embedded"].read_notes()


def test_a_study_without_sixteen_generations_speaks_of_its_largest() -> None:
    said = comparison.describe_study(result(budgets=(1,)))
    assert "At N = 1 particle filtering answers <strong>25.0%</strong>" in said
    assert said.count("At N = 1 particle") == 1
    assert "At N =" not in comparison.describe_study(result(methods=("best_of_n",)))


def test_a_file_is_escaped() -> None:
    said = comparison.describe_study(replace(result(), about={"reward": "<b>x", "settings": {"<i>": "<u>"}}))
    assert not {"<b>x", "<i>", "<u>"} & set(said.split())
    assert "&lt;b&gt;x" in said


def test_every_part_has_a_value(anew: None) -> None:
    values = comparison.render_parts()
    assert tuple(values) == comparison.PARTS
    shown = RECORDED["embedded"].load()
    for figure in tab_figures("study"):
        drawn = json.loads(values[figure.part])
        assert bool(drawn["data"]) or not figure.fits(shown)
        assert drawn["data"] or drawn["layout"]["annotations"]  # what was not recorded is said
    assert comparison.render_parts() is values  # drawn once


def test_where_nothing_is_shipped_it_says_how_to_make_it(
    anew: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PFVIZ_ASSETS", str(tmp_path))
    values = comparison.render_parts()
    assert tuple(values) == comparison.PARTS
    assert "pfviz study" in values["study_about"]
    assert set(values.values()) == {"", values["study_about"]}


def test_every_study_that_ships_is_drawn_and_its_parts_are_its_own(anew: None) -> None:
    shipped = recorded_studies()
    assert comparison.study_choices() == [(study.title, study.name) for study in shipped]
    assert [study.name for study in shipped] == list(RECORDED)
    for study in shipped:
        values = comparison.render_parts(study.name)
        assert study.what.split(".")[0] in values["study_about"]
        for part in comparison.PARTS[1:]:
            assert json.loads(values[part])["layout"]["meta"]["run"].endswith(study.name)
    assert comparison.render_parts("of a later version") == comparison.render_parts(shipped[0].name)


def test_every_figure_has_a_tab_and_a_tab_knows_its_parts() -> None:
    tabs = comparison.study_tabs()
    parts = [figure.part for figures in tabs.values() for figure in figures]
    assert sorted(parts) == sorted(comparison.PARTS[1:])
    for title, figures in tabs.items():
        assert comparison.parts_in(title) == {"study_about", *(figure.part for figure in figures)}
    assert comparison.parts_in("of a later version") == {"study_about"}


def test_the_horizon_study_has_problems_of_up_to_twelve_steps() -> None:
    found = RECORDED["horizon"].load()
    assert [(s.first, s.last) for s in found.strata] == [(1, 3), (4, 6), (7, 9), (10, 12)]
    assert {"particle_filtering", "dvts", "beam_search", "best_of_n"} <= set(found.methods)
    assert found.problems >= 200


def test_the_study_of_a_published_model_shows_a_filter_beside_samples_that_nobody_selects() -> None:
    found = RECORDED["gsm8k"].load()
    assert found.about["generator"] == "Qwen/Qwen2.5-Coder-0.5B-Instruct"
    assert found.problems == 15  # whose independent samples were written as the filter writes: docs/results.md
    assert sum(stratum.problems for stratum in found.strata) == found.problems
    lines = json.loads(comparison.render_parts("gsm8k")["study_lineages"])["data"]
    assert {"Particle filtering", "Independent samples"} <= {line.get("name") for line in lines}
