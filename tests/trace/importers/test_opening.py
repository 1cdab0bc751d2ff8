"""What a file is, is told by what is in it; the first format that recognises it reads it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import pfviz
from pfviz.errors import TraceError, UnknownFormatError
from pfviz.page.actions.files import read_trace
from pfviz.trace import dumps, importers
from pfviz.trace.importers import IMPORTERS, Importer, ReadingOptions, list_suffixes, open_trace, open_traces
from tests.traces import synthetic_trace

TRACE = synthetic_trace(4, 3)


@pytest.fixture
def odd_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """A format of one line: the word "odd", and what follows is a trace of pfviz."""
    module: Any = ModuleType("odd_format")
    module.recognise = lambda data: data.startswith(b"odd\n")
    module.read_traces = lambda data, options: importers.IMPORTERS["pfviz"].read_traces(data[4:], options)
    monkeypatch.setitem(sys.modules, "odd_format", module)
    monkeypatch.setitem(IMPORTERS, "odd", Importer("odd", "an odd file", "odd_format", (".odd", ".json")))


def test_every_importer_says_what_it_reads() -> None:
    for name, importer in IMPORTERS.items():
        assert importer.name == name
        assert importer.title
        assert all(suffix.startswith(".") for suffix in importer.suffixes)
        assert not importer.recognise(b"")


def test_a_trace_is_recognised_whatever_its_file_is_called(tmp_path: Path) -> None:
    path = tmp_path / "run.of.yesterday"
    path.write_text("\n " + dumps(TRACE), encoding="utf-8")
    for opened in (open_trace(path), pfviz.load(path), read_trace(path)):
        assert dumps(opened) == dumps(TRACE)


@pytest.mark.usefixtures("odd_format")
def test_another_format_is_one_more_entry(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("odd\n" + dumps(TRACE), encoding="utf-8")
    for opened in (open_trace(path), pfviz.load(path), read_trace(path)):
        assert dumps(opened) == dumps(TRACE)
    assert list_suffixes() == [".json", ".jsonl", ".parquet", ".csv", ".tsv", ".odd"]
    path.write_text("odd\n" + dumps(TRACE)[:-9], encoding="utf-8")
    with pytest.raises(TraceError) as caught:
        open_trace(path)
    assert "expected a trace of pfviz" not in str(caught.value)  # it is known what the file is, and it is damaged


@pytest.mark.usefixtures("odd_format")
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"hello", 'the file is no JSON and no table; it begins with "hello"'),
        (b"", "the file is empty"),
        (b"[1, 2]", "the file is JSON without an object in it (a list of 2)"),
        (b'{"name": "somebody"}', "the file is a JSON object with the columns name"),
        (b'{"name": "somebody"}\n{"name": "else"}', "the file is JSON lines with the columns name"),
        (b'[{"a": 1, "b": 2}]', "the file is a JSON array with the columns a, b"),
        (b'{"name": ', "the file is no JSON: "),
        (b"name,age\nx,3\n", "the file may be CSV, with the columns name, age"),
        (b"%PDF-1.7 ...", "the file is a PDF"),
        (b"PK\x03\x04....", "the file is a zip archive"),
        (b"\x1f\x8b\x08...", "the file is packed with gzip; unpack it"),
        (b"\x80\x04\x95", "the file is a Python pickle, which is never opened"),
        (b"version https://git-lfs.github.com/spec/v1\n", "the file is a pointer of Git LFS"),
        (b"<html></html>", "the file is HTML or XML"),
        (b"PAR1....", "the file is Parquet, and cannot be read: the Parquet file is damaged"),
        (b"a\0b", "the file is binary"),
    ],
)
def test_an_unknown_file_is_answered_with_what_it_looks_like(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(data)
    with pytest.raises(UnknownFormatError) as caught:
        open_trace(path)
    assert str(caught.value).startswith(said)
    assert str(caught.value).endswith(" or an odd file")
    assert caught.value.examples


@pytest.mark.parametrize(
    ("row", "nearest"),
    [
        ({"pred": "x", "completions": ["a"]}, '"scores"'),
        ({"labels": [True], "completions": ["a"]}, '"prompt"'),
        ({"question": {"problem": "x"}}, '"ground_truth_answer"'),
        ({"age": 3}, '"step_scores"'),
    ],
)
def test_the_example_beside_it_is_of_the_nearest_format(row: dict[str, Any], nearest: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(row))
    with pytest.raises(UnknownFormatError) as caught:
        open_trace(path)
    assert nearest in caught.value.examples[0]


def test_a_file_of_many_problems_gives_as_many_runs(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [{"problem": f"Compute {k} + 1", "solution": f"It is {k + 1}", "score": 0.5} for k in range(3)]
    path.write_text("\n".join(map(json.dumps, rows)))
    traces = open_traces(path)
    assert [trace.problem for trace in traces] == [row["problem"] for row in rows]
    assert dumps(open_trace(path)) == dumps(traces[0])
    assert len({trace.seed for trace in traces}) == 3  # so that runs of one file are never taken for the same one


def test_a_parquet_file_without_pyarrow_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "rows.parquet"
    path.write_bytes(b"PAR1....")
    with pytest.raises(UnknownFormatError, match="pyarrow, which reads it, is not installed; pip install pyarrow"):
        open_traces(path)


def test_columns_that_are_named_make_any_table_one_of_solutions(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("what,how,good\nCompute 1 + 1,it is 2,0.75\n")
    with pytest.raises(UnknownFormatError, match="columns what, how, good"):
        open_traces(path)
    named = ReadingOptions(columns={"problem": "what", "solution": "how", "scores": "good"})
    (trace,) = open_traces(path, named)
    assert (trace.problem, trace.texts, trace.rewards.tolist()) == ("Compute 1 + 1", [["it is 2"]], [[0.75]])


def test_a_damaged_trace_is_told_apart_from_an_unknown_file(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(dumps(TRACE).replace('"uids"', '"uid"'))
    with pytest.raises(TraceError, match="uids: is missing") as caught:
        open_trace(path)
    assert "expected a trace" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=r"nowhere\.json: cannot be read"):
        open_trace(tmp_path / "nowhere.json")
