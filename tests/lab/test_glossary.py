"""What the lab calls things."""

from __future__ import annotations

from pfviz.lab.glossary import CAUSES
from pfviz.lab.selftest.faults import FAULTS


def test_every_cause_that_the_lab_knows_has_a_name_in_the_glossary() -> None:
    named = {cause for fault in FAULTS for cause in fault.causes}
    assert named <= set(CAUSES)
