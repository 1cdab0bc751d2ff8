"""The command of `python -m benchmarks` and `pfviz bench`: what a run costs on this machine."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from pfviz.cli.run import EXIT_INTERRUPTED
from pfviz.cli.screen.files import OUTPUT_FILE, check_writable
from pfviz.cli.screen.terminal import console

if TYPE_CHECKING:
    from benchmarks.results import Line, StatusCallback

DEFAULT_PARTICLES = "4,16,64"
MAX_PEER_PARTICLES = 16  # it computes all that came before a step anew


def _parse_numbers(ctx: click.Context, param: click.Parameter, value: str) -> tuple[int, ...]:
    try:
        numbers = tuple(int(word) for word in value.split(","))
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 1:
        raise click.BadParameter(f"{value!r} is no list of whole numbers such as {DEFAULT_PARTICLES}", ctx, param)
    return numbers


@click.command()
@click.option(
    "--particles", "-n", default=DEFAULT_PARTICLES, callback=_parse_numbers, help="Numbers of particles, with commas."
)
@click.option("--rounds", default=5, type=click.IntRange(1, 1000), help="Repetitions; medians and quartiles are shown.")
@click.option("--large", is_flag=True, help="A random pair of Qwen2.5-0.5B's shape in place of the embedded one.")
@click.option("--dtype", type=click.Choice(["bfloat16", "float32"]), default="bfloat16", help="Of the large pair.")
@click.option("--steps", default=8, type=click.IntRange(1, 100), help="Steps of the large pair, of 40 tokens or so.")
@click.option(
    "--peer", is_flag=True, help="Against its_hub, installed in an environment of its own; up to 16 particles."
)
@click.option("--growth", is_flag=True, help="Memory and time against the number of particles and of steps.")
@click.option("--ragged", is_flag=True, help="Ways to decode steps of unequal length, of a random pair.")
@click.option(
    "--page", is_flag=True, help="The page in Chromium: from a file to its picture, from a click to its answer."
)
@click.option(
    "--engines", is_flag=True, help="Tokens per second in this process and behind `transformers serve`, side by side."
)
@click.option(
    "--endpoint",
    "endpoints",
    metavar="NAME",
    multiple=True,
    help="With --engines: this configured server too; it should serve the embedded generator. Repeatable.",
)
@click.option(
    "--model", metavar="NAME", help="A published model, by an id, a folder or a GGUF file, against its own bare batch."
)
@click.option("--problem", metavar="TEXT", help="With --model: what is solved; by default a story with three addends.")
@click.option("--out", "-o", type=OUTPUT_FILE, callback=check_writable, help="Write every line here, as JSON.")
def bench(out: Path | None, **asked: Any) -> None:
    """Measure what a run costs here: against the bare limit of its models, and in tokens.

    Of the embedded pair, and of random weights in about its shape, where no two particles write the same.
    Ctrl-C ends the measuring; what was measured until then is printed and written.
    """
    from benchmarks.table import report_table

    screen = console()
    lines: list[Line] = []
    stopped = False
    status = screen.status("loading the models")
    try:
        if screen.is_terminal:
            status.start()
        lines.extend(_measure(asked, lambda text: _show_status(screen, status, text)))  # keeps what came before Ctrl-C
    except KeyboardInterrupt:
        stopped = True
    finally:
        status.stop()
    screen.print(report_table(lines) if lines else "Stopped before anything was measured.")
    if out is not None:
        report = {"machine": describe_machine(), "asked": asked, "lines": [line.as_dict() for line in lines]}
        try:
            out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise click.FileError(str(out), error.strerror) from error
        screen.print(f"Wrote {out}", markup=False)
    if stopped:
        raise click.exceptions.Exit(EXIT_INTERRUPTED)


def _show_status(screen: Console, status: Any, text: str) -> None:
    status.update(text)
    if not screen.is_terminal:
        screen.print(text, markup=False)


def _measure(asked: dict[str, Any], say: StatusCallback) -> Iterator[Line]:
    from benchmarks.cost import compare_with_limit
    from benchmarks.shapes import make_pair
    from pfviz.models.decoding.threads import use_one_thread

    if asked["peer"] and min(asked["particles"]) > MAX_PEER_PARTICLES:
        raise click.UsageError(f"--peer is measured with at most {MAX_PEER_PARTICLES} particles.")
    if asked["engines"] and asked["large"]:
        raise click.UsageError("--engines is measured on the embedded generator; leave --large out.")
    if asked["endpoints"] and not asked["engines"]:
        raise click.UsageError("--endpoint says what --engines compares with; give --engines too.")
    if asked["model"]:
        from benchmarks.real import STORY, measure_real

        yield from measure_real(asked["model"], asked["problem"] or STORY, asked["particles"], asked["rounds"], say)
        return
    if not asked["large"]:
        use_one_thread()
    rounds = asked["rounds"]
    if asked["page"]:
        from benchmarks.page import measure_page

        yield from measure_page(rounds, say)
        return
    if asked["growth"]:
        from benchmarks.growth import measure_growth

        yield from measure_growth(rounds, say)
        return
    changes = {"steps": asked["steps"]} if asked["large"] else {}
    if asked["ragged"]:
        from benchmarks.ragged import compare_ragged_decoding

        yield from compare_ragged_decoding(
            make_pair(f"0.5B-{asked['dtype']}" if asked["large"] else "small"), asked["particles"], rounds, say
        )
        return
    measured = make_pair(f"0.5B-{asked['dtype']}" if asked["large"] else "embedded", **changes)
    if asked["peer"]:
        from benchmarks.peer.comparison import compare_with_peer

        yield from compare_with_peer(
            measured, [n for n in asked["particles"] if n <= MAX_PEER_PARTICLES], rounds, say, changes
        )
        return
    if asked["engines"]:
        from benchmarks.engines import compare_engines

        yield from compare_engines(measured, asked["endpoints"], asked["particles"], rounds, say)
        return
    yield from compare_with_limit(measured, asked["particles"], rounds, say)
    if not asked["large"]:
        yield from compare_with_limit(make_pair("small"), asked["particles"], rounds, say)


def describe_machine() -> dict[str, Any]:
    """Where it was measured."""
    import torch

    from pfviz.inference.run import versions

    return {
        "processor": platform.processor() or platform.machine(),
        "system": platform.platform(),
        "threads": torch.get_num_threads(),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
        **versions(),
    }
