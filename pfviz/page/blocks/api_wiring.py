"""The endpoints for programs: `gradio_client`, plain HTTP, and, where the package `mcp` is installed, tools of a model.

What each is told and gives is read from the type hints of the functions in here, what it is for from their docstrings.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal, get_args, get_origin, get_type_hints

import gradio as gr

from pfviz.errors import PfvizError
from pfviz.page.endpoints import read_runs, score_steps, start_run
from pfviz.page.endpoints.documents import (
    ComparisonDocument,
    Detail,
    FileDocument,
    OptionsDocument,
    RunDocument,
    RunListItem,
    RunUpdate,
)
from pfviz.page.endpoints.run_keeper import RecentRuns, RunKeeper
from pfviz.page.forms.run_form import DEFAULTS
from pfviz.page.serving.engine import Engine

RUNS_AT_ONCE = 8
"""Runs of programs that hold a thread of the server; others wait in Gradio's queue before the page's own."""
READINGS_AT_ONCE = 2
"""Comparisons, diagnoses and exports that compute at once, as they take no turns."""

MCP_VARIABLE = "GRADIO_MCP_SERVER"
MCP_MAJOR = "1"
"""Of the package `mcp`, which Gradio 6 takes."""


def wire(engine: Engine, keeper: RunKeeper | None = None) -> None:
    """Attach the endpoints; called inside the `gr.Blocks` of the page."""
    kept = keeper or RecentRuns()

    def run(
        problem: str,
        method: str = DEFAULTS["method"],
        particles: int = DEFAULTS["particles"],
        seed: int = 0,
        models: str = DEFAULTS["models"],
        reward: str = DEFAULTS["reward"],
        truth: str = "",
        settings: dict[str, Any] | None = None,
        detail: Detail = "trace",
    ) -> Iterator[RunUpdate]:
        """Solve a problem with a particle filter, or another method, over a language model and a reward model. Yields
        where the run stands; the last update has the run itself as its result.

        Args:
            problem: The problem, such as "Compute (12 + 7) * 3 - 45".
            method: How particles are selected; `options` lists the names.
            particles: How many solutions are written side by side.
            seed: The same seed gives the same run.
            models: Who writes: a name that `options` lists.
            reward: Who scores the steps: one of those that `options` lists for these models.
            truth: The right answer where it is known, to mark the answers by.
            settings: Further settings by name, such as {"temperature": 0.7}; `options` lists them.
            detail: "summary" leaves out the trace, which is long.
        """
        fields = {
            "problem": problem, "method": method, "particles": particles, "seed": seed, "models": models,
            "reward": reward, "truth": truth, **(settings or {}),
        }  # fmt: skip
        stopped = threading.Event()
        try:
            yield from start_run.start_run(engine, kept, fields, detail, stop=stopped.is_set)
        finally:
            stopped.set()  # also when the caller has gone, and this generator with him

    def resume(run: str, detail: Detail = "trace") -> Iterator[RunUpdate]:
        """Go on with a run that was stopped, to its end, with its own models and settings. Yields as `run` does.

        Args:
            run: The id of the run, or the text of its trace file.
            detail: "summary" leaves out the trace, which is long.
        """
        stopped = threading.Event()
        try:
            yield from start_run.resume_run(engine, kept, run, detail, stop=stopped.is_set)
        finally:
            stopped.set()

    def score(problem: str, solutions: list[list[str]], reward: str = DEFAULTS["reward"]) -> list[list[float]]:
        """Score the steps of solutions that somebody wrote: of each solution the reward of each prefix, 0 to 1.

        Args:
            problem: The problem that the solutions solve.
            solutions: Each a list of steps, such as [["12 + 7 = 19", "19 * 3 = 57"]].
            reward: Who scores: a reward model that `options` lists and that reads texts.
        """
        stopped = threading.Event()
        try:
            return score_steps.score_solutions(engine, problem, solutions, reward, stop=stopped.is_set)
        finally:
            stopped.set()

    def options() -> OptionsDocument:
        """List what a run can be asked for with: methods, models with their reward models, settings, export formats."""
        return read_runs.list_options(engine.menu)

    def list_runs(query: str = "") -> list[RunListItem]:
        """List recorded runs that can be had by name.

        Args:
            query: Words of the problem or the title; empty for all.
        """
        return read_runs.list_runs(kept, query)

    def get(run: str, detail: Detail = "trace") -> RunDocument:
        """Get a run: its answers with their weights, what it cost, what went wrong in it, and its trace.

        Args:
            run: The id that a run ended with, story:NAME of a recorded one, or the text of a trace file.
            detail: "summary" leaves out the trace, which is long.
        """
        return read_runs.get_run(kept, run, detail)

    def compare(runs: list[str]) -> ComparisonDocument:
        """Set two to six runs side by side: what differs between them, what came of each, what each cost.

        Args:
            runs: Each an id, story:NAME, or the text of a trace file.
        """
        return read_runs.compare_runs(kept, runs)

    def diagnose(runs: list[str]) -> dict[str, Any]:
        """Say where the reward model of runs is wrong: findings with their causes, examples, and measures.

        Args:
            runs: Runs under one reward model, each an id, story:NAME, or the text of a trace file.
        """
        return read_runs.diagnose_runs(kept, runs)

    def export(
        run: str, format: Literal["json", "html", "csv", "parquet", "graphml", "svg", "png"] = "csv"
    ) -> FileDocument:
        """Write a run as a file for another program: a table, a graph, a drawing, a report.

        Args:
            run: An id, story:NAME, or the text of a trace file.
            format: csv and parquet are tables, graphml a graph, svg and png drawings, html a report, json the trace.
        """
        return read_runs.export_run(kept, run, format)

    for asking in (run, resume, score):
        publish(asking, concurrency_limit=RUNS_AT_ONCE, concurrency_id="runs-of-programs")
    for reading in (options, list_runs, get, compare, diagnose, export):
        publish(reading, concurrency_limit=READINGS_AT_ONCE, concurrency_id="readings-of-programs")


def publish(function: Callable[..., Any], **settings: Any) -> None:
    """Make a function an endpoint of its name. An error of pfviz becomes the caller's, with its sentence."""
    hints = get_type_hints(function)
    if get_origin(hints["return"]) is Iterator:
        (hints["return"],) = get_args(hints["return"])  # of what it yields, which is what a caller gets

        @functools.wraps(function)
        def endpoint(*given: Any, **named: Any) -> Iterator[Any]:
            with hand_on_errors():
                yield from function(*given, **named)
    else:

        @functools.wraps(function)
        def endpoint(*given: Any, **named: Any) -> Any:
            with hand_on_errors():
                return function(*given, **named)

    signature = inspect.signature(function)
    places = [place.replace(annotation=hints[name]) for name, place in signature.parameters.items()]
    published: Any = endpoint
    published.__annotations__ = hints
    published.__signature__ = signature.replace(parameters=places, return_annotation=hints["return"])
    gr.api(published, api_name=function.__name__, **settings)


@contextmanager
def hand_on_errors() -> Iterator[None]:
    """Within it an error of pfviz is one whose sentence Gradio gives to the caller, and no fault of the server."""
    try:
        yield
    except PfvizError as error:
        raise gr.Error(str(error), print_exception=False) from error


def answer_in_json(server: Any) -> None:
    """Have a page's server of the Model Context Protocol answer with JSON; Gradio's writes data as Python does."""
    write = server.postprocess_output_data

    def write_json(data: list[Any], *others: Any, **named: Any) -> Any:
        texts = [json.dumps(one, ensure_ascii=False) if isinstance(one, dict | list) else one for one in data]
        return write(texts, *others, **named)

    server.postprocess_output_data = write_json


def can_serve_mcp() -> bool:
    """Return whether the page is a server of the Model Context Protocol too: `mcp` is installed, in a version that
    Gradio knows, and $GRADIO_MCP_SERVER does not say no."""
    if os.environ.get(MCP_VARIABLE, "").strip().lower() in ("0", "false", "no"):
        return False
    try:
        return version("mcp").partition(".")[0] == MCP_MAJOR
    except PackageNotFoundError:
        return False
