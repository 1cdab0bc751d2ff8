"""What the endpoints answer with: plain data of known types, which JSON can hold."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from pfviz.comparison.summary import count_generations
from pfviz.diagnostics.health import run_health
from pfviz.trace.json_file import dumps
from pfviz.trace.trace import Trace

Detail = Literal["trace", "summary"]
"""Whether a run is told with its whole trace, which is long, or without it."""

MAX_ANSWERS = 30
"""Answers of a run that are listed, the heaviest first."""


class AnswerDocument(TypedDict):
    """An answer: as it was written, its share of the weight, how many particles give it, whether it is right."""

    answer: str
    weight: float
    particles: int
    correct: bool | None


class RunDocument(TypedDict):
    """A run. `trace` is the file of `pfviz run --out` as text; empty where only a summary was asked for."""

    run: str
    problem: str
    truth: str | None
    answer: str | None
    correct: bool | None
    answers: list[AnswerDocument]
    status: str
    method: str
    generator: str
    reward: str
    seed: int
    particles: int
    steps: int
    resamplings: int
    tokens: int
    generations: int | None
    seconds: float
    health: list[str]
    trace: str


class RunUpdate(TypedDict):
    """Where a run stands: `status` is "queued", "loading", "running", or how it ended, and then `result` is there."""

    status: str
    queue_place: int
    step: int
    particles: int
    tokens: int
    seconds: float
    result: RunDocument | None


class RunListItem(TypedDict):
    """A run that can be had by its name."""

    run: str
    title: str
    problem: str
    method: str
    answer: str | None
    correct: bool | None


class TableRowDocument(TypedDict):
    """A row of a comparison: what it is about, and a text for each run."""

    name: str
    values: list[str]


class ComparisonDocument(TypedDict):
    """Runs side by side: what each is called, what differs between them, what came of each."""

    labels: list[str]
    one_problem: bool
    differences: list[TableRowDocument]
    outcomes: list[TableRowDocument]


class FileDocument(TypedDict):
    """A file: a text, or bytes as base64."""

    name: str
    encoding: Literal["text", "base64"]
    content: str


class OptionsDocument(TypedDict):
    """What can be chosen: names and what they mean. `settings` maps the name of each setting to its help."""

    methods: dict[str, str]
    models: dict[str, list[str]]
    settings: dict[str, str]
    export_formats: dict[str, str]


def describe_run(trace: Trace, run: str, detail: Detail) -> RunDocument:
    """Return a run as a document; `run` is the name by which it can be had again, empty for none."""
    choice = trace.choice
    return {
        "run": run,
        "problem": trace.problem,
        "truth": trace.truth,
        "answer": trace.answer,
        "correct": None if choice is None else choice.correct,
        "answers": [
            {"answer": row.display, "weight": round(row.mass, 6), "particles": row.count, "correct": row.correct}
            for row in trace.pooled.rows[:MAX_ANSWERS]
        ],
        "status": trace.status,
        "method": trace.method,
        "generator": trace.generator,
        "reward": trace.reward,
        "seed": trace.seed,
        "particles": trace.particles,
        "steps": trace.steps,
        "resamplings": int(trace.resampled.sum()),
        "tokens": trace.written_tokens,
        "generations": count_generations(trace),
        "seconds": float(trace.seconds[-1]) if trace.steps else 0.0,
        "health": [finding.sentence for finding in run_health(trace)] if trace.steps else [],
        "trace": dumps(trace) if detail == "trace" else "",
    }


def to_plain(value: Any) -> Any:
    """Return nested data with tuples as lists, as it is after a way through JSON."""
    if isinstance(value, dict):
        return {str(name): to_plain(item) for name, item in value.items()}
    return [to_plain(item) for item in value] if isinstance(value, list | tuple) else value
