"""One press of Run over the fake pair: what is shown, and what every failure becomes."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pfviz.errors import ModelError, SettingError
from pfviz.inference.events import Event, NoteAdded, ParticlesSelected
from pfviz.page.actions import navigate, runs
from pfviz.page.forms import run_form
from pfviz.page.render.part_values import PartValues
from pfviz.page.render.run import run_view
from pfviz.page.serving.engine import SharedEngine
from pfviz.page.state.visits import Visit
from tests.browser.fake_pair import EXAMPLES, FakeEngine
from tests.page.probing import LISTED, visiting
from tests.traces import synthetic_trace

FORM: dict[str, Any] = {"problem": "1 + 2", **run_form.DEFAULTS, "particles": 8}


def press(form: dict[str, Any], engine: Any = None, visit: Visit | None = None) -> list[PartValues]:
    return list(runs.start(engine or FakeEngine(pace=0), visit or Visit(), form))


def test_a_run_from_the_first_to_the_last_update() -> None:
    visit = Visit()
    shown = press(FORM, visit=visit)
    assert [values["running"] for values in shown if "running" in values] == [True, False]
    assert sum("genealogy" in values for values in shown) >= 5
    assert "Finished" in [values for values in shown if "progress" in values][-1]["progress"]
    assert "posterior mass" in [values for values in shown if "answer" in values][-1]["answer"]
    assert visit.run is None
    assert visit.trace is not None
    assert visit.trace.status == "finished"
    assert visit.selected == run_view.best_particle(visit.trace)


def test_a_selection_made_during_the_run_stays() -> None:
    visit = Visit()
    for values in runs.start(FakeEngine(pace=0), visit, FORM):
        if "genealogy" in values and visit.selected is None:
            navigate.select(visit, {"uid": 3})
    assert visit.selected == 3


def test_a_wrong_form_starts_nothing() -> None:
    class Never(FakeEngine):
        def stream(self, problem: str, *, stop: Callable[[], bool], **settings: Any) -> Iterator[Event]:
            raise AssertionError("a run was started")

    (shown,) = press(FORM | {"problem": "1 + \x07", "seed": "abc", "particles": 0}, Never())
    for field in ("problem", "seed", "particles"):
        assert 'role="alert"' in shown[f"error_{field}"]
    assert shown["error_tau"] == ""
    assert shown["unfold"] is True


@pytest.mark.parametrize("typed", ["", "  \n", None])
def test_an_empty_field_is_filled_with_the_example_that_it_shows_and_runs(typed: str | None) -> None:
    visit = Visit()
    shown = list(runs.start(FakeEngine(pace=0), visit, FORM | {"problem": typed}))
    assert shown[0] == {"problem": run_form.EXAMPLE}
    assert not any("role" in values.get("error_problem", "") for values in shown)
    assert visit.trace is not None
    assert visit.trace.problem == run_form.EXAMPLE


def test_a_problem_that_is_not_understood_says_so_with_examples() -> None:
    shown = press(FORM | {"problem": "the integral of x"})
    said = next(values["error_problem"] for values in shown if values.get("error_problem"))
    assert "does not know integrals" in said
    assert all(f'data-problem="{example}"' in said for example in EXAMPLES)
    assert shown[-1] == {"running": False}


def test_a_refused_problem_leaves_the_run_before_it() -> None:
    visit = Visit()
    press(FORM, visit=visit)
    before, selected = visit.trace, visit.selected
    shown = press(FORM | {"problem": "the integral of x"}, visit=visit)
    assert visit.trace is before
    assert visit.selected == selected
    assert not any("clear" in values or "hero" in values for values in shown)
    assert "Finished" in [values for values in shown if "progress" in values][-1]["progress"]


class Failing(FakeEngine):
    """Raises what it is given."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def stream(self, problem: str, *, stop: Callable[[], bool], **settings: Any) -> Iterator[Event]:
        raise self.error


def test_a_model_failure_is_a_plain_message(caplog: pytest.LogCaptureFixture) -> None:
    visit = Visit()
    with caplog.at_level(logging.ERROR):
        shown = press(FORM | {"problem": "failing"}, visit=visit)
    said = next(values["banner"] for values in shown if values.get("banner"))
    assert "failed" in said
    assert "as it was asked to" not in said  # the details are for the log
    assert "as it was asked to" in caplog.text
    assert shown[-1] == {"running": False}
    assert press(FORM, visit=visit)[-1] == {"running": False}  # and the page is usable
    assert visit.trace is not None


class BreaksOff(FakeEngine):
    """Fails in the third step, and goes on with what a run has."""

    def stream(self, problem: str, *, stop: Callable[[], bool], **settings: Any) -> Iterator[Event]:
        steps = 0
        for event in super().stream(problem, stop=stop, **settings):
            if steps == 2:
                raise ModelError("The server is gone.")
            yield event
            steps += isinstance(event, ParticlesSelected)


def test_an_error_in_the_midst_of_a_run_leaves_its_steps_to_go_on_with() -> None:
    visit = Visit()
    shown = press(FORM, BreaksOff(pace=0), visit)
    assert visit.trace is not None
    assert (visit.trace.status, visit.trace.steps) == ("stopped", 2)
    assert "The run was broken off: The server is gone." in [note.text for note in visit.trace.notes]
    assert "The server is gone." in next(values["banner"] for values in shown if values.get("banner"))
    assert [values["resumable"] for values in shown if "resumable" in values][-1]
    resumed = list(runs.resume(FakeEngine(pace=0), visit))
    assert visit.trace.status == "finished"
    assert resumed[-1] == {"running": False}


def test_an_error_of_ours_is_shown_as_it_is_written_but_escaped() -> None:
    shown = press(FORM, Failing(ModelError("no <b>weights</b> found")))
    assert any("no &lt;b&gt;weights&lt;/b&gt; found" in values.get("banner", "") for values in shown)


def test_a_setting_that_only_the_engine_refuses() -> None:
    shown = press(FORM, Failing(SettingError("tau", "Tau is too small for this model.")))
    assert any("too small" in values.get("error_tau", "") for values in shown)
    shown = press(FORM, Failing(SettingError("max_steps", "Max steps is 0.")))
    assert any("Max steps" in values.get("banner", "") for values in shown)


def test_stop_ends_the_run_after_its_last_complete_step() -> None:
    visit = Visit()
    for values in runs.start(FakeEngine(pace=0), visit, FORM):
        if "genealogy" in values:
            visit.stop_run()
    assert visit.trace is not None
    assert visit.trace.status == "stopped"
    assert visit.trace.steps == 1


def test_a_run_stopped_before_its_first_step_leaves_the_empty_page() -> None:
    visit = Visit()
    shown = []
    for values in runs.start(FakeEngine(pace=0), visit, FORM):
        shown.append(values)
        visit.stop_run()
    assert shown[-2]["hero"] is True
    assert not any("genealogy" in values for values in shown)


def test_a_second_run_of_the_same_tab_takes_over() -> None:
    visit = Visit()
    first = runs.start(FakeEngine(pace=0), visit, FORM)
    while "genealogy" not in next(first):
        pass
    begun = visit.run
    assert begun is not None
    second = press(FORM | {"seed": "5"}, visit=visit)
    assert begun.is_stopped()
    assert not any("genealogy" in values or "running" in values for values in first)
    assert second[-1] == {"running": False}
    assert visit.trace is not None
    assert visit.trace.seed == 5


def test_a_closed_generator_ends_its_run() -> None:
    visit = Visit()
    updates = runs.start(FakeEngine(pace=0), visit, FORM)
    while "genealogy" not in next(updates):
        pass
    begun = visit.run
    assert begun is not None
    updates.close()  # type: ignore[attr-defined]
    assert begun.is_stopped()
    assert visit.run is None


def test_a_run_of_several_iterations_is_followed_and_looked_through() -> None:
    visit = Visit()
    shown = press(FORM | {"method": "particle_gibbs", "iterations": "3", "particles": 5}, visit=visit)
    lines = [values["progress"] for values in shown if "progress" in values]
    assert any("Iteration 3: Step" in line for line in lines)
    assert 'data-sweep="2"' in shown[-2]["sweep"]
    assert "of 15 particles of 3 iterations" in shown[-2]["answer"]
    trace = visit.trace
    assert trace is not None
    navigate.select(visit, {"sweep": 0})
    assert visit.shown_sweep is not None
    assert visit.shown_sweep.iteration == 0
    assert visit.selected == trace.sweeps[0].uids[-1, trace.sweeps[0].retained]
    drawn = navigate.redraw(visit)
    assert 'data-sweep="0" data-role="sweep-0" aria-current="true"' in drawn["sweep"]
    navigate.select(visit, {"sweep": 2})
    assert visit.sweep is None  # the last one is followed
    for junk in ({"sweep": 9}, {"sweep": -1}, {"sweep": "1"}, {"sweep": None}, {"sweep": True}):
        navigate.select(visit, junk)
        assert visit.sweep is None
    navigate.open_tab(visit, {"index": run_view.TABS.index("sweeps")})
    assert "Crossing lines" in navigate.redraw(visit)["sweeps"]


def test_a_run_of_one_sweep_has_no_iterations_to_show() -> None:
    shown = press(FORM)[-2]
    assert shown["sweep"] == ""
    assert shown["resumable"] is False


@pytest.mark.parametrize("method", ["particle_filtering", "particle_gibbs"])
def test_a_stopped_run_goes_on_where_it_was(method: str) -> None:
    engine, visit = FakeEngine(pace=0), Visit()
    form = FORM | {"method": method, "particles": 5, "iterations": "2"}
    last: PartValues = {}
    for values in runs.start(engine, visit, form):
        last = values
        if visit.trace is not None and visit.trace.steps == 2:
            visit.stop_run()
    assert visit.trace is not None
    assert visit.trace.status == "stopped"
    assert last["running"] is False
    cut = visit.trace
    shown = list(runs.resume(engine, visit))
    whole = Visit()
    press(form, engine, whole)
    assert visit.trace.status == "finished"
    assert whole.trace is not None
    assert visit.trace.texts == whole.trace.texts
    assert visit.trace.started == cut.started
    # What was there already is not drawn again step by step.
    drawn = [values for values in shown if "genealogy" in values]
    assert len(drawn) == sum(s.steps for s in whole.trace.sweeps) - cut.steps + 2
    assert list(runs.resume(engine, Visit())) == []


def test_a_note_of_the_run_is_shown_once_with_its_steps() -> None:
    trace = synthetic_trace()
    noted = dataclasses.replace(trace, notes=tuple(NoteAdded(t, (1,), "It was <tight>.") for t in (0, 2)))
    assert run_view.notes(noted).count("<li>") == 1
    assert "It was &lt;tight&gt;." in run_view.notes(noted)
    assert "Step 1, 3" in run_view.notes(noted)
    assert run_view.notes(trace) == ""


def test_growing_takes_the_place_of_the_run() -> None:
    visit = visiting("edit")
    sent = {"do": "grow", "text": "12 + 7 = 20, so we have 20 * 3 - 45."}
    shown = list(runs.grow(SharedEngine(LISTED), visit, sent, 3))
    assert visit.trace is not None
    assert visit.trace.particles == 3
    assert set(visit.trace.texts[0]) == {"12 + 7 = 20, so we have 20 * 3 - 45."}
    assert any("was changed from" in values.get("notes", "") for values in shown)
    (refused,) = runs.grow(SharedEngine(LISTED), visit, sent, 1000)
    assert "must lie between" in refused["asking"]
