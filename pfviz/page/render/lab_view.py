"""The reward lab: many runs under one reward, and what is wrong with it. A visit's lab → the value of every part."""

from __future__ import annotations

from typing import Any

from pfviz.figures.registry import tab_figures
from pfviz.page.components.html import bar, escape
from pfviz.page.components.plotly_pane import to_pane_value
from pfviz.page.render import lab_findings
from pfviz.page.state.lab_state import Lab
from pfviz.text import pluralise

PartValues = dict[str, Any]

FIGURES = tuple(figure.part for figure in tab_figures("diagnosis"))
PARTS = ("lab_note", "lab_empty", "lab_measures", "lab_findings", *FIGURES)
BATCH_SIZES = (8, 16, 30)
"""Problems of a batch."""

EMPTY_LAB = (
    '<div class="lab-empty"><h2>Where is the reward wrong?</h2>'
    "<p>One run shows one problem. Here many runs under the same reward come together, and their steps are judged: "
    "what the reward does not notice, what it likes for no reason, and what that cost is said in sentences, the "
    "largest first. Every finding has examples, and each of them opens the run that it comes from.</p>"
    '<div class="begin"><button type="button" class="primary" data-lab="naive">Start a batch with the naive reward'
    "</button>"
    '<button type="button" data-lab="traces">Drop traces here, or choose files</button></div></div>'
)
IDLE_PROGRESS = '<div class="lab-progress idle">By best-of-N, with the settings on the left.</div>'


def render_parts(lab: Lab) -> PartValues:
    """Everything that depends on the runs of the lab and on what was diagnosed."""
    lab = lab.snapshot()
    found = lab.diagnosis
    values: PartValues = {"lab_note": runs_note(lab), "lab_any": found is not None}
    if found is None:
        return dict.fromkeys(PARTS, "") | values | {"lab_empty": EMPTY_LAB}
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
    """Which runs are spoken of, and what was left out or refused."""
    found, lines = lab.diagnosis, []
    if found is not None:
        problems = len(found.rows.problems)
        judged = "judged step by step" if found.rows.judged else "judged by the answers that they led to"
        lines.append(
            f"<p><b>{escape(found.reward)}</b>: {pluralise(found.runs, 'run')} of {pluralise(problems, 'problem')}, "
            f"{len(found.rows):,} steps, {judged}.</p>"
        )
        for reward, runs in lab.rewards.items():
            if reward != found.reward:
                lines.append(
                    f"<p>Left out: {pluralise(runs, 'run')} under {escape(reward)}. "
                    f'<button type="button" class="chip" data-reward="{escape(reward)}">Look at those</button></p>'
                )
    refused = "".join(f"<li>{escape(said)}</li>" for said in lab.messages)
    notes = f'<ul class="notes" role="alert">{refused}</ul>' if refused else ""
    return f'<div class="about-lab">{"".join(lines)}</div>{notes}' if lines or notes else ""


def progress(lab: Lab, done: int, total: int, now: str = "", *, ended: str = "") -> str:
    """The line of a batch: how many of its runs are over, what the one under way does, and the AUC so far."""
    auc = "" if lab.diagnosis is None else lab_findings.format_estimate(lab.diagnosis.measures.auc)[0]
    facts = [now] if now else []
    facts += [f"AUC {auc}"] if auc else []
    spans = "".join(f"<span>{escape(fact)}</span>" for fact in facts)
    lead = f"{ended}: {done} of {total} runs" if ended else f"{done} of {total} runs"
    return (
        f'<div class="lab-progress {"done" if ended else "busy"}" role="status" aria-live="polite"><i class="dot"></i>'
        f"<b>{escape(lead)}</b>{spans}{'' if ended else bar(done / total)}</div>"
    )


def reading_progress(files: int) -> str:
    """The line while files are read and diagnosed."""
    return (
        f'<div class="lab-progress busy" role="status"><i class="dot"></i><b>Reading '
        f"{pluralise(files, 'file')}</b></div>"
    )


def failed_progress(text: str) -> str:
    """The line of a batch that cannot go on."""
    return f'<div class="lab-progress failed" role="alert"><b>{escape(text)}</b></div>'
