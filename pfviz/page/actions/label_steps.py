"""The visitor says of a step whether it is good, neutral or bad, and takes the labels home."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pfviz.diagnostics import kinship
from pfviz.exports.registry import file_name
from pfviz.lab.label_exports import ExportFormat, export_rows, labelled_solutions
from pfviz.lab.labelling import LABELS, set_label
from pfviz.page.state.visits import Visit


def label_step(visit: Visit, sent: Mapping[str, Any]) -> None:
    """Label the step of a node of the shown sweep, or, with "none", take its label back. Not while a run goes on, which
    would write over it."""
    run, sweep = visit.trace, visit.shown_sweep
    uid, label = kinship.valid_uid(sweep, sent.get("of")), sent.get("label")
    goes_on = visit.run is not None and run is not None and run.status == "running"
    if run is None or sweep is None or uid is None or goes_on or label not in (*LABELS, "none"):
        return
    if visit.sweep is None:
        visit.trace = set_label(run, uid, None if label == "none" else label)
    else:
        earlier = list(run.earlier)
        earlier[visit.sweep] = set_label(earlier[visit.sweep], uid, None if label == "none" else label)
        visit.trace = replace(run, earlier=tuple(earlier))
    visit.selected = uid
    visit.update_stored()


def write_labels(visit: Visit, to: ExportFormat) -> Path | None:
    """What is known of the steps of the run that is shown, as a file: labels, what the oracle says of the embedded
    pair's steps, and rollouts that were asked for. None where nothing is known."""
    run = visit.trace
    if run is None:
        return None
    solutions = [
        one
        for number, sweep in enumerate(run.sweeps)
        for one in labelled_solutions(sweep, values=visit.probe_state.for_sweep(number).measured_values)
    ]
    rows = list(export_rows(dict.fromkeys(solutions), to))
    if not rows:
        return None
    path = visit.folder() / file_name(run, "json").replace(".json", f"-{to}.jsonl")
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
