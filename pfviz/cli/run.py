"""`pfviz run PROBLEM`: solve a problem here and now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console

from pfviz import api
from pfviz.cli.options.reward_option import calibrate_option, judge_prompt_option, resolve_reward
from pfviz.cli.options.run_source import load_run
from pfviz.cli.options.setting_options import leave_out_defaults, setting_options
from pfviz.cli.screen import tables
from pfviz.cli.screen.files import OUTPUT_FILE, check_writable, write_run
from pfviz.cli.screen.progress import Interrupt, Progress
from pfviz.cli.screen.terminal import console, one_line, untrusted_text
from pfviz.errors import StoreError, name_error
from pfviz.inference.events import ParticlesSelected, RunEnded, SweepEnded
from pfviz.inference.methods import DEFAULT_METHOD, METHODS
from pfviz.inference.settings import SETTINGS
from pfviz.models.hub.catalog import PAIRS
from pfviz.models.hub.published import is_model_source, join_protocol
from pfviz.models.prm.registry import PROTOCOLS
from pfviz.models.registry import REWARDS
from pfviz.models.rewards.auto import NAME as AUTO
from pfviz.models.rewards.function_name import is_function_name
from pfviz.store import Recording, Store
from pfviz.trace import Recorder, Trace

EXIT_INTERRUPTED = 130  # what shells expect of a command that Ctrl-C ended

_FIRST_SETTINGS = ("particles", "seed")
"""Options that stand before those of the models."""


@click.command()
@click.argument("problem", required=False)
@setting_options(_FIRST_SETTINGS)
@click.option("--truth", help="The true answer; answers are then marked ✓ or ✗.")
@click.option("--pair", type=click.Choice(list(PAIRS)), help="Both models by one name; `pfviz models` lists them.")
@click.option(
    "--model",
    "--generator",
    "generator",
    metavar="NAME",
    default="embedded",
    help="Who writes the steps: embedded, an id of the Hugging Face Hub, a folder, or endpoint:NAME.",
)
@click.option(
    "--reward-model",
    "--reward",
    "reward",
    metavar="NAME",
    default="embedded",
    help=f"Who scores them: {', '.join(REWARDS)}, an id of the Hub, a folder, a file of train-reward, "
    "endpoint:NAME, or MODULE:FUNCTION of your own. With another --model than embedded: auto, unless it is given.",
)
@click.option(
    "--protocol", type=click.Choice(list(PROTOCOLS)), help="Ask that reward model so, whatever its files say of it."
)
@judge_prompt_option
@calibrate_option
@click.option(
    "--endpoint",
    metavar="NAME",
    help="Let this configured server write the steps, as does --model endpoint:NAME; see docs/endpoints.md.",
)
@click.option("--method", type=click.Choice(list(METHODS)), default=DEFAULT_METHOD, help="How particles are selected.")
@setting_options(name for name in SETTINGS if name not in _FIRST_SETTINGS)
@click.option(
    "--resume",
    metavar="ID|FILE",
    help="Go on with this run, which was stopped: a stored one, or a trace; PROBLEM and settings are the run's.",
)
@click.option("--no-store", is_flag=True, help="Do not store the run; `pfviz runs` lists those that are.")
@click.option("--out", "-o", type=OUTPUT_FILE, callback=check_writable, help="Write the trace here, as JSON.")
@click.option(
    "--html", type=OUTPUT_FILE, callback=check_writable, help="Write all pictures here, as a page that works offline."
)
def run(
    problem: str | None,
    resume: str | None,
    judge_prompt: Path | None,
    calibrate: Path | None,
    out: Path | None,
    html: Path | None,
    no_store: bool,
    **settings: Any,
) -> None:
    """Solve PROBLEM with a particle filter; print a line per step, then the answers and the best solution.

    \b
    pfviz run "Compute (12 + 7) * 3 - 45" --particles 16 --seed 7 --out run.json --html run.html
    pfviz run "Solve 3x + 5 = 20" --method particle_gibbs --iterations 4
    pfviz run "A train leaves at nine and …" --pair laptop --truth 12

    Of the reward models, `naive` can be fooled; `oracle` never errs, and has to know the answer (`--truth`, for a
    story); `confidence`, and `confidence-min`, `-sum` and `-entropy`, ask the generator itself.

    Each step is stored as it happens (`pfviz runs`), so a run that is broken off is not lost. Ctrl-C stops the run
    between two tokens; what it did until then is printed and written all the same, and `--resume` goes on from it as if
    nothing had happened: on a CPU, with the same versions, bit for bit. So it is where an error ends the run, such as
    that of a server that is gone.
    """
    screen, run_id = console(), ""
    if resume is not None:
        _check_only_resume(click.get_current_context())
        trace, run_id = load_run(resume)
        prepared = _prepare_resume(trace, settings["reward"], judge_prompt, calibrate)
    elif problem is not None:
        _choose_models(click.get_current_context(), settings)
        leave_out_defaults(click.get_current_context(), settings)
        settings["reward"] = resolve_reward(settings["reward"], judge_prompt, calibrate)
        prepared = api.prepare(problem, infer_truth=True, **settings)
    else:
        raise click.UsageError("Give a PROBLEM, or --resume ID or FILE.")
    with _open_recording(no_store, run_id) as recording:
        trace, error = _record_run(screen, prepared, recording)
    screen.print()
    tables.print_result(screen, trace)
    write_run(screen, trace, out, html)
    _report_storing(screen, recording)
    if error is not None:
        if kept := out or recording.run_id:
            screen.print(f"An error broke the run off; --resume {kept} goes on from its complete steps.", markup=False)
        raise error
    if trace.status == "stopped":
        raise click.exceptions.Exit(EXIT_INTERRUPTED)


def _choose_models(ctx: click.Context, settings: dict[str, Any]) -> None:
    """Let `pair`, `endpoint` and `protocol` say who `generator` and `reward` are; refuse to be told twice."""
    pair, endpoint, protocol = (settings.pop(name) for name in ("pair", "endpoint", "protocol"))
    for option, given, taken in (
        ("--pair", pair, ("generator", "reward", "endpoint", "protocol")),
        ("--endpoint", endpoint, ("generator",)),
    ):
        if given is not None and any(
            ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE and ctx.params[name] != given
            for name in taken
        ):
            raise click.UsageError(f"{option} already names what another option names too. Leave one of them out.")
    if pair is not None:
        settings |= {"generator": PAIRS[pair].generator, "reward": PAIRS[pair].reward}
    if endpoint is not None:
        settings["generator"] = f"endpoint:{endpoint}"
    is_default = ctx.get_parameter_source("reward") is not ParameterSource.COMMANDLINE
    if pair is None and protocol is None and is_default and settings["generator"] != settings["reward"]:
        settings["reward"] = AUTO  # the embedded reward knows what the embedded generator writes, and no other
    if protocol is not None:
        if settings["reward"] in REWARDS or not is_model_source(settings["reward"]):
            raise click.UsageError(
                f"--protocol is for a --reward-model of the Hugging Face Hub or of a folder; {settings['reward']!r} is "
                "neither."
            )
        settings["reward"] = join_protocol(settings["reward"], protocol)


def _check_only_resume(ctx: click.Context) -> None:
    """Refuse what the trace says already."""
    theirs = {"resume", "out", "html", "judge_prompt", "calibrate", "no_store"}
    if is_function_name(ctx.params["reward"]):  # which no trace can bring: it is named again
        theirs.add("reward")
    given = [name for name in ctx.params if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if more := [name for name in given if name not in theirs]:
        raise click.UsageError(
            f"--resume takes the problem and all settings from the trace; leave out: {', '.join(more)}."
        )


def _prepare_resume(trace: Trace, reward: str, judge_prompt: Path | None, calibrate: Path | None) -> api.Prepared:
    """The run of a trace; a function, a question to a judge and a map are named again, as no trace brings them."""
    named = is_function_name(reward) or judge_prompt is not None or calibrate is not None
    recorded = trace.reward if calibrate is None else trace.reward.rpartition(" + ")[0] or trace.reward
    known = reward if is_function_name(reward) else recorded
    return api.prepare_resume(trace, reward=resolve_reward(known, judge_prompt, calibrate) if named else None)


@contextmanager
def _open_recording(no_store: bool, run_id: str) -> Iterator[Recording]:
    """Where the run is stored; nowhere if nothing can be written, which is no reason not to run."""
    if no_store:
        yield Recording(None)
        return
    try:
        store = Store()
    except StoreError as error:
        recording = Recording(None)
        recording.error = str(error)
        yield recording
        return
    with store:
        recording = Recording(store, run_id=run_id)
        try:
            yield recording
        finally:
            recording.end()


def _report_storing(screen: Console, recording: Recording) -> None:
    if recording.error:
        screen.print(untrusted_text(f"The run is not stored: {one_line(recording.error)}"))
    elif recording.run_id:
        screen.print(f"Stored as {recording.run_id}", markup=False)


def _record_run(screen: Console, prepared: api.Prepared, recording: Recording) -> tuple[Trace, Exception | None]:
    """Run to the end, to Ctrl-C or to an error, and return the trace of the complete steps, and that error. Raises the
    error where there are none, or fewer than there were before."""
    if prepared.names[0] == "embedded":
        from pfviz.models.decoding.threads import use_one_thread

        use_one_thread()
    recorder, interrupt = Recorder(), Interrupt()
    with Progress(screen) as progress:
        events = api.start(prepared, stop=interrupt.stop_requested)  # loads the models; Ctrl-C aborts here
        with interrupt.catch_sigint():
            try:
                for event in events:
                    recorder.record(event)
                    progress.show(event)
                    if isinstance(event, ParticlesSelected | SweepEnded | RunEnded):
                        recording.record(recorder.trace())
            except Exception as error:  # a model may raise anything, and the steps are worth keeping whatever it is
                trace = recorder.broken_off(name_error(error))
                if trace is None or _count_steps(trace) < _count_steps(prepared.trace):
                    raise
                recording.record(trace)
                return trace, error
    return recorder.trace(), None


def _count_steps(trace: Trace | None) -> int:
    return sum(sweep.steps for sweep in trace.sweeps) if trace is not None else 0
