"""Errors of pfviz: one class per family; the message names the value, what was expected and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class PfvizError(Exception):
    """Base of every error that pfviz raises on purpose; its text may be shown to a visitor (escaped).

    It can be pickled, fields included: a run may be in another process than the page. One that ends a run which
    `pfviz.run` or `pfviz.resume` records has the `Trace` of the complete steps, with which `pfviz.resume` goes on."""

    trace: Any = None

    def __reduce__(self) -> tuple[Callable[..., PfvizError], tuple[Any, ...]]:
        return _unpickle_error, (type(self), self.args, self.__dict__)


def name_error(error: Exception) -> str:
    """An error in words that may be shown and kept: its own text only where pfviz wrote it."""
    return str(error) if isinstance(error, PfvizError) else f"the model failed ({type(error).__name__})."


def _unpickle_error(kind: type[PfvizError], args: tuple[Any, ...], fields: dict[str, Any]) -> PfvizError:
    """The error that was pickled. Python would call its constructor with `args`, which hold the message alone."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(fields)
    return error


class ProblemError(PfvizError):
    """The problem cannot be taken: empty, too long, not text, or beyond what the chosen models understand."""

    def __init__(self, message: str, examples: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.examples = examples


class DatasetError(PfvizError):
    """Problems cannot be read; the message names the data set, or the file and the line, and what was expected."""


class SettingError(PfvizError):
    """A setting has a value that makes no sense; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ModelError(PfvizError):
    """A generator or reward model cannot be loaded or does not fit any protocol."""


class EndpointError(ModelError):
    """An endpoint of a remote engine is described wrongly; `field` names what is wrong (None: the file itself)."""

    def __init__(self, field: str | None, message: str) -> None:
        super().__init__(message)
        self.field = field


class TraceError(PfvizError):
    """A trace file is damaged or foreign; the message names the field and what was expected there."""


class UnknownFormatError(TraceError):
    """A file is of no format that is known; `examples` has short files of the nearest one that is."""

    def __init__(self, message: str, examples: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.examples = examples


class StoreError(PfvizError):
    """Stored runs cannot be read or written, or there is no such run; the message names the file or the run, and what
    to do."""


class StudyError(PfvizError):
    """A study cannot be made, resumed or read; the message names the file or the part, and what to do."""


class ComparisonError(PfvizError):
    """Runs cannot be set side by side; the message says why and what to do."""


class LabError(PfvizError):
    """A tool of the reward lab cannot do what it was asked for; the message says what is missing and what to do."""


class ExportError(PfvizError):
    """A run cannot be written as a file of that kind, or passed on; the message says what is missing and what to do."""
