"""What a model refuses is said in one sentence, by field, expectation and value, and no secret is in it."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WrapValidator

from pfviz.validation import Mismatch, first_mismatch, keep_first, none_if_wrong, require


class Part(BaseModel):
    model_config = ConfigDict(strict=True)

    count: int | None = Field(default=None, ge=0, description="a count or null")
    numbers: Annotated[list[float | None], Field(fail_fast=True)] = Field(default=[], description="a list of numbers")
    even: Annotated[int, require(lambda value: value % 2 == 0)] = Field(default=0, description="an even number")
    key: str | int = Field(default="", description="a key")


class Whole(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    name: str = Field(description="a name")
    parts: Annotated[list[Part], BeforeValidator(keep_first)] = Field(default=[], description="a list of objects")
    aside: Annotated[Part | None, WrapValidator(none_if_wrong)] = None


def mismatch(data: Any, **options: Any) -> Mismatch:
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate(data)
    return first_mismatch(caught.value, Whole, data, **options)


@pytest.mark.parametrize(
    ("data", "field", "said"),
    [
        ({"name": 3}, "name", "name: expected a name; found 3"),
        ({}, "name", "name: missing; expected a name"),
        ({"name": "x", "more": 1}, "more", "'more': unknown; there are aside, name, parts"),
        ({"name": "x", "parts": {}}, "parts", "parts: expected a list of objects; found an object of 0"),
        ({"name": "x", "parts": [3, {}]}, "parts", "parts: expected a list of objects; found a list of 2"),
        ({"name": "x", "parts": [{"count": True}]}, "parts", "parts[0].count: expected a count or null; found true"),
        ({"name": "x", "parts": [{"count": "1"}]}, "parts", 'parts[0].count: expected a count or null; found "1"'),
        (
            {"name": "x", "parts": [{"numbers": [1, None, "2"] + ["x"] * 9}]},
            "parts",
            "parts[0].numbers: expected a list of numbers; found a list of 12",
        ),
        ({"name": "x", "parts": [{"even": 3}]}, "parts", "parts[0].even: expected an even number; found 3"),
        ({"name": "x", "parts": [{"key": 1.5}]}, "parts", "parts[0].key: expected a key; found 1.5"),
        ([1], "", "expected an object; found a list of 1"),
        (None, "", "expected an object; found null"),
    ],
)
def test_the_field_the_expectation_and_the_value_are_named(data: Any, field: str, said: str) -> None:
    wrong = mismatch(data)
    assert (wrong.field, str(wrong)) == (field, said)


def test_what_may_be_secret_is_not_shown() -> None:
    said = str(mismatch({"name": ["sk-secret"], "parts": []}, hidden=("name",)))
    assert said == "name: expected a name; found something else"
    assert "sk-secret" not in str(mismatch({"name": {"sk-secret": 1}}))


def test_what_is_aside_may_be_wrong_and_what_follows_the_first_may_be_anything() -> None:
    found = Whole.model_validate({"name": "x", "aside": {"count": -1}, "parts": [{"count": 1}, "junk"]})
    assert found.aside is None
    assert [part.count for part in found.parts] == [1]
