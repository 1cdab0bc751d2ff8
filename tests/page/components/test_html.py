"""HTML of the page comes from templates alone, in which every value is text, and spaces are what is written."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jinja2
import pytest

import pfviz.page
from pfviz.page.actions import navigate
from pfviz.page.components.html import bar_width, error_banner, error_message, fill, problem_chips, small_text
from pfviz.page.render.lab import lab_view
from pfviz.page.render.reward import probe_forms, reward_tab
from pfviz.page.render.run import inspector, run_view
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.state.probe_answers import ProbeState
from pfviz.page.state.visits import Visit
from tests.page.render.run.test_inspector import Seen, poisoned
from tests.traces import synthetic_trace

PAGE = Path(pfviz.page.__file__).parent
TEMPLATES = sorted((PAGE / "templates").rglob("*.j2"))
HOSTILE = "</p><script>alert(1)</script>{{ 7*7 }}{% raw %}\"'&<img src=x onerror=alert(2)>"
TAG = re.compile(r"</?[a-z][a-z0-9]*(\s|/?>|$)")


def strings(path: Path) -> Iterator[str]:
    """Return the texts in a module's code; docstrings are none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


@pytest.mark.parametrize("path", sorted(PAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_no_markup_stands_in_python(path: Path) -> None:
    found = [text for text in strings(path) if TAG.search(text)]
    assert not found, "move it into a template of pfviz/page/templates"
    assert "escape(" not in path.read_text(encoding="utf-8"), "templates escape every value"


def test_a_template_trusts_no_value() -> None:
    """But for the rules of the tabs, whose names are the page's own."""
    assert [path.name for path in TEMPLATES if re.search(r"\|\s*safe", path.read_text(encoding="utf-8"))] == [
        "head.html.j2"
    ]
    assert not [path.name for path in TEMPLATES if "autoescape" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_is_filled_with_nothing_only_if_it_takes_nothing(path: Path) -> None:
    """It compiles, and a value that is missing is an error, never an empty place."""
    name = path.relative_to(PAGE / "templates").as_posix()
    fixed = "{{" not in path.read_text(encoding="utf-8") and "{%" not in path.read_text(encoding="utf-8")
    if fixed or name == "ui.html.j2":  # macros
        fill(name)
    else:
        with pytest.raises((jinja2.UndefinedError, TypeError)):  # or of the filter that gets nothing
            fill(name)


@pytest.mark.parametrize(
    ("said", "tags"),
    [
        (error_message(HOSTILE), ["p"]),
        (error_banner(HOSTILE), ["p"]),
        (small_text(HOSTILE), ["p"]),
        (problem_chips([HOSTILE], HOSTILE), ["p", "div", "button"]),
        (run_view.problem_error(HOSTILE, (HOSTILE,)), ["p", "p", "div", "button"]),
        (lab_view.failed_progress(HOSTILE), ["div", "b"]),
    ],
    ids=["field", "banner", "small print", "chips", "problem", "lab"],
)
def test_hostile_text_stays_text(said: str, tags: list[str]) -> None:
    assert type(said) is str, "text that is put beside it is not escaped by it"
    seen = Seen(said)
    assert seen.tags == tags
    assert not {name for name in seen.attributes if name.startswith("on") or name == "src"}
    assert HOSTILE in html.unescape(said), "nor is it computed, or cut"


def test_names_of_models_and_files_stay_text() -> None:
    state = ProbeState(ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "1"}))
    state.set_status(HOSTILE, busy=True)
    assert Seen(probe_forms.status_line(state)).tags == ["div", "i", "span", "button"]
    form = probe_forms.render_form(poisoned(), "words", 5, state.menu)
    assert {"script", "img"}.isdisjoint(Seen(form).tags)


@pytest.mark.parametrize("question", [*reward_tab.QUESTIONS, *reward_tab.MODEL_QUESTIONS])
def test_no_text_is_escaped_twice(question: str) -> None:
    shown = navigate.redraw(Visit(trace=poisoned(), tab="check", question=question, selected=5))
    for name in ("questions", "rule", "told", "inspector", "answer"):
        assert not re.search("&amp;(lt|gt|quot|#)", shown[name]), name


def test_nothing_says_nothing() -> None:
    assert error_message("") == error_banner("") == problem_chips([]) == ""


def test_a_line_break_of_a_template_is_no_space_on_the_page() -> None:
    for said in (inspector.no_selection(), inspector.inspect_particle(synthetic_trace(), 5), lab_view.empty_lab()):
        assert not re.search(r">\s*\n\s*<", said)
        assert not said.endswith("\n")


def test_an_edited_text_keeps_the_line_breaks_at_its_beginning() -> None:
    """A browser drops the first one in a field."""
    trace = synthetic_trace(2, 1)
    texts = [["\n\nso <b>", "b"]]
    form = probe_forms.render_form(replace(trace, texts=texts), "edit", 0, ModelMenu({}, False))
    assert ">\n\n\nso &lt;b&gt;</textarea>" in form


@pytest.mark.parametrize(("share", "width"), [(0.5, "50.0"), (-1.0, "0.0"), (7.0, "100.0"), (0.1234, "12.3")])
def test_a_bar_stays_in_its_track(share: float, width: str) -> None:
    assert bar_width(share) == width
