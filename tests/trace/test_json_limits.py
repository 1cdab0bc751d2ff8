"""What is too large is refused by a sentence: before it is parsed, and before it is drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pfviz.errors import TraceError
from pfviz.trace import dumps, json_limits, load, loads
from pfviz.trace.importers import open_trace
from tests.traces import synthetic_trace

SMALL = json.loads(dumps(synthetic_trace(particles=2, steps=2)))


@pytest.fixture
def unparsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is parsed fails the test."""

    def parse(*_: Any, **__: Any) -> None:
        raise AssertionError("it was parsed")

    monkeypatch.setattr("pfviz.trace.json_file.json.loads", parse)


def test_too_large_a_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.json"
    synthetic_trace().save(path)
    monkeypatch.setattr(json_limits, "MAX_BYTES", 100)
    with pytest.raises(TraceError, match=r"run\.json: .* bytes; a trace has at most 100"):
        load(path)
    with pytest.raises(TraceError, match="at most 100"):
        loads(path.read_bytes())


@pytest.mark.usefixtures("unparsed")
@pytest.mark.parametrize(
    ("one", "times", "message"),
    [
        ("[],", 4_000_001, r"4,000,002 lists and objects; a trace has at most 4,000,000"),
        ('"":{},', 1_500_001, r"texts and names; a trace has at most 1,500,000"),
        ('"v":"1",', 750_001, r"texts and names; a trace has at most 1,500,000"),
        ("0,", 12_000_001, r"12,000,001 values; a trace has at most 12,000,000"),
    ],
)
def test_a_file_of_very_many_values_is_refused_before_it_is_parsed(one: str, times: int, message: str) -> None:
    text = '{"schema_version":' + one * times + "}"
    with pytest.raises(TraceError, match=message):
        loads(text)
    with pytest.raises(TraceError, match=message):
        loads(text.encode())


@pytest.mark.usefixtures("unparsed")
def test_brackets_and_commas_inside_of_texts_are_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_limits, "MAX_LISTS", 1)
    monkeypatch.setattr(json_limits, "MAX_VALUES", 1)
    for text in ('{"problem": "\\\\boxed{\\"[[{,,,"}', '{"a": "\\n[,", "b": "\\\\"}'):
        for given in (text, text.encode()):
            with pytest.raises(AssertionError, match="it was parsed"):
                loads(given)
    with pytest.raises(TraceError, match="2 lists and objects; a trace has at most 1"):
        loads('{"a": "[[[", "b": []}')


NESTED: list[Any] = []
for _ in range(300):
    NESTED = [NESTED, 1]


@pytest.mark.parametrize("field", ["settings", "versions"])
@pytest.mark.parametrize(
    "entries",
    [{f"a{k}": "1" for k in range(201)}, {"a": "x" * 1001}, {"a" * 1001: "x"}],
    ids=["many", "long", "long name"],
)
def test_settings_and_versions_are_few_and_short(field: str, entries: dict[str, Any]) -> None:
    with pytest.raises(TraceError, match=rf"^{field}: expected object of at most 200 .*; found an object of \d+$"):
        loads(json.dumps(SMALL | {field: SMALL[field] | entries}))


@pytest.mark.parametrize("value", [[[]] * 400, {"b": {"c": [1] * 400}}, NESTED, [{"d": "x" * 1001}]])
def test_what_a_setting_holds_is_small(value: Any) -> None:
    with pytest.raises(TraceError, match=r"^settings: expected object of at most 200 settings .*; found an object of"):
        loads(json.dumps(SMALL | {"settings": SMALL["settings"] | {"extra": value}}))


def test_what_is_just_small_enough_is_read() -> None:
    for field, value in (("settings", [0.5] * 150), ("versions", "x" * 1000)):
        data = SMALL | {field: SMALL[field] | {"extra": value}}
        assert json.loads(dumps(loads(json.dumps(data)))) == data


def test_an_unknown_field_is_refused_by_a_sentence_however_large_it_is(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    for value in ([[]] * 10_000, "x" * 200_000, {"y": {"z": [0] * 1000}}):
        path.write_text(json.dumps(SMALL | {"colour": value}), encoding="utf-8")
        with pytest.raises(TraceError, match=r"^'colour': is no field of a trace of schema version \d+$"):
            open_trace(path)


def test_a_name_that_stands_twice_among_very_many_is_found_at_once() -> None:
    names = ",".join(f'"n{k}":0' for k in range(100_000))
    with pytest.raises(TraceError, match="'n99999': stands twice in one object"):
        loads("{" + names + ',"n99999":0}')
