"""`--dataset`: a source of problems, by name or by file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from pfviz.errors import DatasetError
from pfviz.problems.datasets import DATASETS, find_dataset


class DatasetType(click.ParamType[Any]):
    """The name of a data set, or a file of problems."""

    name = "data set"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The source as it was typed, if there is such a data set and its file."""
        try:
            _, path = find_dataset(value)
        except DatasetError as error:
            self.fail(str(error), param, ctx)
        if path is not None and not path.is_file():
            self.fail(f"there is no file {str(path)!r}.", param, ctx)
        return str(value)


def dataset_option(default: str | None, help_text: str) -> Callable[[Any], Any]:
    """Return the option `--dataset`, whose help names the data sets that there are."""
    named = [name for name, dataset in DATASETS.items() if not dataset.needs_path]
    files = [f"FILE{suffix}" for dataset in DATASETS.values() for suffix in dataset.suffixes]
    return click.option(
        "--dataset", type=DatasetType(), metavar="|".join((*named, *files)), default=default, help=help_text
    )
