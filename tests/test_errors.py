"""Errors cross from one process to another as what they are."""

from __future__ import annotations

import copy
import inspect
import itertools
import pickle
from typing import Any

import pytest

from pfviz import errors
from pfviz.errors import PfvizError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PfvizError)]
VALUES: dict[str, Any] = {
    "str": "Tau is −1; it must lie between 0 and 1.",
    "str | None": "url",
    "tuple[str, ...]": ("Compute 1 + 2", "Solve 3x = 6"),
}


def made(kind: type[PfvizError]) -> PfvizError:
    """One of that kind, with something in each of its fields."""
    if "__init__" not in vars(kind):
        return kind(VALUES["str"])
    parameters = list(inspect.signature(kind).parameters.values())
    return kind(*(VALUES[parameter.annotation] for parameter in parameters))


def test_an_error_is_pickled_with_its_fields(subtests: pytest.Subtests) -> None:
    for kind, protocol in itertools.product(KINDS, range(pickle.HIGHEST_PROTOCOL + 1)):
        with subtests.test(kind=kind, protocol=protocol):
            error = made(kind)
            again = pickle.loads(pickle.dumps(error, protocol))
            assert type(again) is kind
            assert str(again) == str(error) == VALUES["str"]
            assert again.args == error.args
            assert vars(again) == vars(error)


def test_the_fields_are_those_that_callers_read() -> None:
    """What the test above compares is not nothing."""
    fields = {kind.__name__: set(vars(made(kind))) for kind in KINDS if vars(made(kind))}
    assert fields == {
        "ProblemError": {"examples"},
        "SettingError": {"field"},
        "EndpointError": {"field"},
        "UnknownFormatError": {"examples"},
    }


def test_what_was_added_to_an_error_goes_along() -> None:
    error = errors.ModelError("no weights")
    error.add_note("asked for by a test")
    assert copy.copy(error).__notes__ == ["asked for by a test"]
