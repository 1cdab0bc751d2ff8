"""What a row holds, checked by a pydantic model; what does not fit is said in one sentence with the row's place."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from pfviz.errors import TraceError
from pfviz.trace.tables.rows import MAX_NUMBER, Row
from pfviz.validation import first_mismatch

Model = TypeVar("Model", bound=BaseModel)


class RowFields(BaseModel):
    """Fields of a row; those that are not named may hold what they like."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def check_row(model: type[Model], where: str, row: Row) -> Model:
    """Return the fields of a row; raises `TraceError` naming the place, the field and what was expected."""
    try:
        return model.model_validate(row)
    except (ValidationError, RecursionError) as error:
        if isinstance(error, RecursionError):
            raise TraceError(f"{where}: nested deeper than any run") from error
        raise TraceError(f"{where}: {first_mismatch(error, model, row)}") from None


def _read_number(value: Any) -> float:
    """A number, also where it is written as a text; NaN for null."""
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("no number")
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError("too large") from error
    if math.isfinite(number) and abs(number) > MAX_NUMBER:
        raise ValueError("too large")
    return number


Number = Annotated[float, BeforeValidator(_read_number)]
"""A number, or a text that is one; null, and NaN, is NaN: it is not known. Infinities are allowed."""


def _read_text_or_none(value: Any) -> str | None:
    """A text; a number as one, since answers often are numbers; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    return str(value) if isinstance(value, str | int | float) and len(str(value)) < 100_000 else None


Answer = Annotated[str | None, BeforeValidator(_read_text_or_none)]
"""A true answer, or a name, where a file has one."""


def has_columns(row: Row | None, names: Iterable[str]) -> bool:
    """Return whether a row has all of these columns, whatever they hold."""
    return row is not None and all(name in row for name in names)


def message_text(value: Any) -> str | None:
    """The text of a chat message or of a bare text; None of anything else."""
    if isinstance(value, dict):
        value = value.get("content")
    if isinstance(value, list):
        parts = [part.get("text") if isinstance(part, dict) else None for part in value]
        value = "".join(map(str, parts)) if parts and all(isinstance(part, str) for part in parts) else None
    return value if isinstance(value, str) else None
