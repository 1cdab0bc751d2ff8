"""What a pydantic model refuses, said in one sentence: which field, what was expected there and what was found.

What is expected stands in the `description` of a field, beside its type and its bounds. pydantic's own words are not
shown: they speak of Python's types, and repeat the value, which may be long or secret.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import AfterValidator, ValidationError, ValidatorFunctionWrapHandler

from pfviz.text import describe_json, shorten

Value = TypeVar("Value")

_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first field that does not fit; as a text, the sentence that says so."""

    path: str  # such as choices[0].text; "" is the whole
    problem: Literal["missing", "unknown", "wrong"]
    expected: str
    found: str

    @property
    def field(self) -> str:
        """The outermost field on the path."""
        return self.path.partition(".")[0].partition("[")[0]

    def __str__(self) -> str:
        if self.problem == "unknown":
            return f"{shorten(self.path, 60)!r}: unknown; there are {self.expected}"
        before = f"{self.path}: " if self.path else ""
        if self.problem == "missing":
            return f"{before}missing; expected {self.expected}"
        return f"{before}expected {self.expected}; found {self.found}"


def first_mismatch(error: ValidationError, model: type, data: Any, hidden: Collection[str] = ()) -> Mismatch:
    """Return what is wrong with the data that a pydantic model or dataclass refused.

    The deepest field on the way to the error that has a `description` is the one that is named. `hidden` are the
    outermost fields whose values may be secrets, and are not shown.
    """
    detail = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if detail["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return Mismatch(str(detail["loc"][-1]), "unknown", ", ".join(sorted(_fields(model))), "")
    path, expected, found = "", "an object", data
    place, value = "", data
    inside: type | None = model
    for part in detail["loc"]:
        if isinstance(part, int):
            if not isinstance(value, list) or part >= len(value):
                break
            place, value = f"{place}[{part}]", value[part]
            continue
        field = _fields(inside).get(part)
        if field is None:  # a branch of a union
            break
        place = f"{place}.{part}" if place else part
        value = value.get(part, _NOTHING) if isinstance(value, Mapping) else _NOTHING
        inside = _find_model(field.annotation)
        if field.description:
            path, expected, found = place, field.description, value
    if found is _NOTHING:
        return Mismatch(path, "missing", expected, "")
    secret = path.partition(".")[0] in hidden
    return Mismatch(path, "wrong", expected, "something else" if secret else describe_json(found))


def _fields(model: type | None) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(model, "__pydantic_fields__", {})
    return found


def _find_model(annotation: Any) -> type | None:
    """The model in an annotation such as `list[Model] | None`."""
    if _fields(annotation):
        return annotation  # type: ignore[no-any-return]
    return next((model for one in get_args(annotation) if (model := _find_model(one))), None)


def require(check: Callable[[Any], bool]) -> AfterValidator:
    """Return a validator that refuses a value for which the check is false."""

    def refuse_others(value: Value) -> Value:
        if not check(value):
            raise ValueError
        return value

    return AfterValidator(refuse_others)


FilledText = Annotated[str, require(lambda text: bool(text.strip()))]
"""A text with more than blanks in it."""


def none_if_wrong(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Return the validated value, None where it does not fit: for what may be missing (a `WrapValidator`)."""
    try:
        return validate(value)
    except ValidationError:
        return None


def keep_first(value: Any) -> Any:
    """Return a list without all but its first item, anything else as it is (a `BeforeValidator`)."""
    return value[:1] if isinstance(value, list) else value
