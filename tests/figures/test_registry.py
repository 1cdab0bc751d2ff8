"""Every figure stands once in a table, and what shows figures reads that table."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pfviz import figures
from pfviz.figures import registry
from pfviz.figures.registry import FIGURES, Figure
from pfviz.page.render.reward import reward_tab
from pfviz.page.render.run.tabs import TABS, mark_tabs, tab_css
from pfviz.report.run import to_html
from tests.sweeps import gibbs
from tests.traces import synthetic_trace

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("figure", FIGURES.values(), ids=lambda figure: figure.name)
def test_every_entry_draws(figure: Figure) -> None:
    assert callable(figure.plot)
    assert "title" in inspect.signature(figure.plot).parameters
    assert getattr(figures, figure.name) is figure.plot or figure.options
    assert figure.title == figure.title.strip() != ""


def test_every_function_that_plots_has_an_entry() -> None:
    paths = {figure.path for figure in FIGURES.values()}
    for module in pkgutil.walk_packages(figures.__path__, "pfviz.figures."):
        for name in vars(importlib.import_module(module.name)):
            if name.startswith("plot_") and vars(importlib.import_module(module.name))[name].__module__ == module.name:
                assert f"{module.name}:{name}" in paths


def test_no_figure_has_the_name_of_a_module() -> None:
    assert not {module.name for module in pkgutil.iter_modules(figures.__path__)} & set(FIGURES)
    parts = [figure.part for figure in FIGURES.values() if figure.stage or figure.tab is not None]
    assert len(parts) == len(set(parts))


def test_a_name_that_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = figures.nothing
    assert set(figures.__all__) == set(FIGURES) <= set(dir(figures))


def test_figures_are_named_without_plotly() -> None:
    code = "import sys, pfviz.figures, pfviz.figures.registry; print('plotly' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "False"


def test_a_figure_is_given_what_it_takes_and_its_options() -> None:
    trace = synthetic_trace()
    uid = int(trace.uids[2, 0])
    drawn = FIGURES["weights"].draw(trace, selected=uid, step=1, nothing=3)
    assert drawn.to_json() == figures.weights(trace, selected=uid).to_json()
    function = figures.budget_ratio_vote
    assert function.keywords == {"pick": "vote"}  # type: ignore[attr-defined]


def test_tab_and_section_have_one_title() -> None:
    page = to_html(gibbs())
    for figure in (*registry.stage_figures(), *registry.report_figures()):
        assert f'<h2>{figure.title}<span class="finding">' in page
    assert {tab.title for tab in TABS} == {figure.title for figure in registry.tab_figures()} | {"Reward check"}


def test_the_sections_of_a_report_are_those_that_fit_the_run_in_their_order() -> None:
    for run, wanted in ((gibbs(), True), (synthetic_trace(4, 3), False)):
        found = re.findall(r'<div class="plot" id="(\w+)"', to_html(run))
        assert found[:2] == ["genealogy", "strips"]
        assert found[2:] == ["answers", "resampling", "weights", "rewards", *(["sweeps"] if wanted else [])]


def test_a_tab_that_not_every_run_has_is_hidden_by_a_rule_until_the_run_has_it() -> None:
    assert mark_tabs(synthetic_trace(4, 3)) == ""
    assert mark_tabs(gibbs()) == '<i hidden data-tab="sweeps"></i>'
    place = [tab.name for tab in TABS].index("sweeps") + 1
    assert f'[data-tab="sweeps"])) #tabs [role="tablist"] > button:nth-of-type({place})' in tab_css()
    assert tab_css().count("display:none") == 1


def test_a_question_that_a_figure_answers_is_called_like_it() -> None:
    for name, figure in registry.question_figures().items():
        assert (reward_tab.QUESTIONS | reward_tab.MODEL_QUESTIONS)[name] == figure.title
