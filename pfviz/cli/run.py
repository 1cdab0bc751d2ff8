"""`pfviz run PROBLEM`: solve a problem here and now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console

import pfviz
from pfviz.cli import tables
from pfviz.cli.files import FILE, GIVEN, writable, writing
from pfviz.cli.progress import Interrupt, Progress
from pfviz.cli.terminal import console
from pfviz.inference.aggregation import AGGREGATIONS
from pfviz.inference.events import Event
from pfviz.inference.methods import METHODS
from pfviz.inference.potentials import POTENTIALS
from pfviz.inference.resampling import RESAMPLERS
from pfviz.inference.settings import PICKS, POOLS, TRIGGERS, Settings
from pfviz.models.catalogue import PAIRS
from pfviz.models.presets import REWARDS
from pfviz.models.protocols import PROTOCOLS
from pfviz.models.published import forced, is_place
from pfviz.trace import Recorder, Trace

INTERRUPTED = 130  # what shells expect of a command that Ctrl-C ended


DEFAULT = Settings()


@click.command()
@click.argument("problem", required=False)
@click.option("--particles", "-n", default=DEFAULT.particles, help="Solutions that are written side by side (N).")
@click.option("--seed", "-s", default=DEFAULT.seed, help="The same seed gives the same run.")
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
    help=f"Who scores them: {', '.join(REWARDS)}, an id of the Hub, a folder, or endpoint:NAME.",
)
@click.option(
    "--protocol", type=click.Choice(list(PROTOCOLS)), help="Ask that reward model so, whatever its files say of it."
)
@click.option("--endpoint", metavar="NAME", help="Let this configured server write the steps: --model endpoint:NAME.")
@click.option(
    "--method", type=click.Choice(list(METHODS)), default="particle_filtering", help="How particles are selected."
)
@click.option("--temperature", default=DEFAULT.temperature, help="Of the generator's sampling; 0 is greedy.")
@click.option("--tau", default=DEFAULT.tau, help="Softmax temperature of the weights; small trusts the reward more.")
@click.option(
    "--potential", type=click.Choice(list(POTENTIALS)), default=DEFAULT.potential, help="What a reward weighs."
)
@click.option(
    "--resampler", type=click.Choice(list(RESAMPLERS)), default=DEFAULT.resampler, help="Scheme of resampling."
)
@click.option(
    "--trigger",
    type=click.Choice(TRIGGERS),
    default=DEFAULT.trigger,
    help="Resample after every step, or when ESS/N falls below the threshold.",
)
@click.option("--threshold", default=DEFAULT.threshold, help="ESS/N below which `--trigger ess` resamples.")
@click.option(
    "--finished",
    type=click.Choice(POOLS),
    default=DEFAULT.finished,
    help="Whether finished particles are resampled with the others, or kept aside with their weights.",
)
@click.option(
    "--warmth",
    default=DEFAULT.warmth,
    help="Tau is so many times larger at first, and halves at each step; 1 is constant.",
)
@click.option(
    "--iterations", default=DEFAULT.iterations, help="Of particle Gibbs, and of each chain of parallel tempering."
)
@click.option("--chains", default=DEFAULT.chains, help="Of parallel tempering.")
@click.option("--ladder", default=DEFAULT.ladder, help="How many times each chain's tau is that of the one below it.")
@click.option("--width", default=DEFAULT.width, help="Copies of a survivor in beam search, slots of a subtree in DVTS.")
@click.option(
    "--aggregation",
    type=click.Choice(list(AGGREGATIONS)),
    default=DEFAULT.aggregation,
    help="What the rewards of a solution's steps count together.",
)
@click.option("--pick", type=click.Choice(PICKS), default=DEFAULT.pick, help="How the answer is chosen.")
@click.option("--max-steps", default=DEFAULT.max_steps, help="Steps after which the run ends.")
@click.option("--max-step-tokens", default=DEFAULT.max_step_tokens, help="Tokens after which a step ends.")
@click.option(
    "--resume",
    type=GIVEN,
    help="Go on with the run of this trace, which was stopped; PROBLEM and settings are the trace's.",
)
@click.option("--out", "-o", type=FILE, callback=writable, help="Write the trace here, as JSON.")
@click.option("--html", type=FILE, callback=writable, help="Write all pictures here, as a page that works offline.")
def run(
    problem: str | None,
    resume: Path | None,
    out: Path | None,
    html: Path | None,
    **settings: Any,
) -> None:
    """Solve PROBLEM with a particle filter; print progress and the answers.

    Ctrl-C stops the run between two tokens; what it did until then is printed and written all the same, and `--resume`
    goes on from a trace so written as if nothing had happened.
    """
    screen = console()
    if resume is not None:
        _only_resume(click.get_current_context())
        recorded = pfviz.load(resume)
        trace = _record(screen, recorded.generator, lambda stop: _resumed(recorded, stop))
    elif problem is not None:
        _choose_models(click.get_current_context(), settings)
        trace = _record(screen, settings["generator"], lambda stop: pfviz.stream(problem, stop=stop, **settings))
    else:
        raise click.UsageError("Give a PROBLEM, or --resume FILE.")
    screen.print()
    tables.result(screen, trace)
    _write(screen, trace, out, html)
    if trace.status == "stopped":
        raise click.exceptions.Exit(INTERRUPTED)


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
    if protocol is not None:
        if settings["reward"] in REWARDS or not is_place(settings["reward"]):
            raise click.UsageError(
                f"--protocol is for a --reward-model of the Hugging Face Hub or of a folder; {settings['reward']!r} is "
                "neither."
            )
        settings["reward"] = forced(settings["reward"], protocol)


def _only_resume(ctx: click.Context) -> None:
    """Refuse what the trace says already."""
    theirs = {"resume", "out", "html"}
    given = [name for name in ctx.params if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if more := [name for name in given if name not in theirs]:
        raise click.UsageError(
            f"--resume takes the problem and all settings from the trace; leave out: {', '.join(more)}."
        )


def _resumed(trace: Trace, stop: Callable[[], bool]) -> Iterator[Event]:
    from pfviz.api import resume_stream

    return resume_stream(trace, stop=stop)


def _record(screen: Console, generator: str, begin: Callable[[Callable[[], bool]], Iterator[Event]]) -> Trace:
    """Run to the end, or to Ctrl-C, and return the trace of the complete steps."""
    if generator == "embedded":
        from pfviz.models.threads import one_thread

        one_thread()
    recorder, interrupt = Recorder(), Interrupt()
    with Progress(screen) as progress:
        events = begin(interrupt.wanted)  # loads the models; Ctrl-C aborts here
        with interrupt.listening():
            for event in events:
                recorder.see(event)
                progress.see(event)
    return recorder.trace()


def _write(screen: Console, trace: Trace, out: Path | None, html: Path | None) -> None:
    if out is not None:
        with writing(screen, out):
            trace.save(out)
    if html is not None:
        from pfviz.figures.export import to_html

        page = to_html(trace)
        with writing(screen, html):
            html.write_text(page, encoding="utf-8")
