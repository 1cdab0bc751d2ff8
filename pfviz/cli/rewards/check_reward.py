"""`pfviz check-reward MODEL`: is a reward model served right?"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from pfviz.cli.options.reward_option import resolve_reward
from pfviz.cli.run import EXIT_INTERRUPTED
from pfviz.cli.screen.files import OUTPUT_FILE, check_writable, report_write
from pfviz.cli.screen.terminal import console, one_line, untrusted_text
from pfviz.lab.reward_check.check import check_reward
from pfviz.lab.reward_check.results import CheckResult, summarise
from pfviz.models.remote.config_file import find_endpoint
from pfviz.models.remote.endpoint import ENDPOINT_PREFIX, Endpoint
from pfviz.models.remote.reward import RemoteReward

EXIT_WRONG = 1  # exit status where a check finds something wrong


@click.command("check-reward")
@click.argument("model")
@click.option(
    "--endpoint",
    metavar="NAME|ADDRESS",
    help="A server that gives the same model's rewards: the name of a configured endpoint, or an address like "
    "http://localhost:8000, whose /pooling is asked.",
)
@click.option("--json", "json_file", type=OUTPUT_FILE, callback=check_writable, help="Write the results here, as JSON.")
def check_reward_command(model: str, endpoint: str | None, json_file: Path | None) -> None:
    """Say whether a reward model gives the same text the same reward, however it is scored.

    A handful of built-in solutions is scored alone and in batches of several sizes and orders, padded on the left and
    on the right, in float32 and bfloat16, step by step and in one pass, with the separator and without it, through the
    tokenizer and back; with `--endpoint`, here and behind that server. Of each check the largest difference is
    printed, and at the end who is wrong.

    MODEL is what `--reward-model` of `pfviz run` takes: a name, a folder, an id of the Hub, PROTOCOL:PLACE,
    MODULE:FUNCTION, or `endpoint:NAME` for a server alone.

    A difference is no fault as long as rounding explains it: 0.001 in float32, 0.05 in bfloat16 and behind a server.

    \b
    pfviz check-reward embedded
    pfviz check-reward Qwen/Qwen2.5-Math-PRM-7B --endpoint http://localhost:8000
    pfviz check-reward endpoint:my-prm --json checks.json

    Status: 0 all is well, 1 something is wrong, 2 a mistake, 130 Ctrl-C.
    """
    screen, results = console(), list[CheckResult]()
    server = None if endpoint is None else RemoteReward(_find_server(endpoint, model))
    whole = True
    try:
        for one in check_reward(resolve_reward(model), server):
            results.append(one)
            if screen.is_terminal:
                screen.print(untrusted_text(f"{one.title}: {one.status}", "dim"))
    except KeyboardInterrupt:
        whole = False
    screen.print(_results_table(results))
    if not whole:
        raise click.exceptions.Exit(EXIT_INTERRUPTED)
    screen.print()
    _print_sentences(screen, results)
    screen.print(untrusted_text(one_line(summarise(results)), "bold"))
    if json_file is not None:
        with report_write(screen, json_file):
            rows = [_to_dict(one) for one in results]
            json_file.write_text(json.dumps({"model": model, "checks": rows}, indent=1) + "\n", encoding="utf-8")
    if any(one.status == "wrong" for one in results):
        raise click.exceptions.Exit(EXIT_WRONG)


def _find_server(given: str, model: str) -> Endpoint:
    """The configured endpoint of that name, or one at that address, which is asked for the model by its own name."""
    if given.startswith(("http://", "https://")):
        return Endpoint(name="server", url=given, model=model, kind="reward", api="pooling")
    label = given if given.startswith(ENDPOINT_PREFIX) else f"{ENDPOINT_PREFIX}{given}"
    return find_endpoint(label, "reward")


def _results_table(results: Sequence[CheckResult]) -> Table:
    """A row for each check."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name in ("check", "what is compared"):
        table.add_column(name, overflow="fold")
    for name in ("largest difference", "allowed"):
        table.add_column(name, justify="right")
    table.add_column("verdict")
    for one in results:
        numbers = ["" if math.isnan(value) else f"{value:.2g}" for value in (one.difference, one.allowed)]
        table.add_row(
            one.name, one.title, *numbers, untrusted_text(one.status, "bold" if one.status == "wrong" else "")
        )
    return table


def _print_sentences(screen: Console, results: Sequence[CheckResult]) -> None:
    """What is wrong, what else is to be known, and what was not done."""
    said = [one for one in results if one.status != "ok"]
    for one in said:
        screen.print(untrusted_text(f"- {one.name}: {one_line(one.sentence)}"))
    if said:
        screen.print()


def _to_dict(one: CheckResult) -> dict[str, Any]:
    """A result for JSON, which has no NaN."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in asdict(one).items()
    }
