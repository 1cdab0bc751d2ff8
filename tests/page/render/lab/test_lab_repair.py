"""What a repair of the lab's reward would change."""

from __future__ import annotations

from pfviz.lab.repair.repair import repair_reward
from pfviz.page.render.lab import lab_findings
from pfviz.page.render.lab.lab_repair import MAX_RUNS, render_repair
from pfviz.page.state.lab_state import Lab
from pfviz.trace import Trace
from tests.lab.diagnosed import HOSTILE, runs
from tests.traces import synthetic_trace


def lab_of(*traces: Trace) -> Lab:
    lab = Lab()
    lab.add(traces)
    lab.diagnose()
    return lab


def test_the_lab_shows_the_repair_of_its_reward() -> None:
    lab = lab_of(*runs())
    shown = lab_findings.findings(lab)
    assert "Repair this reward" in shown
    assert "Brier score" in shown
    assert 'data-press="lab-save-map"' in shown
    lab.clear()
    assert lab.repair is None


def test_of_one_problem_nothing_is_fitted() -> None:
    lab = lab_of(synthetic_trace(8, 5))
    assert lab.repair is None
    assert "Repair" not in lab_findings.findings(lab)
    assert render_repair(None) == ""


def test_hostile_texts_stay_texts_and_the_table_is_short() -> None:
    shown = render_repair(repair_reward(runs(hostile=True)))
    assert "<script" not in shown
    assert HOSTILE not in shown
    assert shown.count("</tr>") <= MAX_RUNS + 10
