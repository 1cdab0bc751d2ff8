"""What a program learns of runs that are there."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from pfviz.errors import ComparisonError, ExportError, LabError, StoreError, TraceError
from pfviz.exports.registry import EXPORT_FORMATS
from pfviz.page.endpoints import read_runs
from pfviz.page.endpoints.run_keeper import RecentRuns, StoreKeeper, find_run, list_stories
from pfviz.store import Store
from pfviz.stories import STORIES, load_story
from pfviz.trace.json_file import dumps
from tests.browser.fake_pair import FakeEngine
from tests.traces import synthetic_trace

TRACE = synthetic_trace(4, 3)


def test_a_run_is_meant_by_its_id_by_the_name_of_a_story_or_by_its_text() -> None:
    library = RecentRuns()
    run = library.save(TRACE)
    assert find_run(library, f" {run}\n") is TRACE
    assert find_run(library, "story:rescue") is load_story("rescue")
    assert dumps(find_run(library, dumps(TRACE))) == dumps(TRACE)
    for given in ("", "nothing", "story:nothing", "{", '{"a": 1}', "../../etc/passwd"):
        with pytest.raises(TraceError):
            find_run(library, given)


def test_the_runs_that_were_asked_for_last_are_remembered_and_no_list_names_them() -> None:
    library = RecentRuns(most=2)
    first, second = library.save(TRACE), library.save(TRACE)
    library.load(first)
    library.save(TRACE)
    assert library.load(first) is TRACE
    with pytest.raises(TraceError, match="no run"):
        library.load(second)
    assert [item["run"] for item in read_runs.list_runs(library, "")] == [f"story:{name}" for name in STORIES]


def test_stories_are_found_by_title_and_problem() -> None:
    assert [item["run"] for item in list_stories("RESCUE")] == ["story:rescue"]
    assert len(list_stories("bakery")) >= 1
    assert list_stories("nothing of that") == []


def test_a_run_is_told_with_or_without_its_trace() -> None:
    library = RecentRuns()
    run = library.save(TRACE)
    whole, short = (read_runs.get_run(library, run, detail) for detail in ("trace", "summary"))  # type: ignore[arg-type]
    assert whole["trace"] == dumps(TRACE)
    assert short == whole | {"trace": ""}
    assert (whole["run"], whole["answer"], whole["steps"]) == (run, TRACE.answer, TRACE.steps)
    assert read_runs.get_run(library, dumps(TRACE), "summary")["run"] == ""


def test_two_to_six_runs_are_compared() -> None:
    found = read_runs.compare_runs(RecentRuns(), ["story:rescue", dumps(TRACE)])
    assert len(found["labels"]) == 2
    assert {"name": "Seed", "values": ["0", "0"]} not in found["differences"]
    assert all(len(row["values"]) == 2 for row in (*found["differences"], *found["outcomes"]))
    for number in (0, 1, 7):
        with pytest.raises(ComparisonError, match="two to 6"):
            read_runs.compare_runs(RecentRuns(), ["story:rescue"] * number)


def test_runs_of_one_reward_are_diagnosed() -> None:
    found = read_runs.diagnose_runs(RecentRuns(), ["story:rescue", dumps(load_story("rescue"))])
    assert (found["runs"], found["sources"]) == (2, ["story:rescue", ""])
    json.dumps(found, allow_nan=False)
    with pytest.raises(LabError, match="different rewards"):
        read_runs.diagnose_runs(RecentRuns(), ["story:rescue", dumps(TRACE)])
    with pytest.raises(LabError, match="1 to"):
        read_runs.diagnose_runs(RecentRuns(), [])


def test_a_run_is_handed_out_as_a_file_of_each_format() -> None:
    text = read_runs.export_run(RecentRuns(), "story:rescue", "csv")
    assert (text["encoding"], text["name"][-4:]) == ("text", ".csv")
    assert text["content"].startswith("sweep,step")
    image = read_runs.export_run(RecentRuns(), dumps(TRACE), "png")
    assert base64.b64decode(image["content"]).startswith(b"\x89PNG")
    with pytest.raises(ExportError):
        read_runs.export_run(RecentRuns(), "story:rescue", "exe")


def test_the_options_are_those_of_the_page() -> None:
    menu = FakeEngine().menu
    found = read_runs.list_options(menu)
    assert found["models"].keys() == menu.models.keys()
    assert "particles" in found["settings"]
    assert list(found["export_formats"]) == list(EXPORT_FORMATS)


def test_on_a_page_of_ones_own_the_store_keeps_runs_and_lists_them(tmp_path: Path) -> None:
    with Store(tmp_path / "runs.sqlite") as store:
        keeper = StoreKeeper(store)
        recording = keeper.begin_recording()
        recording.record(TRACE.upto(1))
        recording.record(TRACE)
        recording.end()
        assert dumps(find_run(keeper, recording.run_id)) == dumps(TRACE)
        (first, *stories) = read_runs.list_runs(keeper, "Compute")
        assert (first["run"], first["problem"], first["answer"], first["correct"]) == (
            recording.run_id, TRACE.problem, TRACE.answer, True,
        )  # fmt: skip
        assert all(item["run"].startswith("story:") for item in stories)
        with pytest.raises(StoreError, match="no run"):
            find_run(keeper, "nothing")
