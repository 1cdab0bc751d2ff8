"""A diagnosis as a page: what it tells, and that no text of a model or a file gets out of it."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pfviz.figures import theme
from pfviz.figures.registry import report_figures
from pfviz.lab.causes import Finding, OpenQuestion
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.findings import Findings
from pfviz.lab.glossary import MEASURES
from pfviz.report.lab import diagnosis_to_html
from pfviz.stats.estimate import Estimate
from tests.lab.diagnosed import HOSTILE, diagnosis, unknown
from tests.report import files
from tests.report.files import assert_closed, assert_tame, body

ESTIMATE = Estimate(-0.42, -0.66, -0.17, 160, 19)


def diagnosis_with_findings(hostile: bool = False) -> Diagnosis:
    """With a finding of each kind, whose examples are rows 3 and 7."""
    tail = f" {HOSTILE}" if hostile else ""
    blind = Finding("blind", f"Errors with minus pass.{tail}", 0.31, ESTIMATE, (3, 7))
    level = Finding("level", "It promises too much.", 0.04, ESTIMATE, (7,), general=True)
    killed = Finding("killed", "Right answers died.", 0.2, ESTIMATE)
    wanted = OpenQuestion("forgets", f"More runs would tell.{tail}")
    return replace(
        diagnosis(hostile), findings=Findings((blind, level), (wanted,)), consequences=Findings((killed,), (wanted,))
    )


def test_findings_are_told_in_their_order_with_size_and_interval() -> None:
    shown = body(diagnosis_to_html(diagnosis_with_findings()))
    places = [shown.index(text) for text in ("Errors with minus pass.", "It promises too much.", "Right answers died.")]
    assert places == sorted(places)
    assert "size 0.31" in shown
    assert "−0.42 (−0.66 to −0.17), 160 prefixes in 19 problems" in shown
    assert "160 runs in 19 problems" in shown  # what is counted of a consequence
    assert shown.count("names no cause") == 1
    assert shown.count("More runs would tell.") == 1


def test_an_example_names_its_particle_and_opens_to_the_whole_prefix() -> None:
    found = diagnosis_with_findings()
    shown = body(diagnosis_to_html(found, sources=[f"run-{k}.json" for k in range(10)]))
    rows = found.rows
    for row in (3, 7):
        run, sweep, node = found.node(row)
        start = shown.index(f'<details data-run="{run}" data-sweep="{sweep}" data-node="{node}">')
        one = shown[start : shown.index("</ol></details>", start)]
        assert f"run {run + 1} · step {rows.step[row] + 1} · node {node} · run-{run}.json" in one
        assert f"reward {rows.reward[row]:.2f}, {'right' if rows.right[row] else 'wrong'}" in one
        assert one.count("<li>") == rows.step[row] + 1


def test_every_measure_has_its_value_and_its_meaning() -> None:
    found = diagnosis_with_findings()
    shown = html.unescape(body(diagnosis_to_html(found)))
    assert all(one.title in shown and one.meaning in shown for one in MEASURES)
    auc = found.measures.auc
    assert f"{auc.value:.2f} ({auc.low:.2f} to {auc.high:.2f})" in shown
    assert "not known" in shown  # F1 of first errors: no step was judged


def test_no_text_of_others_is_markup() -> None:
    page = diagnosis_to_html(diagnosis_with_findings(hostile=True), sources=[HOSTILE] * 10)
    assert "<script>alert" not in page
    assert "<b>bold" not in body(page)
    assert body(page).count(html.escape("<script>alert(1)</script>")) > 10  # in sentences, steps, problems, sources
    assert page.count("<script>") == 2


def test_no_text_of_others_is_a_template() -> None:
    """In a sentence, an unknown cause, a question, the reward's name, the name of a file."""
    tame = diagnosis_with_findings()

    def spoil(text: str) -> Diagnosis:
        finding = Finding(text, text, 0.5, ESTIMATE, (3,))
        wanted = OpenQuestion("forgets", text)
        return replace(
            tame,
            reward=text,
            findings=Findings((finding,), (wanted,)),
            consequences=Findings((replace(finding, examples=()),), ()),
        )

    hostile = diagnosis_to_html(spoil(files.HOSTILE), sources=[files.HOSTILE] * 10)
    # two sentences, two causes, a question, a source; the reward's name is shortened
    assert_tame(hostile, diagnosis_to_html(spoil("a text"), sources=["a file"] * 10), 6)
    ids = [attributes["id"] for tag, attributes in files.Elements(hostile).found if tag == "li" and "id" in attributes]
    assert ids == [f"finding-{files.HOSTILE}"] * 2


def test_the_page_loads_nothing_and_has_both_looks() -> None:
    page = diagnosis_to_html(diagnosis_with_findings())
    assert_closed(page)
    figures = json.loads(re.search(r"const FIGURES = (.*?);\n", page).group(1))  # type: ignore[union-attr]
    assert set(figures) == {figure.name for figure in report_figures("diagnosis")}
    for one in figures.values():
        assert any(token in json.dumps(one["light"]) for token in theme.LIGHT_TO_DARK)
        assert not any(token in json.dumps(one["dark"]) for token in theme.LIGHT_TO_DARK)


def test_where_nothing_is_known_the_page_says_so() -> None:
    shown = body(diagnosis_to_html(unknown()))
    assert "Nothing was found." in shown
    assert "nan" not in re.sub(r"[a-z]nan|nan[a-z]", "", shown)
    assert "What is wanted" in shown


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
def test_in_a_browser_hostile_texts_do_not_run_and_nothing_is_wider_than_the_screen(
    width: int, browser: Any, tmp_path: Path
) -> None:
    (tmp_path / "report.html").write_text(diagnosis_to_html(diagnosis_with_findings(hostile=True)), encoding="utf-8")
    page, wrong = browser.new_page(viewport={"width": width, "height": 900}), []
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto((tmp_path / "report.html").as_uri())
    for name in (figure.name for figure in report_figures("diagnosis")):
        page.locator(f"#{name} .main-svg").first.wait_for()
    page.locator(".examples details summary").first.click()
    assert page.locator(".examples details[open] ol.prefix").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()
    assert wrong == []
