"""Models are asked about a run: what may be asked, how answers come, are kept and are shown, and how it is stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import pfviz
from pfviz.errors import LabError, ModelError, PfvizError
from pfviz.lab.probes import questions
from pfviz.lab.probes.values import PrefixValue, TreeValues
from pfviz.page.actions import navigate, probe, runs
from pfviz.page.forms import probe_form
from pfviz.page.render import probe_forms, reward_tab
from pfviz.page.serving.engine import SharedEngine
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.serving.scheduler import Queued, Scheduler
from pfviz.page.state.probe_answers import ProbeAnswers, ProbeState
from pfviz.page.state.visits import Visit, Visits
from pfviz.trace import Trace
from tests.browser.fake_pair import FakeEngine
from tests.page.render.test_inspector import Seen, poisoned
from tests.sweeps import gibbs
from tests.traces import synthetic_trace

TRACE: Trace = pfviz.run("Compute (12 + 7) * 3 - 45", particles=6, seed=1, reward="naive", temperature=1.0)
LISTED = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "0"})
ANY = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "1"})
FIRST = int(TRACE.uids[0, 0])


def go_on() -> bool:
    return False


def visiting(question: str, trace: Trace = TRACE, selected: int | None = FIRST, menu: ModelMenu = LISTED) -> Visit:
    return Visit(trace=trace, tab="check", question=question, selected=selected, probe_state=ProbeState(menu))


def ask(visit: Visit, engine: Any = None, **sent: str) -> list[dict[str, Any]]:
    return list(probe.start(engine or SharedEngine(LISTED), visit, sent))


# --- what may be asked ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "no such question"),
        ({"do": "grow"}, "no such question"),
        ({"do": "value", "rollouts": "100000"}, "Choose one of 16, 32, 64"),
        ({"do": "value", "rollouts": ["16"]}, "Choose one of"),
        ({"do": "tree", "budget": "-1"}, "Choose one of 128, 256, 512"),
        ({"do": "rescore", "reward": "../secrets"}, "in the list"),
        ({"do": "rescore", "typed": "http://lab/model"}, "models in the list"),
        ({"do": "words", "reward": "endpoint:prm"}, "in the list"),
        ({"do": "retell", "text": "x" * 3000}, "3000 characters"),
    ],
)
def test_what_a_browser_sends_is_not_trusted(sent: dict[str, Any], said: str) -> None:
    with pytest.raises(PfvizError, match=said):
        probe_form.read_question(sent, TRACE, TRACE, FIRST, LISTED)


def test_without_a_run_a_selection_or_a_truth_it_says_what_to_do() -> None:
    riddle = replace(synthetic_trace(truth=None, problem="A riddle"))
    for sent, trace, selected, said in (
        ({"do": "value", "rollouts": "16"}, None, 0, "no run"),
        ({"do": "value", "rollouts": "16"}, TRACE, None, "Select a particle"),
        ({"do": "words"}, TRACE, 10**9, "Select a particle"),
        ({"do": "tree", "budget": "128"}, riddle, 0, "Mark the right one, or type it under More settings"),
    ):
        with pytest.raises(LabError, match=said):
            probe_form.read_question(sent, trace, trace, selected, LISTED)
    assert "Mark the right one" in navigate.redraw(visiting("worth", riddle))["told"]


def test_rewards_to_choose_are_those_of_the_generator() -> None:
    names = [name for _, name in LISTED.rewards_for("embedded")]
    assert {"embedded", "naive", "oracle"} <= set(names)
    assert len(names) == len(set(names))
    assert LISTED.rewards_for("somebody/else") == []
    form = probe_forms.render_form(TRACE, "other", None, LISTED)
    assert 'value="embedded"' in form
    assert 'value="naive"' not in form  # the run's own
    assert 'name="typed"' not in form
    assert 'name="typed"' in probe_forms.render_form(TRACE, "other", None, ANY)
    assert probe_form.read_reward({"typed": "oracle"}, TRACE, ANY) == "oracle"


def test_a_text_that_was_not_changed_leaves_the_recorded_step() -> None:
    text = TRACE.texts[0][FIRST]
    assert probe_form.read_grow({"text": f"  {text}\r\n"}, TRACE, FIRST, 4).text is None
    assert probe_form.read_grow({"text": "1 + 1"}, TRACE, FIRST, 4).text == "1 + 1"


def test_an_edited_path_goes_on_to_the_end_of_the_heaviest_line() -> None:
    end = questions.heaviest_leaf(TRACE, FIRST)
    assert FIRST in [int(TRACE.uids[node]) for node in TRACE.solution(*TRACE.node(end))]
    assert questions.heaviest_leaf(TRACE, end) == end


# --- how answers come -----------------------------------------------------------------------------------------------


def test_the_value_of_a_prefix_comes_batch_by_batch() -> None:
    visit = visiting("worth")
    shown = ask(visit, do="value", rollouts="16")
    batches = [values for values in shown if "told" in values]
    assert [f"of {n} rollouts right" in values["told"] for n, values in zip((8, 16), batches, strict=False)] == [
        True
    ] * 2
    value = visit.probe_state.for_sweep(0).measured_values[FIRST]
    assert value.rollouts == 16
    last = shown[-1]
    assert "16 of 16 rollouts" in last["asking"]
    assert f"{value.right} of 16 rollouts right" in last["inspector"]
    assert "data-ask" in shown[0]["asking"]
    assert "data-ask" not in last["asking"]
    assert 'data-colour="gap"' in last["colours"]
    assert "reward minus value" not in last["genealogy"]  # one value is no reason to recolour the tree
    navigate.select(visit, {"colour": "gap"})
    assert "reward minus value" in navigate.redraw(visit)["genealogy"]
    navigate.select(visit, {"colour": "<b>"})
    assert visit.probe_state.colour == "reward"
    assert (visit.question_run, visit.run) == (None, None)


def test_a_tree_is_coloured_while_it_is_measured() -> None:
    visit = visiting("worth")
    shown = ask(visit, do="tree", budget="128")
    drawn = [values["genealogy"] for values in shown if "genealogy" in values]
    assert len(drawn) > 16
    assert all("reward minus value" in figure for figure in drawn)
    assert len(set(drawn)) > 8
    measured = visit.probe_state.for_sweep(0).measured_values
    assert sum(value.rollouts for value in visit.probe_state.for_sweep(0).prefix_values if not value.exact) == 128
    assert set(measured) >= {int(uid) for uid in TRACE.uids[-1]}  # whole solutions cost nothing


def test_what_is_asked_again_adds_up_from_rollouts_of_its_own() -> None:
    visit = visiting("worth")
    ask(visit, do="value", rollouts="16")
    once = visit.probe_state.for_sweep(0).measured_values[FIRST]
    shown = ask(visit, do="value", rollouts="32")
    assert "32 of 32 rollouts" in shown[-1]["asking"]
    twice = visit.probe_state.for_sweep(0).measured_values[FIRST]
    assert twice.rollouts == 48
    assert 0 <= twice.right - once.right <= 32
    assert twice.tokens > once.tokens
    first, second = (
        questions.PrefixValueQuestion(TRACE, FIRST, 16, seed=seed).begin("embedded", "embedded", lambda: False)
        for seed in (0, 1)
    )
    assert [one.tokens for one in first if isinstance(one, PrefixValue)] != [
        one.tokens for one in second if isinstance(one, PrefixValue)
    ], "the same rollouts again would tell nothing new"
    ask(visit, do="tree", budget="128")
    assert sum(value.rollouts for value in visit.probe_state.for_sweep(0).prefix_values if not value.exact) == 128 + 48


def test_another_reward_scores_every_sweep() -> None:
    trace = gibbs()
    visit = visiting("other", trace, int(trace.uids[0, 0]))
    shown = ask(visit, FakeEngine(), do="rescore", reward="", typed="oracle")  # the fake's page lets names be typed
    assert all(visit.probe_state.for_sweep(k).rescored is not None for k in range(len(trace.sweeps)))
    assert "Killed by" in shown[-1]["told"]
    assert shown[-1]["check"]
    navigate.select(visit, {"sweep": 0})
    other = visit.probe_state.for_sweep(0).rescored
    assert other is not None
    assert other.trace.rewards.shape == trace.sweep(0).rewards.shape
    assert navigate.redraw(visit)["check"]


def test_the_embedded_reward_and_the_naive_one_part_somewhere() -> None:
    visit = visiting("other")
    told = ask(visit, do="rescore", reward="embedded")[-1]["told"]
    found = visit.probe_state.for_sweep(0).rescored
    assert found is not None
    assert found.reward == "embedded"
    saved = {int(uid) for uid in TRACE.uids[found.saved_by_other]}
    assert all(f'data-role="killed-{uid}"' in told for uid in saved)


def test_words_have_their_effects_as_numbers() -> None:
    visit = visiting("words")
    told = ask(visit, do="words", reward="")[-1]["told"]
    reward, found = visit.probe_state.for_sweep(0).occlusions[FIRST]
    assert reward == "naive"
    assert told.count('class="word') == 2 * len(found.spans)  # in the text, and in the list
    assert told.count("<tr><td>") == len(found.spans)


def test_an_edited_step_has_both_rewards_of_each_step() -> None:
    visit = visiting("edit")
    told = ask(visit, do="retell", text="12 + 7 = 20, so we have 20 * 3 - 45.")[-1]["told"]
    steps = visit.probe_state.for_sweep(0).edits[FIRST]
    assert len(steps) == len(TRACE.solution(*TRACE.node(questions.heaviest_leaf(TRACE, FIRST))))
    assert "<del>" in told
    assert ask(visit, do="retell", text="12 + 7 = 21.")
    assert visit.probe_state.for_sweep(0).edits[FIRST][0].text == "12 + 7 = 21."


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


# --- how answers are kept and shown ---------------------------------------------------------------------------------


def test_the_value_of_more_rollouts_counts_and_holds_for_the_same_texts() -> None:
    trace = poisoned()
    answers = ProbeAnswers()
    answers.add_values(trace, PrefixValue((5,), 0.5, 3, 8))
    answers.add_values(trace, PrefixValue((5,), 0.5, 2, 4))
    same = next(value for value in answers.prefix_values if 5 in value.uids)
    assert (same.right, same.rollouts) == (3, 8)
    assert set(answers.measured_values) == set(same.uids)
    answers.add_values(trace, TreeValues((replace(same, right=4, rollouts=16),), 16, 0))
    assert answers.measured_values[5].rollouts == 16


def test_another_run_forgets_the_answers_and_another_sweep_has_its_own() -> None:
    visit = visiting("worth", gibbs(), None)
    number = len(gibbs().earlier)
    visit.probe_state.for_sweep(number).add_values(gibbs(), PrefixValue((0,), 0.5, 3, 8))
    assert 'data-colour="gap"' in navigate.redraw(visit)["colours"]
    navigate.select(visit, {"sweep": 0})
    assert navigate.redraw(visit)["colours"] == ""
    visit.show_trace(TRACE)
    assert visit.probe_state.sweeps == {}


@pytest.mark.parametrize("question", reward_tab.MODEL_QUESTIONS)
@pytest.mark.parametrize(
    "trace",
    [synthetic_trace(1, 1), TRACE.upto(1), gibbs(), replace(TRACE, ends=[["failed"] * 6, *TRACE.ends[1:]])],
    ids=["1×1", "running", "sweeps", "failed"],
)
def test_each_question_has_a_form_for_every_run(question: str, trace: Trace) -> None:
    for selected in (None, int(trace.uids[0, 0])):
        shown = navigate.redraw(visiting(question, trace, selected))
        assert f'data-asks="{question}"' in shown["rule"]
        assert "data-asked" in shown["questions"]
        assert shown["told"] or shown["check"]


def test_what_a_model_wrote_is_escaped_in_every_answer() -> None:
    trace = replace(poisoned(), truth="12", method="particle_filtering")
    engine = FakeEngine()
    for question, sent in (
        ("words", {"do": "words", "reward": ""}),
        ("edit", {"do": "retell", "text": "<script>x</script> <img src=x onerror=y>"}),
        ("other", {"do": "rescore", "typed": "naive"}),
    ):
        visit = visiting(question, trace, 5, ANY)
        shown = list(probe.start(engine, visit, sent))[-1]
        assert not visit.probe_state.is_error, visit.probe_state.status
        for name in ("rule", "asking", "told"):
            seen = Seen(shown[name])
            assert not {"script", "img", "a"} & set(seen.tags), (question, name)
            assert not {"onerror", "href", "src"} & seen.attributes
        assert "<script" not in shown["check"]


def test_nothing_is_locked_while_the_page_draws() -> None:
    """A server goes on with a generator on any of its threads, and a lock belongs to one."""
    visit = visiting("words")
    for sent in ({"do": "rescore", "reward": "nonsense"}, {"do": "words", "reward": ""}):
        for _ in probe.start(SharedEngine(LISTED), visit, sent):
            free: list[bool] = []
            other = threading.Thread(target=lambda free=free: free.append(visit.lock.acquire(blocking=False)))
            other.start()
            other.join()
            assert free == [True]
            visit.lock = threading.RLock()  # the other thread's has gone with it


def test_every_failure_is_a_sentence() -> None:
    class Broken(FakeEngine):
        def ask(self, question: questions.Question, *, stop: Any) -> Iterator[Any]:
            yield from ()
            raise RuntimeError("secret")

    visit = visiting("words")
    last = ask(visit, Broken(), do="words", reward="")[-1]
    assert "The model failed (RuntimeError)" in last["asking"]
    assert "secret" not in last["asking"]
    assert visit.question_run is None
    visit.begin_run()
    assert "A run goes on" in ask(visit, do="words", reward="")[-1]["asking"]


# --- how it is stopped ----------------------------------------------------------------------------------------------


def test_stop_ends_it_and_keeps_what_was_found() -> None:
    visit = visiting("worth")
    coming = probe.start(SharedEngine(LISTED), visit, {"do": "tree", "budget": "512"})
    for values in coming:
        if "8 of 512" in values["asking"]:
            visit.stop_question()
            break
    rest = list(coming)
    assert "Stopped after" in rest[-1]["asking"]
    assert visit.probe_state.for_sweep(0).measured_values
    assert visit.question_run is None


def test_a_closed_tab_a_new_run_and_a_new_question_stop_it() -> None:
    visits = Visits(menu=LISTED)
    for leave in (lambda visit: visits.close("tab"), Visit.begin_run, Visit.begin_question):
        visit = visits.get("tab")
        visit.trace, visit.selected, visit.run = TRACE, FIRST, None
        coming = probe.start(SharedEngine(LISTED), visit, {"do": "tree", "budget": "512"})
        next(coming)
        asked = visit.question_run
        assert asked is not None
        assert visits.running_count() == 1
        leave(visit)
        assert asked.is_stopped()
        assert len(list(coming)) < 16
    assert visits.get("tab").probe_state.menu is LISTED


# --- the engine -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [{"generator": "somebody/huge"}, {"generator": "endpoint:lab"}], ids=str)
def test_a_trace_cannot_have_what_it_names_asked(names: dict[str, str]) -> None:
    question = questions.ValueTreeQuestion(replace(TRACE, **names), 128)
    with pytest.raises(ModelError, match="This page does not run the"):
        next(SharedEngine(LISTED).ask(question, stop=go_on))
    with pytest.raises(ModelError, match="This page does not run the"):
        next(SharedEngine(LISTED).ask(questions.RescoreQuestion(TRACE, "../secrets"), stop=go_on))


def test_questions_wait_in_the_line_of_runs() -> None:
    engine = SharedEngine(LISTED, Scheduler(at_once=1))
    first = engine.stream("1 + 2", stop=go_on, particles=2)
    while isinstance(next(first), Queued):
        pass
    second = engine.ask(questions.OcclusionQuestion(TRACE, FIRST, "naive"), stop=go_on)
    assert next(second) == Queued(1)
    list(first)
    assert list(second)


def test_only_the_model_that_is_asked_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    from pfviz.models import registry

    monkeypatch.setattr(registry, "get_generator", lambda name: pytest.fail(f"loaded {name}"))
    assert list(SharedEngine(LISTED).ask(questions.RescoreQuestion(TRACE, "oracle"), stop=go_on))


def test_on_zero_gpu_models_that_need_one_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfviz.page.serving.engine.zerogpu.is_active", lambda: True)
    with pytest.raises(ModelError, match="lends its GPU for runs only"):
        next(SharedEngine(ANY).ask(questions.RescoreQuestion(TRACE, "somebody/prm"), stop=go_on))
    assert list(SharedEngine(ANY).ask(questions.RescoreQuestion(TRACE, "oracle"), stop=go_on))


def test_nothing_is_asked_without_a_click() -> None:
    asked = threading.Event()

    class Watched(FakeEngine):
        def ask(self, question: questions.Question, *, stop: Any) -> Iterator[Any]:
            asked.set()
            return super().ask(question, stop=stop)

    visit = visiting("worth")
    for question in (*reward_tab.QUESTIONS, *reward_tab.MODEL_QUESTIONS):
        navigate.select(visit, {"question": question})
        navigate.redraw(visit)
    assert not asked.is_set()
    ask(visit, Watched(), do="words", reward="")
    assert asked.is_set()
