"""Five hundred damaged files of each format: a clear refusal, or an import that keeps every invariant; never another
exception, and never numbers out of nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from pfviz.errors import TraceError
from pfviz.trace import Trace, dumps
from pfviz.trace.importers import read_traces
from pfviz.trace.invariants import check_invariants
from tests.trace.importers.samples import CASES
from tests.traces import synthetic_trace

FILES = 500
DEEP: Any = 0
for _ in range(60):
    DEEP = [DEEP]
ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 7, 1e308, -1e308, 10**400, float("nan"), float("inf"), float("-inf"), 0.5, "", "x", "NaN",
    "-Infinity", "\ud800", "\u0000", "ки", "<script>alert(1)</script>", "9" * 5000, "\n\n" * 50, [], {}, [[]], [None],
    [1, 2, 3], ["a"], {"text": 1}, DEEP, "=cmd()", "a\n\nb",
]  # fmt: skip


def list_places(value: Any) -> list[tuple[Any, Any]]:
    """(container, key) of every item, at any depth."""
    found = []
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            found += [(value, key), *list_places(value[key])]
    return found


def change_values(rng: np.random.Generator, data: bytes) -> bytes:
    """Types swapped, items lost, doubled or put in another order; in as many rows as there are."""
    try:
        rows = [json.loads(data)]
        lines = False
    except ValueError:
        rows = [json.loads(line) for line in data.decode().splitlines() if line.strip()]
        lines = True
    for _ in range(int(rng.integers(1, 4))):
        places = [place for row in rows for place in list_places(row)]
        container, key = places[int(rng.integers(len(places)))]
        match int(rng.integers(5)):
            case 0:
                container[key] = ODD_VALUES[int(rng.integers(len(ODD_VALUES)))]
            case 1:
                other, name = places[int(rng.integers(len(places)))]
                container[key] = json.loads(json.dumps(other[name]))
            case 2 if isinstance(container, list):
                container.append(container[key])
            case 3:
                container.pop(key)
            case _:
                if isinstance(container, dict):
                    container[f"{key}s"] = container.pop(key)
                elif isinstance(container[key], float | int):
                    container[key] = float(rng.normal()) * 10 ** int(rng.integers(-3, 8))
        if not any(list_places(row) for row in rows):
            break
    return ("\n" if lines else "").join(json.dumps(row) for row in rows).encode()


def change_bytes(rng: np.random.Generator, data: bytes) -> bytes:
    """Cut, doubled, joined with itself, and bytes that are no UTF-8 or no part of any row."""
    place = int(rng.integers(len(data)))
    end = min(len(data), place + int(rng.integers(1, 40)))
    match int(rng.integers(7)):
        case 0:
            return data[:place]
        case 1:
            return data[:place] + data[end:]
        case 2:
            return data[:end] + data[place:]
        case 3:
            return data[:place] + bytes([int(rng.integers(256))]) + data[place + 1 :]
        case 4:
            return (
                data[:place]
                + rng.choice([b'"', b"\\", b"\xff", b"\x00", b"[" * 3000, b"{", b",", b"\n", b"\r"])
                + data[place:]
            )
        case 5:
            return data + b"\n" + data[:place]
        case _:
            return data.replace(b":", b": NaN, " if rng.random() < 0.5 else b":1e999,", int(rng.integers(1, 3)))


def check_file(data: bytes) -> bool:
    """Whether it opens; what does not is refused by a sentence of bounded length."""
    try:
        traces = read_traces(data)
    except TraceError as error:
        refusal = str(error)
    else:
        check_traces(traces)
        return True
    assert 5 < len(refusal) < 3000
    return False


def check_traces(traces: Sequence[Trace]) -> None:
    """They are valid, and can be drawn and written."""
    assert len(traces) >= 1
    for trace in traces:
        check_invariants(trace)
        assert np.isfinite(trace.rewards).all()
        assert ((trace.rewards >= 0) & (trace.rewards <= 1)).all()
        assert not np.isnan(trace.log_weights).any()
        assert not np.isnan(trace.ess).any()
        assert np.isfinite(trace.weights).all()
        json.dumps(
            [trace.problem, trace.truth, trace.generator, trace.reward, trace.texts], ensure_ascii=False
        ).encode()
    return True


OWN = dumps(synthetic_trace(3, 2)).encode()
FILES_TO_DAMAGE = [*((case.importer.name, case.data) for case in CASES), ("pfviz", OWN)]


@pytest.mark.parametrize(("name", "data"), FILES_TO_DAMAGE, ids=[name for name, _ in FILES_TO_DAMAGE])
def test_damaged_files_are_refused_or_right(name: str, data: bytes) -> None:
    rng = np.random.default_rng(16)
    is_json = data[:1] in (b"{", b"[")
    opened = 0
    for k in range(FILES):
        change: Callable[[np.random.Generator, bytes], bytes] = change_values if is_json and k % 3 else change_bytes
        opened += check_file(change(rng, data))
    assert 0 < opened < FILES  # both happen, or the mutations prove nothing


def test_damaged_parquet_files_are_refused_or_right() -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    rows = [json.loads(line) for line in CASES[-2].data.decode().splitlines()]
    file = io.BytesIO()
    pandas.DataFrame(rows).to_parquet(file)
    assert read_traces(file.getvalue())[0].rewards.tolist() == CASES[-2].rewards
    rng = np.random.default_rng(16)
    for _ in range(FILES):
        check_file(change_bytes(rng, file.getvalue()))
