"""The drawing, the image and the graph of a genealogy."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from xml.etree import ElementTree

import networkx
import numpy as np
import pytest
from PIL import Image

from pfviz.diagnostics import survivors
from pfviz.diagnostics.graph import to_networkx
from pfviz.errors import ExportError, TraceError
from pfviz.exports.genealogy_drawing import draw_genealogy
from pfviz.exports.graphml import to_graphml
from pfviz.exports.png import SCALE, to_png
from pfviz.exports.svg import to_svg
from pfviz.figures.theme import reward_colour
from tests.traces import synthetic_trace

TRACE = synthetic_trace(8, 5)
HOSTILE = "]]></text><script>x</script>&\x00\ud800 \"'"
SVG = "{http://www.w3.org/2000/svg}"


def test_a_mark_stands_for_each_step_and_is_hollow_where_nobody_lives_on() -> None:
    drawing = draw_genealogy(TRACE)
    dead = TRACE.written & ~survivors(TRACE)
    assert len(drawing.marks) == TRACE.written.sum()
    assert sum(mark.is_hollow for mark in drawing.marks) == dead.sum()
    assert drawing.marks[0].colour == reward_colour(float(TRACE.rewards[0, 0]))
    first = [mark for mark in drawing.marks if mark.x == drawing.marks[0].x]
    heaviest, lightest = np.argmax(TRACE.weights[0]), np.argmin(TRACE.weights[0])
    assert first[heaviest].radius > first[lightest].radius


def test_every_line_begins_where_a_mark_is() -> None:
    drawing = draw_genealogy(TRACE)
    places = {(mark.x, mark.y) for mark in drawing.marks}
    later = [edge for edge in drawing.edges if edge.x0 > min(edge.x0 for edge in drawing.edges)]
    assert sum((edge.x0, edge.y0) in places for edge in later) > 0.8 * len(later)  # the others come from one that waits


def test_the_svg_is_xml_without_a_script_whatever_the_texts_are() -> None:
    hostile = replace(TRACE, problem=HOSTILE, generator=HOSTILE, texts=[[HOSTILE] * 8] * TRACE.steps)
    root = ElementTree.fromstring(to_svg(hostile).encode())
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "rect", "g", "line", "path", "circle", "text",
    }  # fmt: skip
    assert len(root.findall(f".//{SVG}circle")) == TRACE.written.sum()
    assert "<script>x</script>&" in (root.find(f"{SVG}title").text or "")  # type: ignore[union-attr]


def test_the_png_is_an_image_of_the_same_shape_with_the_same_colours() -> None:
    drawing = draw_genealogy(TRACE)
    image = Image.open(io.BytesIO(to_png(TRACE)))
    assert image.size == (drawing.width * SCALE, drawing.height * SCALE)
    mark = max((mark for mark in drawing.marks if not mark.is_hollow), key=lambda mark: mark.radius)
    pixel = image.getpixel((round(mark.x * SCALE), round(mark.y * SCALE)))
    assert f"rgb({', '.join(map(str, pixel))})" == mark.colour  # type: ignore[arg-type]


def test_words_that_the_font_of_the_image_lacks_harm_nothing() -> None:
    strange = replace(TRACE, problem="数 🙂 \u202e \x00 ×")
    assert to_png(strange).startswith(b"\x89PNG")


def test_of_a_large_run_a_bounded_number_of_marks_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    alive = int((TRACE.written & survivors(TRACE)).sum())
    for most in (int(TRACE.written.sum()) - 1, alive - 2):
        monkeypatch.setattr("pfviz.exports.genealogy_drawing.MAX_MARKS", most)
        assert len(draw_genealogy(TRACE).marks) == min(most, alive)
    monkeypatch.setattr("pfviz.figures.size_limit.MAX_DRAWN_SLOTS", 30)
    with pytest.raises(TraceError, match="at most"):
        draw_genealogy(TRACE)


def test_one_particle_and_one_step_are_drawn() -> None:
    assert len(draw_genealogy(synthetic_trace(1, 1)).marks) == 1


def test_without_pillow_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ExportError, match="pip install pillow"):
        to_png(TRACE)


def test_graphml_is_read_back_as_the_graph() -> None:
    found, expected = networkx.parse_graphml(to_graphml(TRACE), node_type=int), to_networkx(TRACE)
    assert set(found.edges) == set(expected.edges)
    assert dict(found.nodes(data=True)) == dict(expected.nodes(data=True))
    assert found.graph["problem"] == TRACE.problem


def test_graphml_holds_texts_that_xml_cannot() -> None:
    hostile = replace(TRACE, problem=HOSTILE, texts=[[HOSTILE] * 8] * TRACE.steps)
    found = networkx.parse_graphml(to_graphml(hostile).encode().decode(), node_type=int)
    assert found.nodes[0]["text"] == HOSTILE.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
