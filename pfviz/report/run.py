"""A run as one HTML file that works offline: every figure, the answers, every solution."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pfviz.diagnostics.health import run_health
from pfviz.figures.registry import report_figures, stage_figures
from pfviz.figures.size_limit import check_drawable
from pfviz.replay.parts import SCRIPTS, STYLESHEET, transport_html
from pfviz.report.document import Judgement, build_card, judge, render_document
from pfviz.report.run_data import reported_resamplings, script_data
from pfviz.text import shorten
from pfviz.trace.trace import Trace

MAX_ANSWERS = 30
"""Rows of the table of answers."""

MAX_TITLE = 2000
"""Characters that a pointer over a cut answer shows."""


def to_html(trace: Trace) -> str:
    """Return a stand-alone report of a run: plotly.js inside, no network, light and dark by the reader's setting.

    A click on any step shows its solution. Texts are escaped; a content policy forbids every load from outside.

    Raises:
        TraceError: the run is too large to be drawn.
    """
    check_drawable(trace)
    stage = [build_card(figure, trace) for figure in stage_figures()]
    cards = [build_card(figure, trace) for figure in report_figures() if figure.fits(trace)]
    return render_document(
        "run.html.j2",
        title=shorten(trace.problem, 80) or "A run",
        method=trace.method,
        problem=trace.problem,
        answer=_chosen_answer(trace),
        facts=_facts(trace),
        health=[finding.sentence for finding in run_health(trace)],
        stage=stage,
        cards=cards,
        has_steps=trace.steps > 0,
        answers=_answer_rows(trace),
        event_steps=reported_resamplings(trace),
        settings=_settings(trace),
        data=script_data(trace, [*stage, *cards]),
        transport=transport_html(),
        replay_css=Markup(STYLESHEET.read_text(encoding="utf-8")),
        replay_js=Markup("\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)),
    )


@dataclass(frozen=True, slots=True)
class ChosenAnswer:
    """The answer at the head of a report. `text`, which is cut, may hold mathematics."""

    text: str
    full: str
    judgement: Judgement | None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A row of the table of answers. `text`, which is cut, may hold mathematics."""

    text: str
    full: str
    judgement: Judgement | None
    mass: str
    count: int
    best_reward: str


def _chosen_answer(trace: Trace) -> ChosenAnswer | None:
    answer = trace.choice
    if answer is None:
        return None
    return ChosenAnswer(shorten(answer.display, 60), shorten(answer.display, MAX_TITLE), judge(answer.correct))


def _facts(trace: Trace) -> list[tuple[str, str]]:
    """Return the numbers beside the answer, as (name, value)."""
    facts = [("of the weight", f"{trace.choice.mass:.0%}")] if trace.choice else []
    facts += [
        ("particles", str(trace.particles)),
        ("steps", str(trace.steps)),
        ("resamplings", str(int(trace.resampled.sum()))),
        ("tokens", f"{trace.written_tokens:,}" if trace.written_tokens or not trace.steps else "unknown"),
    ]
    if trace.steps:
        facts.append(("seconds", f"{trace.seconds[-1]:.1f}"))
    if trace.status != "finished":
        facts.append(("status", trace.status))
    return facts


def _answer_rows(trace: Trace) -> list[AnswerRow]:
    return [
        AnswerRow(
            text=shorten(row.display, 80),
            full=shorten(row.display, MAX_TITLE),
            judgement=judge(row.correct),
            mass=f"{row.mass:.3f}",
            count=row.count,
            best_reward=f"{row.best_reward:.3f}",
        )
        for row in trace.answers.rows[:MAX_ANSWERS]
    ]


def _settings(trace: Trace) -> list[tuple[str, str]]:
    """Return what the run was made with, as (name, value)."""
    values = {
        "generator": trace.generator,
        "reward": trace.reward,
        "seed": trace.seed,
        **{name.replace("_", " "): value for name, value in trace.settings.items()},
        "status": trace.status,
        "started": trace.started,
        **trace.versions,
    }
    return [(str(name), shorten(str(value), 80)) for name, value in values.items()]
