"""The reward lab: many runs under one reward, and what is wrong with it. A visit's lab → the value of every part."""

from __future__ import annotations

from collections.abc import Sequence

from pfviz.figures.registry import tab_figures
from pfviz.page.components.html import fill
from pfviz.page.components.plotly_pane import to_pane_value
from pfviz.page.render.lab import lab_findings
from pfviz.page.render.part_values import PartValues
from pfviz.page.state.lab_state import Lab
from pfviz.text import pluralise

FIGURES = tuple(figure.part for figure in tab_figures("diagnosis"))
PARTS = ("lab_note", "lab_empty", "lab_measures", "lab_findings", *FIGURES)
BATCH_SIZES = (8, 16, 30)
"""Problems of a batch."""


def empty_lab() -> str:
    """Return what the lab is for, and two ways to begin."""
    return fill("lab/empty.html.j2")


def idle_progress() -> str:
    """Return the line of the lab while no batch goes on."""
    return _progress_line("idle", "")


def render_parts(lab: Lab) -> PartValues:
    """Everything that depends on the runs of the lab and on what was diagnosed."""
    lab = lab.snapshot()
    found = lab.diagnosis
    values: PartValues = {"lab_note": runs_note(lab), "lab_any": found is not None}
    if found is None:
        return dict.fromkeys(PARTS, "") | values | {"lab_empty": empty_lab()}
    return (
        values
        | {"lab_empty": "", "lab_measures": lab_findings.measures(found), "lab_findings": lab_findings.findings(lab)}
        | draw_figures(lab)
    )


def draw_figures(lab: Lab) -> PartValues:
    """Return the value of each of `FIGURES`; empty where nothing was diagnosed."""
    found = lab.diagnosis
    if found is None:
        return dict.fromkeys(FIGURES, "")
    return {
        figure.part: to_pane_value(figure.draw(found, title=False), run=f"lab {found.reward}", steps=0, selected=None)
        for figure in tab_figures("diagnosis")
    }


def runs_note(lab: Lab) -> str:
    """Return which runs are spoken of, and what was left out or refused; empty where there is nothing to say."""
    found = lab.diagnosis
    if found is None and not lab.messages:
        return ""
    about = None
    if found is not None:
        about = {
            "reward": found.reward,
            "runs": pluralise(found.runs, "run"),
            "problems": pluralise(len(found.rows.problems), "problem"),
            "steps": f"{len(found.rows):,}",
            "is_judged": found.rows.judged,
            "others": [
                (reward, pluralise(runs, "run")) for reward, runs in lab.rewards.items() if reward != found.reward
            ],
        }
    return fill("lab/note.html.j2", about=about, messages=lab.messages)


def progress(lab: Lab, done: int, total: int, now: str = "", *, ended: str = "") -> str:
    """Return the line of a batch: how many of its runs are over, what the one under way does, and the AUC so far."""
    auc = "" if lab.diagnosis is None else lab_findings.format_estimate(lab.diagnosis.measures.auc)[0]
    facts = [now] if now else []
    facts += [f"AUC {auc}"] if auc else []
    lead = f"{ended}: {done} of {total} runs" if ended else f"{done} of {total} runs"
    return _progress_line("done" if ended else "busy", lead, facts, live=True, share=None if ended else done / total)


def reading_progress(files: int) -> str:
    """Return the line while files are read and diagnosed."""
    return _progress_line("busy", f"Reading {pluralise(files, 'file')}")


def failed_progress(text: str) -> str:
    """Return the line of a batch that cannot go on."""
    return _progress_line("failed", text)


def _progress_line(
    kind: str, lead: str, facts: Sequence[str] = (), *, live: bool = False, share: float | None = None
) -> str:
    return fill("lab/progress.html.j2", kind=kind, lead=lead, facts=facts, live=live, share=share)
