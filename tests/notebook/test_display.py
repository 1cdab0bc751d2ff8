"""What a notebook shows: small, tame, and only when it is wanted."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest

from pfviz.comparison.comparison import compare
from pfviz.lab.diagnosis import diagnose
from tests.traces import synthetic_trace

TRACE = synthetic_trace(8, 5)
HOSTILE = "\"></iframe><script>x</script>'<img src=x onerror=x>"


def page_of(shown: str) -> str:
    """The document in the frame."""
    assert shown.count("<iframe") == shown.count("</iframe>") == 1
    assert 'sandbox=""' in shown
    assert "<script" not in shown
    return html.unescape(shown.partition('srcdoc="')[2].partition('"')[0])


def test_a_run_shows_its_genealogy_and_its_answers() -> None:
    page = page_of(TRACE._repr_html_())
    assert page.count("<circle") == TRACE.written.sum()
    assert "<td>12</td>" in page
    assert "right" in page
    assert len(page) < 40_000


def test_runs_side_by_side_show_what_differs() -> None:
    page = page_of(compare([TRACE, synthetic_trace(8, 5, seed=1)])._repr_html_())
    assert page.count("<svg") == 2
    assert "<td>Answer</td>" in page


def test_a_diagnosis_shows_what_was_found_or_that_nothing_was() -> None:
    page = page_of(diagnose([TRACE])._repr_html_())
    assert "synthetic" in page
    assert "Nothing wrong was found." in page or "<li>" in page


@pytest.mark.parametrize("field", ["problem", "method", "generator", "truth"])
def test_texts_stay_texts(field: str) -> None:
    hostile = replace(TRACE, **{field: HOSTILE})
    page = page_of(hostile._repr_html_())
    assert "<script" not in page
    assert "<img" not in page
    page_of(compare([hostile, TRACE])._repr_html_())
    page_of(diagnose([replace(hostile, reward=HOSTILE)])._repr_html_())


def test_a_run_that_is_too_large_to_draw_is_shown_without_its_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfviz.figures.size_limit.MAX_DRAWN_SLOTS", 3)
    assert "<svg" not in page_of(TRACE._repr_html_())
