"""A row that passes as a whole holds no item that would be refused by itself."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfviz.errors import TraceError
from pfviz.trace import loads, validate
from pfviz.trace.memory import paused_collection
from pfviz.trace.schema import FIELDS
from pfviz.trace.validate import check_field
from pfviz.trace.validate_rows import is_plain_row

COLUMNS = [field for field in FIELDS if field.shape == "T×N"]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 5),
    st.sampled_from([2**53, 2**53 + 1, 10**400, 0.0, 0.5, 1.5, -1.0, 1e308, float("inf"), float("-inf")]),
    st.sampled_from(["", "eos", "tired", "Infinity", "x" * 100_001]),
)
ITEMS = st.one_of(LEAVES, st.lists(LEAVES, max_size=3), st.dictionaries(st.just("a"), LEAVES, max_size=1))


@given(st.sampled_from(COLUMNS), st.lists(ITEMS, min_size=1, max_size=4))
def test_what_passes_as_a_row_passes_item_by_item(field: Any, row: list[Any]) -> None:
    if is_plain_row(field, row):
        assert [validate._check_item(field, "item", item) for item in row] == row


@pytest.mark.parametrize("field", COLUMNS, ids=lambda field: field.name)
def test_a_mistake_in_a_large_row_is_named_by_its_place(field: Any) -> None:
    good: Any = {"text": "eos" if field.choices else "x", "boolean": True, "integers": [1], "numbers": [1.0]}.get(
        field.kind, 1.0 if field.kind.startswith("number") else 1
    )
    row = [good] * 1000
    assert is_plain_row(field, row)
    row[700] = {}
    with pytest.raises(TraceError, match=rf"{field.name}\[0\]\[700\]: expected"):
        check_field(field, [row], 1, 1000)


def test_the_collector_is_back_after_the_last_reader_even_of_a_damaged_file() -> None:
    assert gc.isenabled()
    with paused_collection():
        with pytest.raises(TraceError, match="no JSON"):
            loads("{")
        assert not gc.isenabled()
    assert gc.isenabled()
