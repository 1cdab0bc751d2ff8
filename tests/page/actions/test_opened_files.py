"""A file that a visitor opens: a table says first what its columns are taken for; of many runs one is shown."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from pfviz.page.actions import lab_runs, opened_files
from pfviz.page.state import opened_file
from pfviz.page.state.visits import Visit
from pfviz.trace.building.tree import LABELS_AS_REWARD
from pfviz.trace.importers import IMPORTERS

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def table(tmp_path: Path) -> str:
    rows = [
        {"question": f"Compute {k} + {HOSTILE}", "how": f"It is {k}", HOSTILE: HOSTILE, "prm": 0.25 * k}
        for k in range(1, 4)
    ]
    path = tmp_path / f"{HOSTILE.replace('/', '')}.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return str(path)


@pytest.fixture
def labels(tmp_path: Path) -> str:
    path = tmp_path / "labels.jsonl"
    path.write_text(IMPORTERS["processbench"].example)
    return str(path)


def chosen(form: str) -> dict[str, str]:
    """What a form has chosen: of each field the text of its option."""
    found = {}
    for name, options in re.findall(r'<select name="([^"]+)">(.*?)</select>', form, flags=re.DOTALL):
        option = re.search(r'<option value="[^"]*" selected>(.*?)</option>', options)
        found[name.removeprefix("column-")] = unescape(option[1]) if option else ""
    return found


def test_a_table_is_not_opened_before_its_columns_are_seen(table: str) -> None:
    visit = Visit()
    shown = opened_files.open_file(visit, table)
    assert visit.trace is None
    assert set(shown) == {"banner", "file_bar"}
    form = chosen(shown["file_bar"])
    assert form["problem"] == f"question: Compute 1 + {HOSTILE}"
    assert form["scores"] == "prm: 0.25"
    assert form["solution"] == "—"  # it is called "how", which says nothing
    assert HOSTILE not in shown["file_bar"]


def answer_form(visit: Visit, **changed: str) -> dict[str, Any]:
    sent = {"column-problem": "0", "column-solution": "1", "column-scores": "3", "scale": "auto", "separator": "auto"}
    return opened_files.answer(visit, {**sent, **changed, "do": "open"})


def test_what_is_corrected_is_opened_and_its_runs_are_gone_through(table: str) -> None:
    visit = Visit()
    opened_files.open_file(visit, table)
    shown = answer_form(visit)
    assert visit.trace is not None
    assert visit.trace.texts == [["It is 1"]]
    assert "<b>Run 1 of 3</b>" in shown["file_bar"]
    for way, problem in (("next", 2), ("next", 3), ("next", 3), ("previous", 2)):
        shown = opened_files.answer(visit, {"do": way})
        assert shown["problem"] == f"Compute {problem} + {HOSTILE}"
        assert visit.trace.problem == shown["problem"]
        assert f"<b>Run {problem} of 3</b>" in shown["file_bar"]
    form = opened_files.answer(visit, {"do": "columns"})["file_bar"]
    assert chosen(form)["solution"] == "how: It is 1"  # as it was chosen
    assert opened_files.answer(visit, {"do": "close"}) == {"file_bar": ""}
    assert opened_files.answer(visit, {"do": "next"}) == {"file_bar": ""}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"column-solution": ""}, "none of the columns"),
        ({"column-scores": "1"}, "expected numbers of 1 solution; found"),
        ({"scale": "ten", "column-scores": "3", "column-solution": "99999999999999999999"}, "none of the columns"),
    ],
)
def test_what_cannot_be_read_so_is_said_in_the_form(table: str, sent: dict[str, str], said: str) -> None:
    visit = Visit()
    opened_files.open_file(visit, table)
    form = answer_form(visit, **sent)["file_bar"]
    assert said in form
    assert "pfviz import" not in form
    assert table not in form
    assert visit.trace is None


@pytest.mark.parametrize("sent", [{}, {"do": 3}, {"do": "open", "column-problem": ["x"], "scale": {}}, {"do": "next"}])
def test_what_no_form_sends_changes_nothing(table: str, sent: dict[str, Any]) -> None:
    visit = Visit()
    opened_files.open_file(visit, table)
    opened_files.answer(visit, sent)
    assert visit.trace is None


def test_a_file_that_is_not_understood_is_answered_with_an_example(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({HOSTILE: 1, "pred": "2", "completions": ["x"]}))
    shown = opened_files.open_file(Visit(), str(path))
    assert chosen(shown["file_bar"])["answer"] == "pred: 2"  # its columns can be said
    assert f"with the columns {HOSTILE}, pred, completions" in unescape(shown["banner"])
    assert HOSTILE not in shown["banner"]
    assert '"scores": [[0.8, 0.9], [0.4, 0.3]]' in unescape(shown["banner"])


def test_all_runs_of_a_file_go_into_the_lab_which_says_what_labels_alone_are_worth(labels: str) -> None:
    visit = Visit()
    opened_files.open_file(visit, labels)
    shown = opened_files.send_to_lab(visit)
    assert [trace.reward for trace in visit.lab.traces] == [LABELS_AS_REWARD] * 2
    assert "2 runs have no scores of a reward model" in shown["lab_note"]
    opened_files.send_to_lab(visit)
    assert len(visit.lab.traces) == 2
    other = Visit()
    list(lab_runs.add_files(other, [labels]))
    assert len(other.lab.traces) == 2


def test_a_run_of_ones_own_takes_the_line_away(labels: str) -> None:
    visit = Visit()
    opened_files.open_file(visit, labels)
    assert visit.opened_file is not None
    visit.clear()
    assert visit.opened_file is None


def test_of_very_many_runs_the_first_are_kept(labels: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened_files, "MAX_OPENED_RUNS", 1)
    assert opened_file.MAX_OPENED_RUNS > 1
    visit = Visit()
    shown = opened_files.open_file(visit, labels)
    assert "<b>Run 1 of 2</b>" in shown["file_bar"]
    assert "the first 1 can be gone through" in shown["file_bar"]
    assert visit.opened_file is not None
    assert len(visit.opened_file.traces) == 1
