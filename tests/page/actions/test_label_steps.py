"""The visitor labels steps."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pfviz.diagnostics.truth import truth
from pfviz.lab.labelling import get_label
from pfviz.lab.probes.values import PrefixValue
from pfviz.page.actions import navigate
from pfviz.page.actions.label_steps import write_labels
from pfviz.page.render.keys import KEYS
from pfviz.page.render.run.step_labels import LABEL_KEYS, UNDO_KEY
from pfviz.page.state.visits import Visit
from tests.sweeps import gibbs
from tests.traces import synthetic_trace

RIDDLE = synthetic_trace(truth=None, problem="A riddle")


def visiting() -> Visit:
    return Visit(trace=RIDDLE, selected=0)


@pytest.mark.parametrize(("label", "sign"), [("good", "✓"), ("neutral", "○"), ("bad", "✗")])
def test_a_label_is_shown_in_the_inspector_and_in_the_genealogy_and_counts_at_once(label: str, sign: str) -> None:
    visit = visiting()
    before = navigate.redraw(visit)
    assert "step labels" not in before["genealogy"]
    assert 'data-press="save-labels-trl"' not in before["inspector"]
    navigate.select(visit, {"label": label, "of": 0})
    assert visit.trace is not None
    assert get_label(visit.trace, 0) == label
    assert truth(visit.trace).source == "steps"
    shown = navigate.redraw(visit)
    assert f'<span class="sign {label}" title="labelled {label}">{sign}' in shown["inspector"]
    assert f'data-label="{label}" data-of="0" data-role="label-{label}" aria-pressed="true"' in shown["inspector"]
    signs = [one["text"] for one in json.loads(shown["genealogy"])["data"] if one.get("name") == "step labels"]
    assert signs == [[f"<b>{sign}</b>"]]
    navigate.select(visit, {"label": "none", "of": 0})
    assert navigate.redraw(visit) == before


@pytest.mark.parametrize("sent", [{"label": "great", "of": 0}, {"label": "good", "of": 10**6}, {"label": "good"},
                                  {"label": ["good"], "of": "0"}])  # fmt: skip
def test_what_is_no_label_of_a_step_changes_nothing(sent) -> None:
    visit = visiting()
    navigate.select(visit, sent)
    assert visit.trace is RIDDLE


def test_nothing_is_labelled_while_a_run_goes_on() -> None:
    running = replace(RIDDLE, status="running")
    visit = Visit(trace=running, selected=0)
    visit.begin_run()
    navigate.select(visit, {"label": "good", "of": 0})
    assert visit.trace is running
    assert "data-label" not in navigate.redraw(visit)["inspector"]


def test_a_step_of_an_earlier_sweep_is_labelled_there() -> None:
    run = gibbs()
    visit = Visit(trace=run, sweep=0, selected=int(run.earlier[0].uids[0, 0]))
    navigate.select(visit, {"label": "bad", "of": visit.selected})
    assert visit.trace is not None
    assert get_label(visit.trace.earlier[0], visit.selected or 0) == "bad"
    assert visit.trace.step_labels.tobytes() == run.step_labels.tobytes()


def test_labels_and_measured_values_are_taken_home() -> None:
    visit = visiting()
    assert write_labels(visit, "trl") is None
    other = int(RIDDLE.uids[0, 1])
    visit.probe_state.for_sweep(0).prefix_values = (PrefixValue((other,), 0.4, right=0, rollouts=3),)
    navigate.select(visit, {"label": "good", "of": 0})
    path = write_labels(visit, "trl")
    assert path is not None
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [True] in [row["labels"] for row in rows]
    assert any(row["labels"][0] is False for row in rows)
    visit.leave()


def test_the_sheet_of_keys_names_those_that_label() -> None:
    assert {key for one in KEYS["Label"] for key in one.keys} == {*LABEL_KEYS.values(), UNDO_KEY}
    others = [key for group, keys in KEYS.items() if group != "Label" for one in keys for key in one.keys]
    assert not set(others) & {*LABEL_KEYS.values(), UNDO_KEY}
