"""What `pfviz diagnose` prints: findings, measures, the lab's self-test, F1 of a file."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pfviz.cli.screen.terminal import one_line, untrusted_text
from pfviz.diagnostics.health import run_health
from pfviz.lab.causes import Finding
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.examples import build_example
from pfviz.lab.glossary import MEASURES, measures_by_name
from pfviz.lab.metrics.first_errors import FirstErrorReport
from pfviz.lab.metrics.processbench_subsets import SUBSETS, ProcessBenchResult, mean_f1
from pfviz.lab.published.processbench import find_published, load_published
from pfviz.lab.selftest.selftest import Trial
from pfviz.lab.to_json import open_questions
from pfviz.stats.estimate import Estimate
from pfviz.text import pluralise, shorten
from pfviz.trace import Trace

MAX_EXAMPLES = 2  # examples of a finding
MAX_EXAMPLE_LENGTH = 100  # characters of one


def print_diagnosis(screen: Console, found: Diagnosis) -> None:
    """Findings, what they did to the runs, what is wanted, and the measures."""
    rows = found.rows
    head = f"{one_line(found.reward)}: {pluralise(found.runs, 'run')} of {pluralise(len(rows.problems), 'problem')}, "
    screen.print(untrusted_text(f"{head}{len(rows):,} prefixes", "bold"))
    screen.print("\nWhat is wrong", style="bold")
    screen.print(findings(found, found.findings.found) or "Nothing was found.")
    screen.print("\nWhat that did to the runs", style="bold")
    screen.print(findings(found, found.consequences.found) or "Nothing that is sure.")
    if questions := open_questions(found):
        screen.print("\nWhat is wanted", style="bold")
        for one in questions:
            screen.print(untrusted_text(f"- {one_line(one.sentence)}"))
    screen.print("\nMeasures", style="bold")
    screen.print(measures(found))
    if found.signals:
        screen.print("\nHow often a right one scores higher (AUC), beside confidence and controls", style="bold")
        screen.print(signals(found))


def print_run_health(screen: Console, traces: Sequence[Trace]) -> None:
    """What went wrong in the runs themselves, whoever judged: each kind, in how many of them, and what to do."""
    examples: dict[str, list[str]] = {}
    for trace in traces:
        for finding in run_health(trace):
            examples.setdefault(finding.name, []).append(finding.sentence)
    if not examples:
        return
    screen.print("\nWhat went wrong in the runs", style="bold")
    for name, sentences in sorted(examples.items(), key=lambda item: -len(item[1])):
        screen.print(untrusted_text(f"- {name}, in {len(sentences)} of {pluralise(len(traces), 'run')}"))
        screen.print(_indent(Text(one_line(f"for example: {sentences[0]}"), "dim")))


def findings(of: Diagnosis, found: Sequence[Finding]) -> RenderableType | None:
    """A sentence for each, with its size and a few examples; None for none."""
    parts: list[RenderableType] = []
    for place, one in enumerate(found, start=1):
        parts.append(untrusted_text(f"{place}. {one_line(one.sentence)}"))
        size = f"{one.cause}, size {one.size:.2f}{', symptom only' if one.general else ''}"
        parts.append(_indent(Text(f"{size}; {_format_estimate(one.estimate)}", "dim")))
        parts += [_indent(_format_example(of, row)) for row in one.examples[:MAX_EXAMPLES]]
    return Group(*parts) if parts else None


def _format_example(of: Diagnosis, row: int) -> Text:
    one = build_example(of, row)
    text = one_line(one.last.text)
    judged = {True: " right", False: " wrong", None: ""}[one.last.right]
    where = f"run {one.run + 1}, step {one.step + 1}, node {one.node}: reward {one.last.reward:.2f}{judged}: "
    return untrusted_text(where + (shorten(text, MAX_EXAMPLE_LENGTH)), "dim")


def measures(found: Diagnosis) -> RenderableType:
    """A row for each number, with its interval and what it was counted over."""
    table = _table("name", "measure", "value", "95 % interval", "counted over")
    for what in MEASURES:
        one = measures_by_name(found.measures)[what.name]
        known = not math.isnan(one.value)
        table.add_row(
            what.name,
            what.title,
            f"{one.value:.3f}" if known else "not known",
            f"{one.low:.3f} to {one.high:.3f}" if known and not math.isnan(one.low) else "",
            f"{one.count:,} {what.counted_over}" if one.count else "",
        )
    return table


def signals(found: Diagnosis) -> RenderableType:
    """A row for the reward and for each number that it is compared with."""
    table = _table("", "", "finished solutions of a problem", "prefixes of a problem and step")
    for one in found.signals:
        cells = ("" if math.isnan(auc.value) else _format_estimate(auc) for auc in (one.complete, one.same_step))
        table.add_row(one.kind, untrusted_text(one_line(one.title)), *cells)
    return table


def self_test(tried: Sequence[Trial]) -> RenderableType:
    """A row for each base and fault: the place of the finding that names it, and the first finding."""
    table = _table("base", "planted fault", "place", "first finding")
    for one in tried:
        first = one.findings.found[0].sentence if one.findings.found else "nothing"
        place = "" if one.fault is None else "not found" if one.rank is None else str(one.rank)
        fault = "none" if one.fault is None else one.fault.name
        table.add_row(untrusted_text(one_line(one.base)), fault, place, untrusted_text(one_line(first)))
    return table


def first_errors(report: FirstErrorReport) -> RenderableType:
    """F1 and the two accuracies that it is the mean of."""
    table = _table("", "value", "95 % interval", "solutions")
    rows: tuple[tuple[str, Estimate, int], ...] = (
        ("F1 of first errors", report.f1, report.wrong + report.right),
        ("accuracy where a step is wrong", report.on_wrong, report.wrong),
        ("accuracy where none is", report.on_right, report.right),
    )
    for name, one, count in rows:
        table.add_row(name, f"{one.value:.3f}", f"{one.low:.3f} to {one.high:.3f}", f"{count:,}")
    chosen = f"chosen on the other half, where F1 is {report.tuned_f1:.3f}"
    return Group(table, f"threshold {report.threshold:.3f}, {'as given' if report.threshold_given else chosen}")


def published_first_errors(result: ProcessBenchResult) -> RenderableType:
    """F1 in percent by subset, beside the published table; nothing where no subset is known."""
    rows = {one.name: one.report.f1.value for one in result.subsets if one.name}
    if not rows:
        return Text()
    table = _table("", *SUBSETS.values(), "mean")
    own = [f"{100 * rows[name]:.1f}" if name in rows else "" for name in SUBSETS]
    mean = f"{100 * mean_f1(result.subsets):.1f}" if len(rows) == len(SUBSETS) else ""
    table.add_row(untrusted_text(one_line(result.reward), "bold"), *own, mean)
    same = find_published(result.reward)
    for model in load_published().models:
        known = (*map(model.f1.get, SUBSETS), model.mean_f1)
        mark = " (this model, as published)" if model is same else ""
        cells = ["" if value is None else f"{value:.1f}" for value in known]
        table.add_row(Text(f"{model.name}{mark}", "" if mark else "dim"), *cells)
    source = f"threshold {result.threshold:.3f}: {result.threshold_source}; published: arXiv 2501.07301"
    return Group(Text("\nF1 of first errors by subset, %", "bold"), table, Text(source, "dim"))


def _indent(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 3), expand=False)


def _format_estimate(one: Estimate) -> str:
    interval = "" if math.isnan(one.low) else f" ({one.low:.2f} to {one.high:.2f})"
    return f"{one.value:.2f}{interval}"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
