"""The findings of a diagnosis as a report shows them: how large and how sure, and the particles that show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pfviz.figures import theme
from pfviz.figures.lab.estimates import format_counts, format_estimate
from pfviz.lab.causes import Finding
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.examples import Example, ScoredStep, build_example
from pfviz.lab.glossary import CAUSES
from pfviz.report.document import Judgement, judge
from pfviz.text import shorten

_REWARD_COLOURS = [str(colour) for _, colour in theme.REWARD_SCALE]
MAX_CHARS = 600
"""Characters of a step or a problem that are shown."""


@dataclass(frozen=True, slots=True)
class StepItem:
    """A step with its reward. `text` may hold mathematics; `colour` is that of the reward."""

    text: str
    judgement: Judgement | None
    reward: str
    colour: str


@dataclass(frozen=True, slots=True)
class ExampleItem:
    """A prefix that shows a finding; its last step is the example. `problem` may hold mathematics."""

    run: int
    sweep: int
    node: int
    place: str
    problem: str
    path: list[StepItem]


@dataclass(frozen=True, slots=True)
class FindingItem:
    """A finding: what it is, its size in digits and as the width of a bar in per cent, what is known of it."""

    cause: str
    sentence: str
    size: str
    width: str
    facts: str
    examples: list[ExampleItem]
    is_open: bool  # whether its examples are seen at once


def build_finding_items(
    diagnosis: Diagnosis, findings: Sequence[Finding], sources: Sequence[str] = ()
) -> list[FindingItem]:
    """Return the findings in their order, with their examples; `sources` is what each run is called."""
    return [_build_finding_item(diagnosis, one, sources) for one in findings]


def _build_finding_item(diagnosis: Diagnosis, finding: Finding, sources: Sequence[str]) -> FindingItem:
    size = min(1.0, max(0.0, finding.size))
    facts = (
        CAUSES.get(finding.cause, finding.cause) + (", names no cause" if finding.general else ""),
        f"{format_estimate(finding.estimate)}"
        f", {format_counts(finding.estimate, 'runs' if finding.cause in ('killed', 'falls') else 'prefixes')}",
    )
    return FindingItem(
        cause=finding.cause,
        sentence=finding.sentence,
        size=f"{size:.2f}",
        width=f"{100 * size:.0f}",
        facts=" · ".join(facts),
        examples=[_build_example_item(build_example(diagnosis, row), sources) for row in finding.examples],
        is_open=not finding.general,
    )


def _build_example_item(example: Example, sources: Sequence[str]) -> ExampleItem:
    source = f" · {sources[example.run]}" if example.run < len(sources) else ""
    sweep = f", sweep {example.sweep + 1}" if example.sweep else ""
    return ExampleItem(
        run=example.run,
        sweep=example.sweep,
        node=example.node,
        place=f"run {example.run + 1}{sweep} · step {example.step + 1} · node {example.node}{source}",
        problem=shorten(example.problem, MAX_CHARS),
        path=[_build_step_item(step) for step in example.path],
    )


def _build_step_item(step: ScoredStep) -> StepItem:
    judgement = judge(step.right)
    place = round(min(1.0, max(0.0, step.reward)) * (len(_REWARD_COLOURS) - 1))
    return StepItem(
        text=shorten(step.text, MAX_CHARS),
        judgement=judgement,
        reward=f"reward {step.reward:.2f}{f', {judgement.word}' if judgement else ''}",
        colour=_REWARD_COLOURS[place],
    )
