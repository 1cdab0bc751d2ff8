"""`--fail-on`: numbers that end the command with a status of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfviz.cli.diagnose.limits import Limit, limit_values
from pfviz.lab.causes import Finding
from pfviz.lab.findings import Findings
from pfviz.stats.estimate import Estimate
from tests.cli.diagnose.commands import call
from tests.lab.diagnosed import diagnosis


def test_a_limit_that_is_crossed_is_named_and_ends_with_status_3(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    result = call(
        folder, "--fail-on", "auc=0.99", "--fail-on", "brier=0.9", "--fail-on", "unexplained=0", "--html", page
    )
    assert result.exit_code == 3
    crossed = [line for line in result.output.splitlines() if line.startswith("Limit crossed")]
    assert [line.split()[2] for line in crossed] == ["auc", "unexplained"]
    assert f"{diagnosis().measures.auc.value:.4g}, below 0.99" in crossed[0]
    assert page.exists()


def test_limits_that_hold_end_with_status_0(folder: Path) -> None:
    limits = ("auc=0.5", "brier=0.5", "calibration-error=0.5", "accuracy=0.5", "findings=0", "length=0")
    result = call(folder, *(word for limit in limits for word in ("--fail-on", limit)))
    assert result.exit_code == 0, result.output
    assert "Limit" not in result.output


def test_what_is_not_known_crosses_every_limit(folder: Path) -> None:
    result = call(folder, "--fail-on", "first-error=0")
    assert result.exit_code == 3
    assert "first-error is not known" in result.output


@pytest.mark.parametrize(
    ("name", "value", "crossed"),
    [("auc", 0.79, True), ("auc", 0.8, False), ("brier", 0.81, True), ("brier", 0.8, False), ("blind", 0.9, True)],
)
def test_which_side_of_a_limit_is_wrong(name: str, value: float, crossed: bool) -> None:
    assert (Limit(name, 0.8).violation({name: value}) is not None) is crossed


def test_findings_are_counted_if_they_name_a_cause_and_a_cause_has_the_size_of_its_largest() -> None:
    estimate = Estimate(0.1, 0.0, 0.2, 9, 5)
    sizes = (("blind", 0.2, False), ("blind", 0.4, False), ("level", 0.1, True))
    found = Findings(tuple(Finding(cause, "", size, estimate, (), general) for cause, size, general in sizes), ())
    told = limit_values(diagnosis().__class__(**{**vars(diagnosis()), "findings": found}))
    assert (told["findings"], told["blind"], told["level"], told["length"]) == (2, 0.4, 0.1, 0)


@pytest.mark.parametrize("limit", ["nonsense=1", "auc", "auc=high", "auc=nan", "=1"])
def test_a_limit_that_is_none_is_refused(limit: str, folder: Path) -> None:
    result = call(folder, "--fail-on", limit)
    assert (result.exit_code, "--fail-on" in result.stderr) == (2, True)
