"""Where problems come from, by name: `pfviz study --dataset NAME`, `pfviz diagnose --batch N --dataset NAME`, the lab.

A new source is one file in this folder and one line in `DATASETS`. Its function takes `(number, seed, path)` and gives
up to `number` problems whose true answers are known, fewer where there are no more: the first ones of an order that
follows from `seed`, so that asking for more keeps those that were there. `path` is None for a source without files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from pfviz.errors import DatasetError, ProblemError
from pfviz.problems.problem import Problem

MAX_REFUSALS_SHOWN = 3  # refused problems that a message tells of


@dataclass(frozen=True, slots=True)
class Dataset:
    """A source of problems.

    Args:
        name: what `--dataset` calls it.
        title: what the page calls it.
        description: what the problems are, in a sentence.
        loader: "module:function" of `(number, seed, path) -> list[Problem]`.
        suffixes: how its files end; empty for one that needs no file.
        generator: the preset that its problems are for, where no other can be expected to take them; empty for any that
            reads what people write.
    """

    name: str
    title: str
    description: str
    loader: str
    suffixes: tuple[str, ...] = ()
    generator: str = "embedded"

    @property
    def needs_path(self) -> bool:
        """Whether it reads a file that the user names."""
        return bool(self.suffixes)

    def load(self, number: int, seed: int = 0, path: Path | None = None) -> list[Problem]:
        """Return up to `number` problems; raises `DatasetError` for a file that cannot be read."""
        load: Callable[[int, int, Path | None], list[Problem]] = resolve_name(self.loader)
        return load(number, seed, path)


DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in [
        Dataset(
            "held-out", "Held-out problems",
            "Problems of the embedded world that its models never saw: a third each of sums, equations and stories.",
            "pfviz.problems.datasets.held_out:load_thirds",
        ),
        Dataset(
            "held-out-signs", "Held-out, half negative",
            "The same, but the answer of every second one is negative, so that signs matter.",
            "pfviz.problems.datasets.held_out:load_signs",
        ),
        Dataset(
            "chain", "Sums of 2 to 13 numbers",
            "Problems of the synthetic world, for the generator `chain`: sums that take 1 to 12 steps, each as often.",
            "pfviz.problems.datasets.chain:load_chains", generator="chain",
        ),
        Dataset(
            "everyday", "Short everyday problems",
            "Sums, fractions, percentages, equations and short stories of 21 kinds that people type, made by rules for "
            "published models.",
            "pfviz.problems.datasets.everyday:load_everyday", generator="",
        ),
        Dataset(
            "jsonl", "File of problems",
            "Problems with their answers, as JSON lines, a JSON array or comma-separated values: in the columns of "
            "GSM8K, MATH-500 or ProcessBench, or in `problem` and `answer`.",
            "pfviz.problems.datasets.jsonl:load_lines", suffixes=(".jsonl", ".json", ".csv"),
        ),
    ]
}  # fmt: skip


def built_in_datasets(generator: str | None = "embedded") -> list[Dataset]:
    """Return the sources that need no file, of problems for that generator; for any, if None."""
    return [
        dataset for dataset in DATASETS.values() if not dataset.needs_path and generator in (None, dataset.generator)
    ]


def usual_dataset(generator: str) -> str:
    """Return the name of the source that a generator is measured on, where none is named."""
    built_in = built_in_datasets(None)
    return next(one.name for wanted in (generator, "") for one in built_in if one.generator == wanted)


def find_dataset(source: str) -> tuple[Dataset, Path | None]:
    """Return the data set that is meant by NAME, by NAME:FILE, or by a FILE whose ending says which, and the file.

    Raises:
        DatasetError: there is no such data set, or it needs a file and has none; the message lists what there is.
    """
    name, _, place = source.partition(":")
    if name in DATASETS:
        dataset = DATASETS[name]
        if dataset.needs_path != bool(place):
            wanted = f"a file: {name}:FILE" if dataset.needs_path else f"no file: {name}"
            raise DatasetError(f"The data set {source[:80]!r} takes {wanted}.")
        return dataset, Path(place) if place else None
    for dataset in DATASETS.values():
        if dataset.needs_path and source.lower().endswith(dataset.suffixes):
            return dataset, Path(source)
    endings = ", ".join(f"FILE{suffix}" for dataset in DATASETS.values() for suffix in dataset.suffixes)
    names = ", ".join(dataset.name for dataset in built_in_datasets(None))
    raise DatasetError(f"There is no data set {source[:80]!r}. Choose one of: {names}; or give {endings}.")


def load_problems(source: str, number: int, seed: int = 0, *, fewer: bool = False) -> list[Problem]:
    """Return `number` problems of a data set, named as `find_dataset` takes it; or as many as there are, if `fewer`.

    Raises:
        DatasetError: as `find_dataset`; the file cannot be read; or it has fewer problems.
    """
    dataset, path = find_dataset(source)
    found = dataset.load(number, seed, path)
    if len(found) < number and not fewer:
        raise DatasetError(f"There are {len(found)} such problems, not {number}. Ask for fewer.")
    return found


def describe_source(source: str) -> str:
    """Return what identifies the problems of a data set: its name; of a file also its own name and a hash."""
    dataset, path = find_dataset(source)
    if path is None:
        return dataset.name
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}.") from error
    return f"{dataset.name}:{path.name} ({digest})"


def check_problems(problems: Sequence[Problem], check: Callable[[Problem], Any]) -> None:
    """Raise `ProblemError` naming the problems, by their place and first words, that `check` refuses with one."""
    refused: list[str] = []
    examples: tuple[str, ...] = ()
    for place, problem in enumerate(problems, start=1):
        try:
            check(problem)
        except ProblemError as error:
            refused.append(f"problem {place} ({problem.text[:40]!r}): {error}")
            examples = examples or error.examples
    if refused:
        more = len(refused) - MAX_REFUSALS_SHOWN
        shown = " ".join(refused[:MAX_REFUSALS_SHOWN]) + (f" And {more} more." if more > 0 else "")
        raise ProblemError(f"{len(refused)} of {len(problems)} problems cannot be taken: {shown}", examples)
