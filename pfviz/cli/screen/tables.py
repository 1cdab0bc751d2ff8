"""What `run` and `show` print of a trace, and `study` of a result."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from pfviz.cli.screen.terminal import one_line, plain_text, untrusted_text
from pfviz.diagnostics import distinct_ancestors, ess_fraction
from pfviz.diagnostics.health import run_health
from pfviz.diagnostics.rewards.signal_pairs import SIGNAL_TITLES
from pfviz.stats.estimate import Estimate
from pfviz.study.provenance import name_problems
from pfviz.study.result import Result
from pfviz.study.signal_auc import choose_signals
from pfviz.text import pluralise, shorten
from pfviz.trace import Trace

MAX_ANSWER = 60
"""Characters of an answer in a table; the whole of it is in the file of the run."""


def heading(trace: Trace) -> RenderableType:
    """The problem, who worked on it, and how the run ended."""
    settings = trace.settings
    who = f"{trace.method}: {trace.particles} particles, generator {trace.generator}, reward {trace.reward}, "
    rest = [f"{name} {value}" for name, value in settings.items() if name != "particles" and value is not None]
    seconds = f", {trace.seconds[-1]:.1f} s" if trace.steps else ""
    lines = [
        untrusted_text(trace.problem, "bold"),
        untrusted_text(one_line(f"{who}seed {trace.seed}, {', '.join(rest)}"), "dim"),
    ]
    if trace.truth is not None:
        lines.append(untrusted_text(f"true answer: {shorten(plain_text(trace.truth), MAX_ANSWER)}"))
    tokens = "tokens unknown" if trace.steps and not trace.written_tokens else f"{trace.written_tokens} tokens"
    ended = f"{trace.status} after {trace.steps} steps, {tokens}{seconds}"
    return Group(*lines, untrusted_text(one_line(ended)))


def answers(trace: Trace) -> RenderableType:
    """Each answer with its posterior mass, how many particles gave it, its best reward, and whether it is right."""
    table = _table(
        "answer", "mass", "count", "best reward", *([] if trace.truth is None else ["right"]), text=("answer",)
    )
    for row in trace.pooled.rows:
        marks = [] if row.correct is None else [Text("✓", "green") if row.correct else Text("✗", "red")]
        shown = untrusted_text(shorten(plain_text(row.display), MAX_ANSWER))
        table.add_row(shown, f"{row.mass:.3f}", str(row.count), f"{row.best_reward:.3f}", *marks)
    silent = len(trace.pooled.unanswered)
    told = silent + sum(row.count for row in trace.pooled.rows)
    return Group(table, f"no answer from {silent} of {told} particles") if silent else table


def steps(trace: Trace) -> RenderableType:
    """A row per step: ESS/N, whether the event after it resampled, particles with descendants at the end, rewards."""
    table = _table("step", "ESS/N", "resampled", "ancestors", "mean reward", "best reward", "finished", "tokens")
    fractions, distinct = ess_fraction(trace), distinct_ancestors(trace)
    for t in range(trace.steps):
        table.add_row(
            str(t + 1),
            f"{fractions[t]:.2f}",
            "yes" if trace.resampled[t] else "-",
            f"{distinct[t]}/{trace.particles}",
            f"{trace.rewards[t].mean():.3f}",
            f"{trace.rewards[t].max():.3f}",
            str(int(trace.finished[t].sum())),
            str(int(trace.tokens[t].sum())),
        )
    return table


def solution(trace: Trace, slot: int) -> RenderableType:
    """The steps of the solution that `slot` holds at the end, each with the reward of the prefix up to it."""
    table = _table("reward", "step", text=("step",))
    for t, n in trace.solution(trace.steps - 1, slot):
        table.add_row(f"{trace.rewards[t, n]:.3f}", untrusted_text(trace.texts[t][n]))
    return table


def print_result(screen: Console, trace: Trace) -> None:
    """Print the answers, and the solution behind the answer that the run gives."""
    if trace.steps == 0:
        screen.print("Stopped before the first step was complete: there are no answers.")
        return
    given = trace.choice
    if given is not None and given.correct is False:
        screen.print(untrusted_text(f"Wrong: the true answer is {shorten(plain_text(trace.truth or ''), MAX_ANSWER)}."))
    screen.print("No particle gave an answer." if given is None else answers(trace))
    for finding in run_health(trace):
        screen.print(untrusted_text(f"- {one_line(finding.sentence)}"))
    sweep, best = trace.exemplar
    screen.print(f"\nBest solution, reward {sweep.rewards[-1, best]:.3f}")
    screen.print(solution(sweep, best))


def accuracies(result: Result) -> RenderableType:
    """A row for each method of a study, a column for each budget."""
    budgets = sorted({column.budget for column in result.columns})
    table = _table("", *(f"N = {budget}" for budget in budgets), text=("",))
    for method in result.methods:
        points = dict(result.curve(method))
        cells = [f"{points[budget].value:.3f}" if budget in points else "" for budget in budgets]
        table.add_row(untrusted_text(method.replace("_", " ")), *cells)
    seeds = pluralise(result.seeds, "seed")
    problems = f"{result.problems} {one_line(name_problems(result.about))}"
    return Group(table, untrusted_text(f"share of {problems} answered rightly, {seeds}"))


def signals(result: Result) -> RenderableType:
    """A row for the reward, each signal and each control of a study: its AUC within problems."""
    column = choose_signals(result)
    if column is None:
        return untrusted_text("AUC within problems: not recorded, or no run has right and wrong solutions.")
    table = _table("", "complete", "half-way", text=("",))
    for name, auc in column.signals.items():
        table.add_row(SIGNAL_TITLES[name], *map(_interval, (auc.complete, auc.half_way)))
    runs = f"{column.method.replace('_', ' ')} at N = {column.budget}"
    return Group(table, untrusted_text(f"AUC within problems, of the solutions of {runs}"))


def _interval(one: Estimate) -> str:
    return f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"


def _table(*columns: str, text: Sequence[str] = ()) -> Table:
    """A plain table: numbers to the right, the columns named in `text` to the left and wrapped."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name in columns:
        table.add_column(name, justify="left" if name in text else "right", overflow="fold")
    return table
