"""The table of a run says what the trace says."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pyarrow.parquet
import pytest

from pfviz.errors import ExportError
from pfviz.exports.csv_file import to_csv
from pfviz.exports.parquet_file import METADATA_KEY, to_parquet
from pfviz.exports.plain_text import to_spreadsheet_text, to_unicode, to_xml_text
from pfviz.exports.rows import ROW_COLUMNS, iterate_rows
from pfviz.trace.trace import Trace
from tests.sweeps import gibbs
from tests.traces import synthetic_trace

TRACE = synthetic_trace(8, 5)


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def with_text(text: str) -> Trace:
    return replace(TRACE, texts=[[text if t == n == 0 else "x" for n in range(8)] for t in range(TRACE.steps)])


def test_there_is_a_row_for_each_slot_of_each_step() -> None:
    rows = list(iterate_rows(TRACE))
    assert [(row["step"], row["slot"]) for row in rows] == list(np.ndindex(TRACE.steps, 8))
    for row in rows:
        t, n = row["step"], row["slot"]
        assert (row["reward"], row["weight"]) == (TRACE.rewards[t, n], TRACE.weights[t, n])
        assert row["text"] == TRACE.texts[t][n]
        assert list(row) == [column.name for column in ROW_COLUMNS]
    assert {row["parent"] for row in rows if row["step"] == 0} == {None}
    written = [row for row in rows if row["step"] == 3 and row["written"]]
    assert [row["parent"] for row in written] == [TRACE.uids[2, TRACE.ancestors[2, row["slot"]]] for row in written]


def test_answers_stand_at_the_last_step_alone() -> None:
    rows = list(iterate_rows(TRACE))
    assert {row["answer"] for row in rows if row["step"] < TRACE.steps - 1} == {""}
    last = [row for row in rows if row["step"] == TRACE.steps - 1]
    assert [row["answer"] or None for row in last] == list(TRACE.final_answers)
    assert {row["correct"] for row in last if row["answer"] == "12"} == {True}


def test_labels_of_steps_are_in_it() -> None:
    labels = np.full((TRACE.steps, 8), np.nan)
    labels[1, 2], labels[2, 3] = -1, 1
    rows = list(iterate_rows(replace(TRACE, step_labels=labels)))
    assert {(row["step"], row["slot"]): row["label"] for row in rows if row["label"] is not None} == {
        (1, 2): -1.0, (2, 3): 1.0,
    }  # fmt: skip


def test_all_sweeps_are_in_it() -> None:
    trace = gibbs()
    rows = list(iterate_rows(trace))
    assert {row["sweep"] for row in rows} == set(range(len(trace.sweeps)))
    assert len(rows) == sum(sweep.steps * sweep.particles for sweep in trace.sweeps)


def test_csv_and_parquet_hold_the_same() -> None:
    table = pyarrow.parquet.read_table(io.BytesIO(to_parquet(TRACE)))
    rows = read_csv(to_csv(TRACE))
    assert table.column_names == list(rows[0]) == [column.name for column in ROW_COLUMNS]
    for of_csv, of_parquet in zip(rows, table.to_pylist(), strict=True):
        assert float(of_csv["log_weight"]) == of_parquet["log_weight"]
        assert of_csv["text"] == of_parquet["text"]
        assert of_csv["finished"] == str(of_parquet["finished"]).lower()
        assert (of_csv["parent"] == "") is (of_parquet["parent"] is None)
    assert b'"seed": 0' in table.schema.metadata[METADATA_KEY.encode()]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@x",
        "  =1+1",
        "\t=1",
        "\r=1",
        "\n=cmd|' /C calc'!A0",
        "＝1+1",
        "\u00a0=1",
        "\x00=1",
        "\ufeff=2",
    ],
)
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    cell = read_csv(to_csv(with_text(text)))[0]["text"]
    assert cell[0] not in "=+-@＝＋－＠\t\r\n \u00a0\ufeff"
    assert cell.endswith(text[1:])


def test_numbers_below_zero_stay_numbers_and_plain_texts_plain() -> None:
    row = read_csv(to_csv(TRACE))[0]
    assert row["log_weight"].startswith("-")
    assert row["text"] == TRACE.texts[0][0]
    assert to_spreadsheet_text("2 - 1 = 1") == "2 - 1 = 1"


def test_what_no_file_can_hold_is_replaced() -> None:
    assert to_unicode("a\ud800b") == "a\ufffdb"
    assert to_xml_text("a\x00\x1b\ud800\uffff\n\U0001f600") == "a\ufffd\ufffd\ufffd\ufffd\n\U0001f600"
    hostile = with_text('a\ud800,"b"\r\nc')
    assert read_csv(to_csv(hostile).encode().decode())[0]["text"] == 'a\ufffd,"b"\r\nc'
    assert pyarrow.parquet.read_table(io.BytesIO(to_parquet(hostile))).to_pylist()[0]["text"] == 'a\ufffd,"b"\r\nc'


def test_without_pyarrow_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"pfviz\[parquet\]"):
        to_parquet(TRACE)


def test_a_run_without_a_step_is_a_table_without_a_row() -> None:
    empty = Trace(
        **{name: getattr(TRACE, name) for name in TRACE.__dataclass_fields__}
        | {
            name: getattr(TRACE, name)[:0]
            for name in TRACE.__dataclass_fields__
            if isinstance(getattr(TRACE, name), np.ndarray | list)
        }
    )
    assert read_csv(to_csv(empty)) == []
    assert pyarrow.parquet.read_table(io.BytesIO(to_parquet(empty))).num_rows == 0
