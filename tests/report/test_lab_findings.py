"""What a report says of each finding, before it is markup."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from pfviz.figures import theme
from pfviz.lab.causes import Finding
from pfviz.report.lab_findings import MAX_CHARS, FindingItem, build_finding_items
from pfviz.stats.estimate import Estimate
from tests.lab.diagnosed import diagnosis

ESTIMATE = Estimate(-0.42, -0.66, -0.17, 160, 19)
FINDING = Finding("blind", "Errors with minus pass.", 0.31, ESTIMATE, (3, 7))


def item(finding: Finding, sources: list[str] | None = None) -> FindingItem:
    (found,) = build_finding_items(diagnosis(), [finding], sources or [])
    return found


def test_a_finding_has_its_size_and_what_is_known_of_it() -> None:
    found = item(FINDING)
    assert (found.cause, found.sentence, found.size, found.width) == ("blind", "Errors with minus pass.", "0.31", "31")
    assert found.facts == "Errors of one kind are not noticed · −0.42 (−0.66 to −0.17), 160 prefixes in 19 problems"
    assert found.is_open
    assert len(found.examples) == 2


def test_what_names_no_cause_says_so_and_is_closed() -> None:
    found = item(replace(FINDING, general=True))
    assert "names no cause" in found.facts
    assert not found.is_open


@pytest.mark.parametrize(("size", "width"), [(1.7, "100"), (-0.2, "0")])
def test_no_bar_is_wider_than_its_place(size: float, width: str) -> None:
    assert item(replace(FINDING, size=size)).width == width


def test_consequences_are_counted_in_runs() -> None:
    assert item(replace(FINDING, cause="killed")).facts.endswith("160 runs in 19 problems")


def test_an_example_says_where_it_is_from() -> None:
    found = diagnosis()
    run, sweep, node = found.node(3)
    example = item(FINDING, [f"run-{k}.json" for k in range(10)]).examples[0]
    assert (example.run, example.sweep, example.node) == (run, sweep, node)
    assert example.place == f"run {run + 1} · step {found.rows.step[3] + 1} · node {node} · run-{run}.json"
    assert "run-" not in item(FINDING).examples[0].place
    assert len(example.path) == found.rows.step[3] + 1


def test_a_step_has_the_colour_of_its_reward() -> None:
    rows = diagnosis().rows
    last = item(FINDING).examples[0].path[-1]
    colours = [colour for _, colour in theme.REWARD_SCALE]
    assert last.colour == colours[round(float(rows.reward[3]) * (len(colours) - 1))]
    assert last.reward.startswith(f"reward {rows.reward[3]:.2f}")
    assert not math.isnan(rows.reward[3])


def test_long_texts_are_cut() -> None:
    found = diagnosis()
    texts = list(found.rows.texts)
    texts[3] = "word " * MAX_CHARS
    long = replace(found, rows=replace(found.rows, texts=texts))
    (one,) = build_finding_items(long, [FINDING])
    assert len(one.examples[0].path[-1].text) <= MAX_CHARS
