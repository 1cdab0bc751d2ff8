"""What is printed of a diagnosis."""

from __future__ import annotations

from pathlib import Path

from tests.cli.diagnose.commands import call, said, saved
from tests.lab.diagnosed import diagnosis


def test_a_finding_names_the_particle_of_its_examples(folder: Path) -> None:
    found = diagnosis()
    row = found.findings.found[0].examples[0]
    run, _, node = found.node(row)
    where = f"run {run + 1}, step {found.rows.step[row] + 1}, node {node}: reward {found.rows.reward[row]:.2f}"
    assert where in said(call(folder))


def test_no_control_character_of_others_reaches_the_terminal(tmp_path: Path) -> None:
    result = call(saved(tmp_path / "wild", hostile=True))
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    assert "[red]" in result.output  # not read as markup
