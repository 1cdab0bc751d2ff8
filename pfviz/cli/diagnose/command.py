"""`pfviz diagnose FILES…`: where a reward model is wrong, over many runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console

from pfviz.cli.diagnose import runs as diagnosis_runs
from pfviz.cli.diagnose import tables as diagnosis_tables
from pfviz.cli.diagnose.gather import gather_runs, select_reward, warn_of_stand_ins
from pfviz.cli.diagnose.limits import EXIT_LIMIT_CROSSED, Limit, LimitType, limit_values
from pfviz.cli.options.dataset_option import dataset_option
from pfviz.cli.options.reward_option import resolve_reward
from pfviz.cli.options.run_source import RunSource, RunSourceType
from pfviz.cli.options.setting_options import setting_options
from pfviz.cli.run import EXIT_INTERRUPTED
from pfviz.cli.screen.files import INPUT_FILE, OUTPUT_FILE, check_writable, report_write
from pfviz.cli.screen.terminal import console, one_line
from pfviz.errors import LabError
from pfviz.inference.methods import METHODS, SAMPLING_METHOD
from pfviz.lab.diagnosis import diagnose as examine
from pfviz.lab.metrics.first_errors import evaluate
from pfviz.lab.metrics.processbench_subsets import summarise_processbench
from pfviz.lab.selftest import selftest
from pfviz.lab.to_json import diagnosis_to_dict, processbench_to_dict
from pfviz.trace.trace import Trace

SELF_TEST_BASES = {"both": selftest.BASES, **{base: (base,) for base in selftest.BASES}}
EXIT_SELF_TEST_FAILED = 1  # exit status of a self-test that does not pass
_RESULT_OPTIONS = {"html", "json_file", "fail_on"}
_MODE_OPTIONS = {
    "files": {"reward", "beside", "mixed", *_RESULT_OPTIONS},
    "batch": {"reward", "beside", "dataset", "method", "particles", "temperature", "seed", "out", *_RESULT_OPTIONS},
    "processbench": {"reward", "threshold", "html", "json_file", "fail_on"},
    "self_test": {"base", "runs"},
}
"""What is done -> the options that go with it."""


@click.command()
@click.argument("files", nargs=-1, type=RunSourceType(folders=True))
@click.option(
    "--reward",
    metavar="NAME",
    help="Of FILES: diagnose only the runs under this reward. Else: the reward model that is asked, or embedded; "
    "it may be MODULE:FUNCTION of your own.",
)
@click.option(
    "--beside",
    metavar="NAME",
    multiple=True,
    help="Score the runs again by this reward too, and show its AUC beside that of theirs; as often as wanted.",
)
@click.option("--mixed", is_flag=True, help="Diagnose runs under different rewards as one.")
@click.option(
    "--html", type=OUTPUT_FILE, callback=check_writable, help="Write the report here, as a page that works offline."
)
@click.option("--json", "json_file", type=OUTPUT_FILE, callback=check_writable, help="Write the numbers here, as JSON.")
@click.option(
    "--fail-on",
    type=LimitType(),
    multiple=True,
    help="End with status 3 if a number crosses this limit; as often as wanted.",
)
@click.option("--batch", type=click.IntRange(1), metavar="N", help="Make N runs of as many problems, diagnose them.")
@dataset_option(selftest.DATASET, "Of --batch: whose problems.")
@click.option(
    "--method",
    type=click.Choice(list(METHODS)),
    default=SAMPLING_METHOD,
    help="Of --batch: how particles are selected.",
)
@setting_options(("particles", "temperature"), prefix="Of --batch: ", defaults={"temperature": selftest.TEMPERATURE})
@click.option("--seed", "-s", default=0, help="Of --batch: of the first run; each one after it has the next.")
@click.option(
    "--out", "-o", type=click.Path(file_okay=False, path_type=Path), help="Of --batch: folder to keep the runs in."
)
@click.option(
    "--processbench",
    type=INPUT_FILE,
    multiple=True,
    help="Score the solutions of this file; print F1 of their first errors, by subset beside published numbers. As "
    "often as there are files.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    help="Of --processbench: a step whose reward lies below it is called wrong, and all solutions are reported. "
    "Without it, the threshold of the best F1 is chosen on one half, and the other half is reported.",
)
@click.option("--self-test", is_flag=True, help="Try the lab on rewards with planted faults.")
@click.option(
    "--base", type=click.Choice(list(SELF_TEST_BASES)), default="both", help="Of --self-test: the reward with faults."
)
@click.option("--runs", type=click.IntRange(1), default=selftest.RUNS, help="Of --self-test: runs under each base.")
def diagnose(
    files: tuple[RunSource, ...], reward: str | None, beside: tuple[str, ...], mixed: bool, html: Path | None,
    json_file: Path | None, fail_on: tuple[Limit, ...], batch: int | None, out: Path | None,
    processbench: tuple[Path, ...], threshold: float | None, self_test: bool, base: str, runs: int, **settings: Any,
) -> None:  # fmt: skip
    """Say where a reward model is wrong, from recorded runs: FILES, folders of them, or ids of stored
    runs.

    Findings with the particles that show them, what they did to the runs, what more data would settle, and the measures
    with their intervals. The more problems, the more can be said; runs that do not select (`--method best_of_n`) say
    most.

    \b
    pfviz diagnose --batch 40 --reward naive --out runs/ --html report.html  # make runs, then diagnose them
    pfviz diagnose runs/ --json numbers.json                                 # the same runs again, without a model
    pfviz diagnose runs/ --beside judge:qwen.gguf --beside confidence-certainty
    pfviz diagnose runs/ --fail-on auc=0.8 --fail-on calibration-error=0.2 --fail-on length=0.1
    pfviz diagnose --processbench gsm8k.json --processbench math.json --reward Qwen/Qwen2.5-Math-PRM-7B --html pb.html
    pfviz diagnose --processbench gsm8k.jsonl --reward embedded --threshold 0.5
    pfviz diagnose --self-test

    `--fail-on` takes `auc`, `accuracy` and `first-error`, which must not fall below their limit, and `brier`,
    `calibration-error`, `findings` (how many name a cause) and the name of any cause or consequence (the size of its
    finding, 0 if there is none), which must not rise above it. A number that is not known crosses every limit.

    Damaged files are named and left out; with `--fail-on` they are refused. Ctrl-C during `--batch` keeps the runs that
    are over and diagnoses them.

    Status: 0 all is well, 1 the self-test does not pass, 2 a mistake, 3 a limit is crossed, 130 Ctrl-C.
    """
    _check_one_mode(click.get_current_context())
    screen = console()
    if self_test:
        _run_self_test(screen, SELF_TEST_BASES[base], runs)
    elif processbench:
        _score_processbench(screen, processbench, reward or "embedded", threshold, html, json_file, fail_on)
    elif batch is not None:
        traces, kept, whole = diagnosis_runs.make_runs(
            screen, batch, out, reward=resolve_reward(reward or "embedded"), **settings
        )
        if kept:
            screen.print(f"{len(kept)} runs are in {out}", markup=False)
        if not traces:
            screen.print("Stopped before the first run was over: there is nothing to diagnose.")
            raise click.exceptions.Exit(EXIT_INTERRUPTED)
        crossed = _diagnose_and_report(screen, traces, kept, beside, html, json_file, fail_on)
        _exit_with_status(crossed, whole)
    else:
        found = gather_runs(files)
        for line in found.damaged:
            click.echo(f"Left out: {one_line(line)}", err=True)
        if found.damaged and fail_on:
            raise LabError(f"With --fail-on no file is left out; {len(found.damaged)} cannot be read. Take them away.")
        found = select_reward(found, reward, mixed)
        if warning := warn_of_stand_ins(found.traces):
            click.echo(warning, err=True)
        _exit_with_status(_diagnose_and_report(screen, found.traces, found.files, beside, html, json_file, fail_on))


def _check_one_mode(ctx: click.Context) -> None:
    """Refuse to be told to do nothing, two things, or one with the options of another."""
    given = [name for name in ctx.params if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    modes = [name for name in _MODE_OPTIONS if name in given and ctx.params[name]]
    if len(modes) != 1:
        raise click.UsageError("Give FILES, or one of --batch N, --processbench FILE and --self-test.")
    names = {param.name: param.opts[0] if isinstance(param, click.Option) else "FILES" for param in ctx.command.params}
    if more := [names[name] for name in given if name not in (*_MODE_OPTIONS, *_MODE_OPTIONS[modes[0]])]:
        raise click.UsageError(f"{', '.join(more)} does not go with {names[modes[0]]}. Leave it out.")


def _diagnose_and_report(
    screen: Console, traces: Sequence[Trace], files: Sequence[Path], beside: Sequence[str], html: Path | None,
    json_file: Path | None, limits: Sequence[Limit],
) -> bool:  # fmt: skip
    """Diagnose, print and write; whether a limit was crossed."""
    others = diagnosis_runs.score_beside(screen, traces, beside)
    found, sources = examine(traces, beside=others), [file.name for file in files]
    diagnosis_tables.print_diagnosis(screen, found)
    diagnosis_tables.print_run_health(screen, traces)
    if html is not None:
        from pfviz.report.lab import diagnosis_to_html

        page = diagnosis_to_html(found, sources=sources)
        with report_write(screen, html):
            html.write_text(page, encoding="utf-8")
    if json_file is not None:
        _write_json(screen, json_file, diagnosis_to_dict(found, sources))
    return _print_crossed_limits(screen, limits, limit_values(found))


def _score_processbench(
    screen: Console,
    files: Sequence[Path],
    reward: str,
    threshold: float | None,
    html: Path | None,
    json_file: Path | None,
    limits: Sequence[Limit],
) -> None:
    scored, whole = diagnosis_runs.score_files(screen, files, reward)
    if not whole:
        screen.print(f"Stopped after {len(scored)} solutions; what follows is of those.")
    try:
        report = evaluate(scored, threshold=threshold)
    except LabError:
        if not whole:
            raise click.exceptions.Exit(EXIT_INTERRUPTED) from None
        raise
    screen.print(diagnosis_tables.first_errors(report))
    result = summarise_processbench(reward, scored, report)
    screen.print(diagnosis_tables.published_first_errors(result))
    if html is not None:
        from pfviz.report.processbench import processbench_to_html

        with report_write(screen, html):
            html.write_text(processbench_to_html(result, [file.name for file in files]), encoding="utf-8")
    if json_file is not None:
        _write_json(screen, json_file, processbench_to_dict(result, [file.name for file in files]))
    _exit_with_status(_print_crossed_limits(screen, limits, {"first-error": report.f1.value}), whole)


def _run_self_test(screen: Console, bases: Sequence[str], runs: int) -> None:
    tried, whole = diagnosis_runs.run_self_test(screen, bases, runs)
    if tried:
        screen.print(diagnosis_tables.self_test(tried))
    if not whole:
        raise click.exceptions.Exit(EXIT_INTERRUPTED)
    passed, failed = selftest.has_passed(tried), "The lab does not pass: it names too few faults, or one that is none."
    screen.print("The lab passes." if passed else failed)
    raise click.exceptions.Exit(0 if passed else EXIT_SELF_TEST_FAILED)


def _write_json(screen: Console, file: Path, data: dict[str, Any]) -> None:
    with report_write(screen, file):
        file.write_text(json.dumps(data, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _print_crossed_limits(screen: Console, limits: Sequence[Limit], found: dict[str, float]) -> bool:
    said = [line for line in (limit.violation(found) for limit in limits) if line is not None]
    for line in said:
        screen.print(f"Limit crossed: {line}.", style="bold", markup=False)
    return bool(said)


def _exit_with_status(crossed: bool, whole: bool = True) -> None:
    """Leave with the status that says how it went."""
    if not whole:
        raise click.exceptions.Exit(EXIT_INTERRUPTED)
    if crossed:
        raise click.exceptions.Exit(EXIT_LIMIT_CROSSED)
