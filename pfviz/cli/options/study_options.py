"""What the options of `pfviz study` are made of: lists, problems by number or by name, models by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from pfviz.cli.options.dataset_option import DatasetType
from pfviz.errors import ModelError
from pfviz.models.registry import generator_preset, reward_preset


class NameListType(click.ParamType[Any]):
    """Names with commas between them, each one of the choices."""

    name = "name,name,…"

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.choices = choices

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The names, each once."""
        given = value if isinstance(value, tuple) else tuple(dict.fromkeys(part.strip() for part in value.split(",")))
        for name in given:
            if name not in self.choices:
                self.fail(f"{name!r} is none of: {', '.join(self.choices)}.", param, ctx)
        return given


class NumberListType(click.ParamType[Any]):
    """Positive whole numbers with commas between them."""

    name = "N,N,…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """The numbers, each once, ascending."""
        if isinstance(value, tuple):
            return value
        try:
            numbers = sorted({int(part) for part in value.split(",")})
        except ValueError:
            self.fail(f"{value!r} is no list of whole numbers, such as 1,4,16.", param, ctx)
        if numbers[0] < 1:
            self.fail(f"{numbers[0]} is no number of generations; it must be at least 1.", param, ctx)
        return tuple(numbers)


class ProblemsType(DatasetType):
    """How many problems, or whose: a whole number, a file, or the name of a data set."""

    name = "problems"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or the source as `--dataset` takes it."""
        if isinstance(value, int) or str(value).lstrip("-").isdecimal():
            return click.IntRange(1, MAX_PROBLEMS).convert(value, param, ctx)
        return super().convert(value, param, ctx)


class ModelNameType(click.ParamType[Any]):
    """The name of a model, as `pfviz run` takes it."""

    name = "name"

    def __init__(self, find: Callable[[str], Any]) -> None:
        self.find = find

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, if there can be such a model."""
        try:
            self.find(str(value))
        except ModelError as error:
            self.fail(str(error), param, ctx)
        return str(value)


MAX_PROBLEMS = 100_000
GENERATOR_NAME = ModelNameType(generator_preset)
REWARD_NAME = ModelNameType(reward_preset)
