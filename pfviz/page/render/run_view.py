"""A trace and where the visitor looks → the value of every part of the page. Pure; live and opened runs look alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from pfviz.diagnostics import kinship, mass_name
from pfviz.figures import registry
from pfviz.page.components.html import bar, error_message, escape, format_score, percent, problem_chips
from pfviz.page.components.plotly_pane import to_pane_value
from pfviz.page.render import probe_forms, reward_tab, tabs
from pfviz.page.render.inspector import inspect_particle
from pfviz.page.serving.engine import WaitStatus
from pfviz.page.serving.model_loading import ModelLoading
from pfviz.page.serving.scheduler import Queued
from pfviz.page.state.probe_answers import ProbeState
from pfviz.page.state.progress import Progress
from pfviz.page.state.what_if_rule import RuleForm
from pfviz.report.mathtext import render
from pfviz.text import pluralise, shorten
from pfviz.trace import Trace

TABS = tuple(tab.name for tab in tabs.TABS)
PANES = (*(figure.part for figure in registry.stage_figures()), *TABS)
REWARD_TAB_PARTS = ("questions", "rule", "asking", "told")  # beside the picture of the tab "check"

PartValues = dict[str, Any]
"""Name of a part of the page → its new value; parts that are not named stay as they are."""

_STATUS_TEXTS = {
    "finished": "Finished",
    "step limit": "Step limit reached",
    "stopped": "Stopped",
    "running": "Cut short",
}


def render_parts(
    run: Trace,
    *,
    selected: int | None = None,
    tab: str = "weights",
    event: int | None = None,
    sweep: int | None = None,
    question: str = "deaths",
    rule_form: RuleForm | None = None,
    probe_state: ProbeState | None = None,
    marked: bool | None = False,
) -> PartValues:
    """Everything that depends on the trace. Only the open tab's figure is drawn; of a method of several sweeps the last
    one is shown, or the one of that number."""
    trace = run if sweep is None else run.sweep(sweep)
    if not trace.steps:
        return {"inspector": inspect_particle(None, None)}
    probe_state = probe_state or ProbeState()
    measured = probe_state.for_sweep(len(trace.earlier)).measured_values
    fixed: dict[str, Any] = {"selected": selected, "title": False}
    known: dict[str, Any] = fixed | {
        "horizon": _horizon(trace),
        "step": shown_event(trace, event),
        "shown": len(trace.earlier),
        "values": measured,
        "gaps": bool(measured) and probe_state.colour == "gap",
    }
    shown = [figure for figure in registry.tab_figures() if figure.part == tab]
    drawn = {
        figure.part: figure.draw(run if figure.whole_run else trace, **known)
        for figure in (*registry.stage_figures(), *shown)
    }
    if tab == "check":
        drawn |= reward_tab.draw_figures(trace, question, rule_form, probe_state, fixed)
    values: PartValues = {
        name: to_pane_value(
            figure,
            run=f"{trace.started} {trace.seed} {trace.problem[:40]} {len(trace.earlier)}",
            steps=trace.steps,
            selected=selected,
        )
        for name, figure in drawn.items()
    }
    if tab == "check":
        values = reward_tab.render_parts(trace, question, rule_form, probe_state, selected, marked) | values
    return values | {
        "inspector": inspect_particle(trace, selected, None if selected is None else measured.get(selected)),
        "colours": probe_forms.colour_switch(probe_state, bool(measured)),
        "answer": answer_card(run),
        "event": event_label(trace, event),
        "sweep": sweep_buttons(run, len(trace.earlier)) + tabs.mark_tabs(run),
        "notes": notes(run),
    }


def _horizon(trace: Trace) -> int:
    """Steps to leave room for: while a run goes on the axis grows in fours, so that it does not jump at every step."""
    if trace.status != "running":
        return trace.steps
    most = int(trace.settings.get("max_steps", 4096))
    return max(trace.steps, min(most, -(-(trace.steps + 1) // 4) * 4))


def shown_event(trace: Trace, event: int | None) -> int | None:
    """The step whose resampling event is shown: the chosen one, else the last; None without any."""
    events = np.flatnonzero(trace.resampled)
    if not len(events):
        return None
    return event if event is not None and event in events else int(events[-1])


def neighbour_event(trace: Trace, event: int | None, by: int) -> int | None:
    """The event before or after the shown one."""
    events = [int(step) for step in np.flatnonzero(trace.resampled)]
    shown = shown_event(trace, event)
    if shown is None:
        return None
    return events[min(len(events) - 1, max(0, events.index(shown) + by))]


def event_label(trace: Trace, event: int | None) -> str:
    """Which resampling event is shown, of how many."""
    shown = shown_event(trace, event)
    if shown is None:
        return '<span class="event">Nothing was resampled yet</span>'
    events = [int(step) for step in np.flatnonzero(trace.resampled)]
    return (
        f'<span class="event" aria-live="polite">After step <b>{shown + 1}</b> '
        f"<small>event {events.index(shown) + 1} of {len(events)}</small></span>"
    )


def answer_card(trace: Trace) -> str:
    """The answer card: what the run answers, with its posterior mass, when it is over."""
    if trace.status == "running" or not trace.steps:
        return ""
    chosen, voted, best = trace.choice, trace.pooled.by_weighted_vote, trace.pooled.by_highest_reward
    if chosen is None or voted is None or best is None:
        return (
            '<div class="answer none"><h3>No answer</h3><p>No particle boxed an answer before the run ended.</p></div>'
        )
    verdict = {
        None: "",
        True: '<span class="verdict right">✓ right</span>',
        False: f'<span class="verdict wrong">✗ the true answer is {render(trace.truth or "")}</span>',
    }[chosen.correct]
    told = sum(row.count for row in trace.pooled.rows) + len(trace.pooled.unanswered)
    agree = f"{chosen.count} of {told} particles"
    if trace.earlier:
        agree += f" of {told // trace.particles} iterations"
    second = ""
    if voted.canonical != chosen.canonical:
        second = (
            f'<p class="small">More of the weight says <b>{_render_short(voted.display)}</b> '
            f"({percent(voted.mass)}).</p>"
        )
    elif best.canonical != chosen.canonical:
        second = (
            f'<p class="small">The best-rewarded particle says <b>{_render_short(best.display)}</b> '
            f"(reward {format_score(best.best_reward)}).</p>"
        )
    return (
        f'<div class="answer"><h3>Answer</h3><div class="value">{_render_short(chosen.display)}</div>{verdict}'
        f'<div class="mass">{bar(chosen.mass, "wide")}<b>{percent(chosen.mass)}</b></div>'
        f'<p class="small">{mass_name(trace)}, {agree}</p>{second}</div>'
    )


def sweep_buttons(run: Trace, shown: int) -> str:
    """A button for each sweep of a method that has several: a row for each chain, in it its iterations."""
    if not run.earlier:
        return ""
    rows = []
    for chain in sorted({sweep.chain for sweep in run.sweeps}):
        own = [(number, sweep) for number, sweep in enumerate(run.sweeps) if sweep.chain == chain]
        several = len(own) < len(run.sweeps)
        name = f"Chain {chain + 1} <small>tau {own[0][1].temperatures[-1]:.3g}</small>" if several else "Iteration"
        buttons = "".join(
            f'<button type="button" data-sweep="{number}" data-role="sweep-{number}"'
            f'{" aria-current=true" if number == shown else ""} title="Iteration {sweep.iteration + 1}">'
            f"{sweep.iteration + 1}</button>"
            for number, sweep in own
        )
        rows.append(f'<div class="chain"><span>{name}</span>{buttons}</div>')
    return f'<nav class="sweeps" aria-label="Iterations">{"".join(rows)}</nav>'


def notes(run: Trace) -> str:
    """What was out of the ordinary, a line for each kind."""
    found: dict[str, list[int]] = {}
    for sweep in run.sweeps:
        for note in sweep.notes:
            found.setdefault(note.text, []).append(note.step + 1)
    lines = [f"<li>{escape(text)} <small>{_step_list(steps)}</small></li>" for text, steps in found.items()]
    return f'<ul class="notes" role="status">{"".join(lines)}</ul>' if lines else ""


def _step_list(steps: list[int]) -> str:
    places = sorted(set(steps))
    return f"Step {', '.join(map(str, places[:8]))}{' …' if len(places) > 8 else ''}"


def _render_short(answer: str) -> str:
    return render(shorten(answer, 80))


def best_particle(trace: Trace) -> int | None:
    """The particle to look at first when a run is over: the one that is kept for the next iteration, else the heaviest
    that gives the run's answer."""
    if trace.retained is not None:
        return int(trace.uids[-1, trace.retained])
    return kinship.heaviest_particle(trace, frozenset(trace.chosen) if trace.steps else None)


def progress_line(now: Progress) -> str:
    """One line: step, particles still writing, tokens, seconds."""
    if now.status == "loading":
        return '<div class="progress busy" role="status"><i class="dot"></i><b>Loading the models</b></div>'
    lead = f"{now.sweep}Step {now.step}" if now.status == "running" else _STATUS_TEXTS[now.status]
    steps = pluralise(now.step, "step")
    facts = [f"{now.writing} of {now.particles} alive"] if now.status == "running" else [steps]
    facts += [f"{now.tokens:,} tokens", f"{now.seconds:.1f} s"]
    kind, live = ("busy", "off") if now.status == "running" else ("done", "polite")
    spans = "".join(f"<span>{escape(fact)}</span>" for fact in facts)
    return (
        f'<div class="progress {kind}" role="status" aria-live="{live}" data-status="{now.status}">'
        f'<i class="dot"></i><b>{lead}</b>{spans}</div>'
    )


def waiting_line(now: WaitStatus) -> str:
    """The progress line of a run that has not begun: in the queue, or while its models are on their way."""
    if isinstance(now, Queued):
        lead, fact = "Waiting", f"{_ordinal(now.place)} in the queue"
    elif now.total and now.done < 0.99 * now.total:
        lead, fact = "Downloading", f"{now.model}: {now.done:.1f} of {now.total:.1f} GB"
    else:
        lead, fact = "Loading", now.model
    filled = bar(now.done / now.total, "wide") if isinstance(now, ModelLoading) and now.total else ""
    return (
        f'<div class="progress busy waiting" role="status" aria-live="polite"><i class="dot"></i><b>{lead}</b>'
        f"<span>{escape(fact)}</span>{filled}</div>"
    )


def _ordinal(place: int) -> str:
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def opened_line(trace: Trace) -> str:
    """The progress line of a trace from a file."""
    seconds = float(trace.seconds[-1]) if trace.steps else 0.0
    status = trace.status if trace.status in _STATUS_TEXTS else "stopped"
    return progress_line(Progress(status, trace.steps, 0, trace.particles, trace.written_tokens, seconds))


def problem_error(text: str, examples: tuple[str, ...] = ()) -> str:
    """What is wrong with the problem, and problems that are understood."""
    return error_message(text) + problem_chips(examples, "Try one of these:")
