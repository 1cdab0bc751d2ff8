"""What the lab says: measures with their definitions, findings with their examples."""

from __future__ import annotations

import dataclasses
import math
import re

from pfviz.lab.causes import Finding, OpenQuestion
from pfviz.lab.findings import Findings
from pfviz.page.render.lab import lab_findings
from pfviz.page.state.lab_state import Lab
from pfviz.stats.estimate import Estimate
from tests.lab.diagnosed import diagnosis, runs

ESTIMATE = Estimate(-0.5, -0.7, -0.3, 40, 5)


def lab_with(*found: Finding, wanted: tuple[OpenQuestion, ...] = (), did: tuple[Finding, ...] = ()) -> Lab:
    lab = Lab(traces=[runs()[0], *runs()], diagnosed_runs=tuple(range(1, len(runs()) + 1)))
    lab.diagnosis = dataclasses.replace(diagnosis(), findings=Findings(found, wanted), consequences=Findings(did, ()))
    return lab


def test_a_measure_has_its_number_its_interval_and_a_definition_that_can_be_focused() -> None:
    said = lab_findings.measures(diagnosis())
    auc = diagnosis().measures.auc
    assert f"<b>{auc.value:.2f}</b><small>{auc.low:.2f} to {auc.high:.2f}</small>" in said
    for name in ("auc", "brier", "calibration-error", "first-error", "accuracy"):
        assert f'data-measure="{name}"' in said
    helps = re.findall(r'<span class="why" tabindex="0" data-why="([^"]+)" title="([^"]+)"', said)
    assert len(helps) == 5
    assert all(shown == title for shown, title in helps)


def test_what_is_not_known_is_a_dash() -> None:
    nan = math.nan
    assert lab_findings.format_estimate(Estimate(nan, nan, nan, 0, 0)) == ("–", "")
    assert lab_findings.format_estimate(ESTIMATE) == ("−0.50", "−0.70 to −0.30")
    said = lab_findings.measures(diagnosis())  # steps were not judged, so no first error is known
    assert re.search(r'data-measure="first-error">.*?<dd><b>–</b></dd>', said)


def test_a_finding_has_its_size_its_estimate_and_whether_it_names_a_cause() -> None:
    said = lab_findings.findings(
        lab_with(
            Finding("taste", "It likes <i>sevens</i>.", 0.4, ESTIMATE),
            Finding("level", "Scores are overconfident.", 0.1, ESTIMATE, general=True),
        )
    )
    first, second = said.split("</li>")[:2]
    assert "It likes &lt;i&gt;sevens&lt;/i&gt;." in first
    assert "<b>0.40</b>" in first
    assert "width:40.0%" in first
    assert "−0.50 (−0.70 to −0.30), 5 problems" in first
    assert "symptom only" not in first
    assert "symptom only" in second


def test_an_example_names_its_run_among_all_that_were_brought() -> None:
    lab = lab_with(Finding("taste", "It likes sevens.", 0.4, ESTIMATE, (20,)))
    assert lab.diagnosis is not None
    run, sweep, uid = lab.diagnosis.node(20)
    said = lab_findings.findings(lab)
    assert f'data-node="{run + 1} {sweep} {uid}"' in said
    assert "aria-current" not in said
    rows = lab.diagnosis.rows
    assert f"Run {run + 2}, step {rows.step[20] + 1}" in said
    assert ("✓ right" if rows.right[20] == 1 else "✗ wrong" if rows.right[20] == 0 else "?") in said
    lab.opened_node = (run + 1, sweep, uid)
    assert lab_findings.findings(lab).count('aria-current="true"') == 1


def test_consequences_and_what_would_settle_the_rest_stand_below() -> None:
    said = lab_findings.findings(
        lab_with(
            Finding("taste", "It likes sevens.", 0.4, ESTIMATE),
            wanted=(OpenQuestion("blind", "More <b>fractions</b>."),) * 2,
            did=(Finding("killed", "Right answers died.", 0.2, ESTIMATE),),
        )
    )
    assert said.index("It likes sevens.") < said.index("Right answers died.") < said.index("More &lt;b&gt;fractions")
    assert said.count("fractions") == 1  # each once


def test_without_findings_it_says_so() -> None:
    assert "Nothing so far." in lab_findings.findings(lab_with())
    assert lab_findings.findings(Lab()) == ""


def test_findings_of_one_cause_open_and_take_the_focus_apart() -> None:
    """Each has a key and roles of its own, also where they show the same particle."""
    one, other = (Finding("blind", sentence, 0.2, ESTIMATE, (3, 4)) for sentence in ("One.", "Other."))
    said = lab_findings.findings(lab_with(one, other, did=(Finding("deaths", "Died.", 0.1, ESTIMATE, (3,)),)))
    keys, roles = re.findall(r'data-key="([^"]+)"', said), re.findall(r'data-role="([^"]+)"', said)
    assert (len(keys), len(roles)) == (3, 5)
    assert len(set(keys)) == 3
    assert len(set(roles)) == 5
