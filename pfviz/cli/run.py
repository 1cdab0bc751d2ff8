"""`pfviz run PROBLEM`: solve a problem here and now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from pfviz.cli import tables
from pfviz.cli.progress import Interrupt, Progress
from pfviz.cli.terminal import console
from pfviz.inference.events import RunEnded
from pfviz.trace import Recorder, Trace

INTERRUPTED = 130  # what shells expect of a command that Ctrl-C ended


def _writable(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    """Refuse a folder that is not there before the run, not after it."""
    if value is not None and not value.absolute().parent.is_dir():
        raise click.BadParameter(f"the folder {value.absolute().parent} does not exist", ctx, param)
    return value


FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("problem")
@click.option("--particles", "-n", default=16, help="Solutions that are written side by side (N).")
@click.option("--seed", "-s", default=0, help="The same seed gives the same run.")
@click.option("--truth", help="The true answer; answers are then marked ✓ or ✗.")
@click.option("--temperature", default=0.8, help="Sampling temperature of the generator; 0 is greedy.")
@click.option("--tau", default=1.0, help="Softmax temperature of the weights; small trusts the reward more.")
@click.option("--resampler", default="multinomial", help="Resampling scheme: multinomial or systematic.")
@click.option("--trigger", default="always", help="When to resample: always, or ess (ESS/N below the threshold).")
@click.option("--threshold", default=0.5, help="ESS/N below which --trigger ess resamples.")
@click.option("--reward", default="embedded", help="Reward model: embedded, or naive (the first and weaker one).")
@click.option("--max-steps", default=40, help="Steps after which the run ends.")
@click.option("--out", "-o", type=FILE, callback=_writable, help="Write the trace here, as JSON.")
@click.option("--html", type=FILE, callback=_writable, help="Write the genealogy here, as a page that works offline.")
def run(problem: str, out: Path | None, html: Path | None, **settings: Any) -> None:
    """Solve PROBLEM with a particle filter; print progress and the answers.

    Ctrl-C stops the run between two tokens; what it did until then is printed and written all the same.
    """
    screen = console()
    trace = _record(screen, problem, settings)
    screen.print()
    tables.result(screen, trace)
    _write(screen, trace, out, html)
    if trace.status == "stopped":
        raise click.exceptions.Exit(INTERRUPTED)


def _record(screen: Console, problem: str, settings: dict[str, Any]) -> Trace:
    """Run to the end, or to Ctrl-C, and return the trace of the complete steps."""
    import pfviz

    recorder, interrupt = Recorder(), Interrupt()
    events = pfviz.stream(problem, **settings)
    with interrupt.listening(), Progress(screen) as progress:
        for event in events:
            interrupt.started = True
            recorder.see(event)
            progress.see(event)
            if interrupt.wanted and not isinstance(event, RunEnded):
                events.close()
                recorder.see(RunEnded(status="stopped", seconds=progress.seconds))
                break
    return recorder.trace()


def _write(screen: Console, trace: Trace, out: Path | None, html: Path | None) -> None:
    if out is not None:
        trace.save(out)
        screen.print(f"Wrote {out}", markup=False)
    if html is not None:
        from pfviz.figures.export import to_html

        html.write_text(to_html(trace), encoding="utf-8")
        screen.print(f"Wrote {html}", markup=False)
