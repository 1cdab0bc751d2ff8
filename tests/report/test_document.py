"""The frame of every file, and rules that hold for all templates."""

from __future__ import annotations

import ast
import base64
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import numpy as np
import plotly.graph_objects as go
import pytest

from pfviz import report
from pfviz.figures import theme
from pfviz.figures.plotly_js import PLOTLY_JS
from pfviz.figures.registry import Figure
from pfviz.report.document import FigureCard, build_card, figure_spec, judge, plotly_js, recolour_specs, render_document
from pfviz.templating import environment
from tests.report.files import HOSTILE, Elements, assert_closed, assert_tame

FOLDER = Path(report.__file__).parent
TEMPLATES = environment("pfviz.report").list_templates()


def frame(title: str = "A title", **values: Any) -> str:
    return render_document("document.html.j2", title=title, **values)


def test_the_frame_is_closed_to_the_outside() -> None:
    assert_closed(frame())


def test_a_hostile_title_is_text() -> None:
    assert_tame(frame(HOSTILE), frame(), 1)


@pytest.mark.parametrize("compiles_code", [True, False])
def test_only_a_file_that_must_may_make_code_from_text(compiles_code: bool) -> None:
    page = frame(compiles_code=compiles_code)
    policy = next(a["content"] for tag, a in Elements(page).found if "http-equiv" in a)
    unsafe = " 'unsafe-eval'" if compiles_code else ""
    assert policy == (
        f"default-src 'none'; script-src 'unsafe-inline'{unsafe}; style-src 'unsafe-inline'; img-src data: blob:"
    )


def test_colours_are_there_light_and_dark() -> None:
    light, dark = frame().split("<style>")[1].split("</style>")[0].split("@media (prefers-color-scheme: dark)")
    assert f"--ink: {theme.INK};" in light
    assert f"--ink: {theme.LIGHT_TO_DARK[theme.INK]};" in dark
    assert f"--font: {theme.FONT};" in light  # its quotes are not escaped


def test_plotly_is_whole_and_cannot_close_its_script() -> None:
    assert frame().count(plotly_js()) == 1
    assert len(plotly_js()) == len(PLOTLY_JS.read_text(encoding="utf-8").replace("</script", "<\\/script"))
    assert "</script" not in plotly_js()


def test_a_file_is_a_plain_string() -> None:
    """Text that somebody adds to `Markup` would be escaped."""
    assert type(frame()) is str


def draw_scores(subject: str, title: bool = True) -> go.Figure:
    """Stands for a function of the registry."""
    assert not title
    meta = {"title": f"Found of {subject}", "reads": "Read it so."}
    return go.Figure(layout={"height": 210, "font": {"color": theme.INK}, "meta": meta})


def card() -> FigureCard:
    return build_card(Figure("by_step", "Scores", f"{__name__}:draw_scores"), "a subject")


def test_a_card_says_what_the_layout_says() -> None:
    found = card()
    assert (found.name, found.title, found.finding, found.reads) == (
        "by_step",
        "Scores",
        "Found of a subject",
        "Read it so.",
    )
    assert found.height == 210
    assert "template" not in found.spec["layout"]


def test_specs_are_there_in_both_sets_of_colours() -> None:
    found = recolour_specs([card()])["by_step"]
    assert found["light"]["layout"]["font"]["color"] == theme.INK
    assert found["dark"]["layout"]["font"]["color"] == theme.LIGHT_TO_DARK[theme.INK]


def test_what_nobody_knows_is_not_judged() -> None:
    assert judge(None) is None
    assert [judge(correct).word for correct in (True, False)] == ["right", "wrong"]  # type: ignore[union-attr]


# --- all templates, all modules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_trusts_a_value(name: str) -> None:
    source = (FOLDER / "templates" / name).read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape|<script[^>]+src", source)
    environment("pfviz.report").get_template(name)  # it can be compiled


def test_no_figure_card_trusts_a_value() -> None:
    texts = dict.fromkeys(("name", "title", "finding", "reads", "height"), HOSTILE)
    macros = environment("pfviz.report").get_template("cards.html.j2").module
    shown = Elements(str(macros.figure_card(SimpleNamespace(**texts), HOSTILE, HOSTILE, HOSTILE)))  # type: ignore[attr-defined]
    assert shown.tags == ["section", "h2", "span", "p", "div"]
    assert shown.found[-1][1]["aria-label"] == HOSTILE
    assert shown.found[-1][1]["id"] == HOSTILE
    assert shown.shown.count(HOSTILE) == 5


def test_a_template_that_misses_a_value_fails() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render_document("study.html.j2", title="A title")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_markup_stands_in_templates(path: Path) -> None:
    """But for mathtext.py, which makes MathML. Docstrings are no markup."""
    if path.name == "mathtext.py":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert [text for text in texts if re.search(r"<[a-z]+[ >]|</[a-z]+>", text)] == []
    assert [node for node in ast.walk(tree) if isinstance(node, ast.Import) and node.names[0].name == "html"] == []


def test_arrays_take_half_the_room_where_their_numbers_fit() -> None:
    numbers = np.array([0.1, -2.5e7, np.nan, np.inf, 1 / 3])
    (plain,) = figure_spec(go.Figure(go.Scatter(y=numbers[:3])))["data"]
    (large,) = figure_spec(go.Figure(go.Scatter(y=numbers)))["data"]
    assert plain["y"]["dtype"] == "f4"
    found = np.frombuffer(base64.b64decode(plain["y"]["bdata"]), dtype="<f4")
    assert np.allclose(found, numbers[:3], rtol=1e-6, equal_nan=True)
    assert large["y"]["dtype"] == "f8"  # an infinity, or a number beyond single precision, stays as it is
