"""A trace and where the visitor looks → the value of every part of the page. Pure; live and opened runs look alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from typing import Any, Literal

from pfviz.diagnostics import kinship, mass_name
from pfviz.diagnostics.node_filter import NO_FILTER, NodeFilter
from pfviz.figures import registry
from pfviz.figures.run.dimming import dim_others
from pfviz.page.components.html import error_message, fill, problem_chips
from pfviz.page.components.plotly_pane import to_pane_value
from pfviz.page.render.part_values import PartValues
from pfviz.page.render.reward import reward_tab
from pfviz.page.render.run import real_pair, tabs
from pfviz.page.render.run.events import event_label, shown_event
from pfviz.page.render.run.explore_bar import explore_bar, find_passing
from pfviz.page.render.run.health import health_note
from pfviz.page.render.run.inspector import inspect_particle, no_selection
from pfviz.page.serving.engine import WaitStatus
from pfviz.page.serving.model_loading import ModelLoading
from pfviz.page.serving.scheduler import Queued
from pfviz.page.state.probe_answers import ProbeState
from pfviz.page.state.progress import Progress
from pfviz.page.state.what_if_rule import RuleForm
from pfviz.replay.columns import build_columns
from pfviz.templating import script_json
from pfviz.text import pluralise, shorten
from pfviz.trace import Trace

TABS = tuple(tab.name for tab in tabs.TABS)
PANES = (*(figure.part for figure in registry.stage_figures()), *TABS)
MAX_NOTES, MAX_NOTE_CHARS = 24, 400  # lines, and characters of each
REWARD_TAB_PARTS = ("questions", "rule", "asking", "told")  # beside the picture of the tab "check"

Change = Literal["everything", "selection", "tab", "event", "family"]
"""What is to be shown anew: all that depends on the trace, or only what depends on the selected particle, on the open
tab, on the resampling that is shown or on the family that alone is drawn."""
_STATUS_TEXTS = {
    "finished": "Finished",
    "step limit": "Step limit reached",
    "stopped": "Stopped",
    "running": "Incomplete",
}


def render_parts(
    run: Trace,
    *,
    selected: int | None = None,
    tab: str = "weights",
    event: int | None = None,
    sweep: int | None = None,
    family: int | None = None,
    question: str = "deaths",
    rule_form: RuleForm | None = None,
    probe_state: ProbeState | None = None,
    marked: bool | None = False,
    node_filter: NodeFilter = NO_FILTER,
    change: Change = "everything",
) -> PartValues:
    """Everything that depends on the trace, or on a `change`. Only the open tab's figure is drawn; of a method of
    several sweeps the last one is shown, or the one of that number. `marked` is None while the run goes on."""
    trace = run if sweep is None else run.sweep(sweep)
    if not trace.steps:
        return {"inspector": no_selection()}
    probe_state = probe_state or ProbeState()
    measured = probe_state.for_sweep(len(trace.earlier)).measured_values
    fixed: dict[str, Any] = {"selected": selected, "title": False}
    known: dict[str, Any] = fixed | {
        "horizon": _horizon(trace),
        "step": shown_event(trace, event),
        "shown": len(trace.earlier),
        "family": family,
        "values": measured,
        "colour_by": probe_state.shown_colour(bool(measured)),
    }
    drawn = _draw_figures(run, trace, tab, change, known)
    passing, wrong = find_passing(trace, node_filter)
    if not passing.all():
        for figure in drawn.values():
            dim_others(figure, trace.uids, passing)
    checks = tab == "check" and change not in ("event", "family")
    if checks:
        drawn |= reward_tab.draw_figures(trace, question, rule_form, probe_state, fixed)
    values: PartValues = {
        name: to_pane_value(
            figure,
            run=_run_name(trace),
            steps=trace.steps,
            selected=selected,
            family=family,
        )
        for name, figure in drawn.items()
    }
    if checks:
        values = reward_tab.render_parts(trace, question, rule_form, probe_state, selected, marked) | values
    if change in ("everything", "selection"):
        values["inspector"] = inspect_particle(
            trace, selected, measured, may_label=marked is not None or run.status != "running"
        )
    if change not in ("selection", "family"):
        values["event"] = event_label(trace, event)
    if change != "everything":
        return values
    running = trace.status == "running" and sweep is None and marked is None
    return values | {
        "transport": str(script_json(build_columns(trace, run=_run_name(trace), running=running))),
        "colours": explore_bar(trace, node_filter, passing, known["colour_by"], measured=bool(measured), error=wrong),
        "answer": answer_card(run) + health_note(run, doubted=bool(real_pair.explain_doubt(run))),
        "sweep": sweep_buttons(run, len(trace.earlier)) + tabs.mark_tabs(run),
        "notes": notes(run),
    }


def _draw_figures(run: Trace, trace: Trace, tab: str, change: Change, known: dict[str, Any]) -> dict[str, Any]:
    """The figures of the stage and of the open tab that look other after the change. In those over the steps the
    browser draws the selection, but for an open family, which has lanes of its own."""
    shown = [figure for figure in registry.tab_figures() if figure.part == tab]
    open_family = known["family"] is not None
    drawn = {}
    for figure in (*registry.stage_figures(), *shown):
        folded = open_family and figure.takes("family")
        if _depends(figure, change) or (folded and change == "selection"):
            by_browser = {"selected": None} if figure.over_steps and not folded else {}
            drawn[figure.part] = figure.draw(run if figure.whole_run else trace, **(known | by_browser))
    return drawn


def _depends(figure: registry.Figure, change: Change) -> bool:
    """Whether a figure of the stage, or of the open tab, looks other after that change."""
    if change == "selection":
        return figure.takes("selected") and not figure.over_steps
    if change == "tab":
        return not figure.stage
    return change == "everything" or figure.takes("step" if change == "event" else "family")


def _run_name(trace: Trace) -> str:
    """What stays the same while a run, or one sweep of it, grows."""
    return f"{trace.started} {trace.seed} {trace.problem[:40]} {len(trace.earlier)}"


def _horizon(trace: Trace) -> int:
    """Steps to leave room for: while a run goes on the axis grows in fours, so that it does not jump at every step."""
    if trace.status != "running":
        return trace.steps
    most = int(trace.settings.get("max_steps", 4096))
    return max(trace.steps, min(most, -(-(trace.steps + 1) // 4) * 4))


def answer_card(trace: Trace) -> str:
    """Return the answer card: what the run answers, with its posterior mass, when it is over."""
    if trace.status == "running" or not trace.steps:
        return ""
    chosen, voted, best = trace.choice, trace.pooled.by_weighted_vote, trace.pooled.by_highest_reward
    if chosen is None or voted is None or best is None:
        return fill("run/no_answer.html.j2", doubt=real_pair.explain_doubt(trace))
    told = sum(row.count for row in trace.pooled.rows) + len(trace.pooled.unanswered)
    return fill(
        "run/answer.html.j2",
        answer=chosen.display,
        right=chosen.correct,
        truth=trace.truth or "",
        mass=chosen.mass,
        mass_name=mass_name(trace),
        count=chosen.count,
        particles=told,
        iterations=told // trace.particles if trace.earlier else None,
        voted=(voted.display, voted.mass) if voted.canonical != chosen.canonical else None,
        best=(best.display, best.best_reward) if best.canonical != chosen.canonical else None,
        doubt=real_pair.explain_doubt(trace),
    )


def sweep_buttons(run: Trace, shown: int) -> str:
    """Return a button for each sweep of a method that has several: a row for each chain, in it its iterations."""
    if not run.earlier:
        return ""
    rows = []
    chains: dict[int, list[tuple[int, Trace]]] = defaultdict(list)
    for number, sweep in enumerate(run.sweeps):
        chains[sweep.chain].append((number, sweep))
    for chain, own in sorted(chains.items()):
        tau = f"{own[0][1].temperatures[-1]:.3g}" if len(chains) > 1 and own[0][1].steps else None
        rows.append((chain + 1, tau, [(number, sweep.iteration + 1) for number, sweep in own]))
    return fill("run/sweeps.html.j2", chains=rows, shown=shown)


def notes(run: Trace) -> str:
    """Return what was out of the ordinary, a line for each kind."""
    found: dict[str, list[int]] = {}
    for sweep in run.sweeps:
        for note in sweep.notes:
            found.setdefault(note.text, []).append(note.step + 1)
    if not found:
        return ""
    shown = [(shorten(text, MAX_NOTE_CHARS), _step_list(steps)) for text, steps in islice(found.items(), MAX_NOTES)]
    return fill("run/notes.html.j2", notes=shown, total=len(found))


def _step_list(steps: list[int]) -> str:
    places = sorted(set(steps))
    return f"Step {', '.join(map(str, places[:8]))}{' …' if len(places) > 8 else ''}"


def best_particle(trace: Trace) -> int | None:
    """The particle to look at first when a run is over: the one that is kept for the next iteration, else the heaviest
    that gives the run's answer."""
    if trace.retained is not None:
        return int(trace.uids[-1, trace.retained])
    return kinship.heaviest_particle(trace, frozenset(trace.chosen) if trace.steps else None)


def progress_line(now: Progress) -> str:
    """Return one line: step, particles still writing, tokens, seconds."""
    if now.status == "loading":
        return _progress("busy", "Loading the models")
    running = now.status == "running"
    return _progress(
        "busy" if running else "done",
        f"{now.sweep}Step {now.step}" if running else _STATUS_TEXTS[now.status],
        (
            f"{now.writing} of {now.particles} alive" if running else pluralise(now.step, "step"),
            f"{now.tokens:,} tokens",
            f"{now.seconds:.1f} s",
        ),
        live="off" if running else "polite",
        status=now.status,
    )


def failed_line() -> str:
    """Return the progress line of a run that failed."""
    return _progress("failed", "Failed")


def waiting_line(now: WaitStatus) -> str:
    """Return the progress line of a run that has not begun: in the queue, or while its models are on their way."""
    if isinstance(now, Queued):
        lead, fact = "Waiting", f"{_ordinal(now.place)} in the queue"
    elif now.total and now.done < 0.99 * now.total:
        lead, fact = "Downloading", f"{now.model}: {now.done:.1f} of {now.total:.1f} GB"
    else:
        lead, fact = "Loading", now.model
    share = now.done / now.total if isinstance(now, ModelLoading) and now.total else None
    return _progress("busy waiting", lead, (fact,), live="polite", share=share)


def _progress(
    kind: str, lead: str, facts: Sequence[str] = (), *, live: str = "", status: str = "", share: float | None = None
) -> str:
    return fill("run/progress.html.j2", kind=kind, lead=lead, facts=facts, live=live, status=status, share=share)


def _ordinal(place: int) -> str:
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def recorded_line(trace: Trace) -> str:
    """The progress line of a run that ships with the page."""
    return _progress("recorded", "Recorded", (pluralise(trace.steps, "step"),))


def opened_line(trace: Trace) -> str:
    """The progress line of a trace from a file."""
    seconds = float(trace.seconds[-1]) if trace.steps else 0.0
    status = trace.status if trace.status in _STATUS_TEXTS else "stopped"
    if not trace.written_tokens:  # nor, then, is known how long it took
        return _progress("done", _STATUS_TEXTS[status], (pluralise(trace.steps, "step"),), live="polite", status=status)
    return progress_line(Progress(status, trace.steps, 0, trace.particles, trace.written_tokens, seconds))


def problem_error(text: str, examples: tuple[str, ...] = ()) -> str:
    """What is wrong with the problem, and problems that are understood."""
    return error_message(text) + problem_chips(examples, "Try one of these:")
