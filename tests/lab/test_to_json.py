"""A diagnosis as plain data."""

from __future__ import annotations

import json
from dataclasses import replace

from pfviz.lab.causes import Finding
from pfviz.lab.findings import Findings
from pfviz.lab.glossary import CAUSES, MEASURES, measures_by_name
from pfviz.lab.to_json import diagnosis_to_dict
from pfviz.stats.estimate import Estimate
from tests.lab.diagnosed import diagnosis, unknown


def test_it_is_json_and_what_is_not_known_is_null() -> None:
    found = json.loads(json.dumps(diagnosis_to_dict(unknown()), allow_nan=False))
    assert found["measures"]["auc"]["value"] is None
    assert found["reliability"] == []


def test_it_has_the_numbers_of_the_diagnosis() -> None:
    one = diagnosis()
    found = json.loads(json.dumps(diagnosis_to_dict(one, ["a.json"]), allow_nan=False))
    assert (found["reward"], found["runs"], found["prefixes"], found["sources"]) == (
        "synthetic",
        10,
        len(one.rows),
        ["a.json"],
    )
    assert list(found["measures"]) == [measure.name for measure in MEASURES]
    assert found["measures"]["auc"]["low"] == one.measures.auc.low
    assert [bin["right"]["value"] for bin in found["reliability"]] == [bin.right.value for bin in one.reliability]
    assert [step["wrong"]["rows"] for step in found["scores_by_step"]] == [
        step.wrong.count for step in one.scores_by_step
    ]
    assert [point["n"] for point in found["best_of"]] == [point.n for point in one.best_of]
    assert found["auc_by_kind"]["in signs"]["problems"] == 10
    assert set(found["measures"]["auc"]) == {"value", "low", "high", "rows", "problems"}


def test_an_example_is_told_with_its_particle() -> None:
    one = diagnosis()
    finding = Finding("blind", "Errors pass.", 0.3, Estimate(0.1, 0.0, 0.2, 5, 4), (9,))
    found = diagnosis_to_dict(replace(one, findings=Findings((finding,), ())))["findings"]
    assert (found[0]["cause"], found[0]["size"], found[0]["estimate"]["high"]) == ("blind", 0.3, 0.2)
    (shown,) = found[0]["examples"]
    assert (shown["run"], shown["sweep"], shown["node"]) == one.node(9)
    assert (shown["text"], shown["reward"]) == (one.rows.texts[9], one.rows.reward[9])
    assert shown["problem"] == one.rows.problems[one.rows.problem[9]]


def test_every_name_of_a_measure_is_a_number() -> None:
    assert set(measures_by_name(diagnosis().measures)) == {measure.name for measure in MEASURES}
    assert not set(CAUSES) & {measure.name for measure in MEASURES}
