"""The findings of a diagnosis as HTML: a sentence each, how large and how sure, and the particles that show it."""

from __future__ import annotations

import html
from collections.abc import Sequence

from pfviz.figures import theme
from pfviz.figures.lab.estimates import format_counts, format_estimate
from pfviz.figures.run.leaves import CORRECTNESS_MARKS
from pfviz.lab.causes import Finding
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.examples import Example, ScoredStep, build_example
from pfviz.lab.glossary import CAUSES
from pfviz.report.mathtext import render
from pfviz.text import shorten

_REWARD_COLOURS = [colour for _, colour in theme.REWARD_SCALE]
MAX_CHARS = 600
"""Characters of a step or a problem that are shown."""


def findings_html(diagnosis: Diagnosis, sources: Sequence[str] = ()) -> str:
    """Two cards: what is wrong, ranked, and what that did to the runs."""
    found, did = diagnosis.findings.found, diagnosis.consequences.found
    return f"""<section class="card block"><h2>What is wrong</h2>
<p class="reads">Findings that name a cause come first, the largest first. The size, from 0 to 1, is about
the share of pairs of a right and a wrong prefix that it spoils.</p>
{_finding_list(diagnosis, found, sources) or "<p>Nothing was found.</p>"}</section>
<section class="card block"><h2>What that did to the runs</h2>
{_finding_list(diagnosis, did, sources) or "<p>Nothing that is sure.</p>"}</section>"""


def _finding_list(diagnosis: Diagnosis, found: Sequence[Finding], sources: Sequence[str]) -> str:
    items = "".join(_finding_item(diagnosis, one, sources) for one in found)
    return f'<ol class="findings">{items}</ol>' if items else ""


def _finding_item(diagnosis: Diagnosis, one: Finding, sources: Sequence[str]) -> str:
    shown = [_example_html(build_example(diagnosis, row), sources) for row in one.examples]
    opened = "" if one.general else " open"
    examples = (
        f'<details class="examples"{opened}><summary>Examples</summary>{"".join(shown)}</details>' if shown else ""
    )
    size = min(1.0, max(0.0, one.size))
    facts = [
        html.escape(CAUSES.get(one.cause, one.cause)) + (", names no cause" if one.general else ""),
        f"{format_estimate(one.estimate)}"
        f", {format_counts(one.estimate, 'runs' if one.cause in ('killed', 'falls') else 'prefixes')}",
    ]
    return f"""<li id="finding-{html.escape(one.cause)}">
<p class="sentence">{html.escape(one.sentence)}</p>
<div class="meter" title="size {size:.2f}"><span><i style="width:{100 * size:.0f}%"></i></span>size {size:.2f}</div>
<p class="facts-line">{" · ".join(facts)}</p>
{examples}</li>
"""


def _example_html(one: Example, sources: Sequence[str]) -> str:
    """One line that opens to the whole prefix. It names the particle by the run's number, and the uid of its node."""
    source = f" · {html.escape(sources[one.run])}" if one.run < len(sources) else ""
    sweep = f", sweep {one.sweep + 1}" if one.sweep else ""
    where = f"run {one.run + 1}{sweep} · step {one.step + 1} · node {one.node}{source}"
    steps = "".join(f"<li>{_scored_step_html(step)}</li>" for step in one.path)
    return f"""<details data-run="{one.run}" data-sweep="{one.sweep}" data-node="{one.node}">
<summary>{_scored_step_html(one.last)}<span class="where-line">{where}</span></summary>
<p class="problem">{_text_html(one.problem)}</p>
<ol class="prefix">{steps}</ol></details>
"""


def _scored_step_html(step: ScoredStep) -> str:
    judged = {True: "right", False: "wrong", None: ""}[step.right]
    mark = f'<span class="{judged}" title="{judged}">{CORRECTNESS_MARKS[step.right]}</span> ' if judged else ""
    said = f"reward {step.reward:.2f}{f', {judged}' if judged else ''}"
    colour = _REWARD_COLOURS[round(min(1.0, max(0.0, step.reward)) * (len(_REWARD_COLOURS) - 1))]
    return (
        f'{mark}<span class="text">{_text_html(step.text)}</span> '
        f'<span class="reward"><i style="background:{colour}"></i>{said}</span>'
    )


def _text_html(text: str) -> str:
    return render(shorten(text, MAX_CHARS))
