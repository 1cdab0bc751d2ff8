"""Models are asked about a run: how answers come, are kept and are shown, and how they are stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pfviz.lab.probes import questions
from pfviz.lab.probes.values import PrefixValue
from pfviz.page.actions import navigate, probe
from pfviz.page.render.reward import reward_tab
from pfviz.page.serving.engine import SharedEngine
from pfviz.page.state.visits import Visit, Visits
from tests.browser.fake_pair import FakeEngine
from tests.page.probing import ANY, FIRST, LISTED, ask, small_run, visiting
from tests.page.render.run.test_inspector import Seen, poisoned
from tests.sweeps import gibbs


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
    assert 'value="gap"' in last["colours"]
    assert "reward minus value" not in last["genealogy"]  # one value is no reason to recolour the tree
    navigate.select(visit, {"rule": {"explore": "1", "colour": "gap"}})
    assert "reward minus value" in navigate.redraw(visit)["genealogy"]
    navigate.select(visit, {"rule": {"explore": "1", "colour": "<b>"}})
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
    assert set(measured) >= {int(uid) for uid in small_run().uids[-1]}  # whole solutions cost nothing


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
        questions.PrefixValueQuestion(small_run(), FIRST, 16, seed=seed).begin("embedded", "embedded", lambda: False)
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
    saved = {int(uid) for uid in small_run().uids[found.saved_by_other]}
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
    assert len(steps) == len(small_run().solution(*small_run().node(questions.heaviest_leaf(small_run(), FIRST))))
    assert "<del>" in told
    assert ask(visit, do="retell", text="12 + 7 = 21.")
    assert visit.probe_state.for_sweep(0).edits[FIRST][0].text == "12 + 7 = 21."


def test_another_run_forgets_the_answers_and_another_sweep_has_its_own() -> None:
    visit = visiting("worth", gibbs(), None)
    number = len(gibbs().earlier)
    visit.probe_state.for_sweep(number).add_values(gibbs(), PrefixValue((0,), 0.5, 3, 8))
    assert 'value="gap"' in navigate.redraw(visit)["colours"]
    navigate.select(visit, {"sweep": 0})
    assert 'value="gap"' not in navigate.redraw(visit)["colours"]
    visit.show_trace(small_run())
    assert visit.probe_state.sweeps == {}


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
    assert "A run is in progress" in ask(visit, do="words", reward="")[-1]["asking"]


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
        visit.trace, visit.selected, visit.run = small_run(), FIRST, None
        coming = probe.start(SharedEngine(LISTED), visit, {"do": "tree", "budget": "512"})
        next(coming)
        asked = visit.question_run
        assert asked is not None
        assert visits.running_count() == 1
        leave(visit)
        assert asked.is_stopped()
        assert len(list(coming)) < 16
    assert visits.get("tab").probe_state.menu is LISTED


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
