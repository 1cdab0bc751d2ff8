"""A reward model on ProcessBench as a page."""

from __future__ import annotations

from pfviz.report.processbench import processbench_to_html
from tests.figures.processbench.results import processbench
from tests.report.files import HOSTILE, Elements, assert_closed


def test_the_pictures_and_the_published_table_are_shown() -> None:
    page = processbench_to_html(processbench("Qwen/Qwen2.5-Math-7B-PRM800K"), ["gsm8k.json"])
    assert_closed(page)
    shown = Elements(page).shown
    assert "Qwen2.5-Math-7B-PRM800K (this model, as published)" in shown
    assert "of gsm8k.json" in shown
    assert Elements(page).tags.count("section") == 5


def test_hostile_names_stay_text() -> None:
    page = processbench_to_html(processbench(HOSTILE), [HOSTILE])
    assert_closed(page)
    assert "<script>alert" not in page.split("<body")[1]
