"""What a file is, is told by what is in it; the first format that recognises it reads it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import pfviz
from pfviz.errors import TraceError
from pfviz.page.actions.files import read_trace
from pfviz.trace import dumps, importers
from pfviz.trace.importers import IMPORTERS, Importer, list_suffixes, open_trace
from tests.traces import synthetic_trace

TRACE = synthetic_trace(4, 3)


@pytest.fixture
def odd_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """A format of one line: the word "odd", and what follows is a trace of pfviz."""
    module: Any = ModuleType("odd_format")
    module.recognise = lambda data: data.startswith(b"odd\n")
    module.read = lambda data: importers.IMPORTERS["pfviz"].read(data[4:])
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
    assert list_suffixes() == [".json", ".odd"]
    path.write_text("odd\n" + dumps(TRACE)[:-9], encoding="utf-8")
    with pytest.raises(TraceError) as caught:
        open_trace(path)
    assert "expected a trace of pfviz" not in str(caught.value)  # it is known what the file is, and it is damaged


@pytest.mark.usefixtures("odd_format")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "the file is no JSON"),
        ("[1, 2]", "a trace is a JSON object; found"),
        ('{"name": "somebody"}', "schema_version: is missing; a trace has the fields schema_version"),
    ],
)
def test_an_unknown_file_is_refused_with_why_and_with_what_was_expected(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(TraceError) as caught:
        open_trace(path)
    assert said in str(caught.value)
    assert str(caught.value).endswith("; expected a trace of pfviz (JSON) or an odd file")


def test_a_damaged_trace_is_told_apart_from_an_unknown_file(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(dumps(TRACE).replace('"uids"', '"uid"'))
    with pytest.raises(TraceError, match="uids: is missing") as caught:
        open_trace(path)
    assert "expected a trace" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=r"nowhere\.json: cannot be read"):
        open_trace(tmp_path / "nowhere.json")
