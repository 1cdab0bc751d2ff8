"""Outcomes on disk survive being cut off, and refuse what is not theirs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pfviz.errors import StudyError
from pfviz.study.plan import Unit
from pfviz.study.store import Store
from tests.study.outcomes import outcome

ABOUT = {"problem_seed": 0, "settings": {"tau": 1.0}, "models": {"reward/config.json": "ab"}}
UNITS = [Unit("dvts", n, 0, 0) for n in (1, 2, 4)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "outcomes.jsonl"


def filled(path: Path) -> Store:
    store = Store.open(path, ABOUT)
    store.add([outcome(UNITS[0])])
    store.add(
        [outcome(UNITS[1], False, log_evidence=None), outcome(UNITS[2], {**outcome(UNITS[2]).right, "vote": False})]
    )
    return store


def test_what_was_added_is_read_again(path: Path) -> None:
    store = filled(path)
    for found in (Store.read(path), Store.open(path, ABOUT)):
        assert found.outcomes == store.outcomes
        assert list(found.outcomes) == UNITS
        assert found.about == ABOUT


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_a_cut_last_line_is_done_again(path: Path, cut: int) -> None:
    store = filled(path)
    path.write_bytes(path.read_bytes()[:-cut])
    assert list(Store.read(path).outcomes) == UNITS[:2]
    again = Store.open(path, ABOUT)
    assert list(again.outcomes) == UNITS[:2]
    again.add([store.outcomes[UNITS[2]]])
    assert Store.read(path).outcomes == store.outcomes


def test_a_cut_first_line_starts_anew(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"study": 1, "abo')
    assert Store.open(path, ABOUT).outcomes == {}
    assert Store.read(path).about == ABOUT


def test_another_study_is_refused_by_what_differs(path: Path) -> None:
    filled(path)
    before = path.read_bytes()
    other = ABOUT | {"settings": {"tau": 2.0}, "models": {"reward/config.json": "cd"}}
    with pytest.raises(StudyError, match=r"differs in models reward/config\.json, settings tau\.") as told:
        Store.open(path, other)
    assert str(path) in str(told.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"method": "dvts", "budget": 1, "problem": 0, "seed": 0}', "\x00"])
def test_a_damaged_line_is_named(path: Path, line: str) -> None:
    filled(path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], line, *lines[2:]]) + "\n")
    with pytest.raises(StudyError, match="Line 3"):
        Store.read(path)


@pytest.mark.parametrize("text", ["hello\n", "{}\n", json.dumps({"study": 99, "about": {}}) + "\n", "null\n", "\xff\n"])
def test_a_foreign_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "outcomes.jsonl"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(StudyError):
        Store.read(path)
    with pytest.raises(StudyError):
        Store.open(path, ABOUT)
    assert path.read_text(encoding="latin-1") == text


def test_a_file_that_is_not_there_or_not_writable_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="none"):
        Store.read(tmp_path / "none.jsonl")
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match="written"):
        Store.open(tmp_path / "file" / "outcomes.jsonl", ABOUT)
