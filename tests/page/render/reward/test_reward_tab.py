"""The tab that checks the reward: each question has its parts, and what a model wrote is escaped in all of them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import pfviz
from pfviz.diagnostics.lineage_ends import prefix_labels, right_lineage_ends
from pfviz.diagnostics.rewards.reweighing import Rule
from pfviz.diagnostics.rewards.token_rewards import steepest_changes
from pfviz.diagnostics.truth import RIGHT, WRONG, truth
from pfviz.figures.reward.token_rewards import MIN_CHANGE
from pfviz.page.actions import navigate
from pfviz.page.forms import what_if_form
from pfviz.page.render.reward import misjudged, reward_tab, token_rewards, verdicts
from pfviz.page.render.run import run_view
from pfviz.page.state.visits import Visit
from pfviz.trace import Trace
from tests.page.render.run.test_inspector import Seen, poisoned
from tests.sweeps import gibbs, tempering
from tests.traces import synthetic_trace

TRACE = synthetic_trace()
RUN: Trace = pfviz.run("Compute (12 + 7) * 3 - 45", particles=8, seed=1, reward="naive", temperature=1.0)
FORM = {
    "resampler": "ssp", "tau": "0.5", "seed": "7", "potential": "score", "aggregation": "min", "trigger": "ess",
    "threshold": "0.3",
}  # fmt: skip


def visiting(question: str, trace: Trace = TRACE, **look: object) -> Visit:
    visit = Visit(trace=trace, tab="check")
    navigate.select(visit, {"question": question})
    for name, value in look.items():
        setattr(visit, name, value)
    return visit


@pytest.mark.parametrize("question", reward_tab.QUESTIONS)
def test_each_question_has_its_own_parts(question: str) -> None:
    shown = navigate.redraw(visiting(question))
    assert f'data-question="{question}" data-role="question-{question}" aria-current' in shown["questions"]
    assert bool(shown["check"]) == (question in ("inside", "residuals", "profile", "what_if"))
    assert bool(shown["told"]) == (question not in ("residuals", "profile"))
    if shown["check"] and shown["told"]:
        assert f'data-shows="{"beside" if question == "inside" else "both"}"' in shown["questions"]


@pytest.mark.parametrize("question", reward_tab.QUESTIONS)
@pytest.mark.parametrize(
    "trace",
    [
        synthetic_trace(1, 1), synthetic_trace(4, 1), synthetic_trace(1, 4), TRACE.upto(2),
        replace(TRACE.upto(2), status="stopped"), synthetic_trace(truth=None, problem="A riddle"), gibbs(),
        synthetic_trace(inside=True), replace(TRACE, method="best_of_n"),
        replace(TRACE, ends=[["failed"] * 16, *TRACE.ends[1:]]),
    ],
    ids=[
        "1×1", "one step", "one particle", "running", "stopped", "unknown truth", "sweeps", "tokens", "best of N",
        "failed",
    ],
)  # fmt: skip
def test_each_question_is_answered_for_every_run(question: str, trace: Trace) -> None:
    shown = navigate.redraw(visiting(question, trace, selected=int(trace.uids[0, 0])))
    assert shown["check"] or shown["told"]


@pytest.mark.parametrize("question", reward_tab.QUESTIONS)
def test_what_a_model_wrote_is_escaped(question: str) -> None:
    shown = navigate.redraw(visiting(question, poisoned(), selected=5))
    for name in ("questions", "rule", "told"):
        seen = Seen(shown[name])
        assert not {"script", "img", "a"} & set(seen.tags), name
        assert not {attribute for attribute in seen.attributes if attribute.startswith("on")} | (
            seen.attributes & {"href", "src"}
        ), name
    assert "<script" not in shown["check"]
    assert "<img" not in shown["check"]


def test_the_ends_of_right_lineages_are_rows_that_select() -> None:
    told = verdicts.render_deaths(RUN, None)
    found = right_lineage_ends(RUN, truth(RUN))
    assert told.count("<tr data-uid=") == len(found.ends)
    for end in found.ends:
        assert f'<tr data-uid="{end.uid}"' in told
        assert f">{end.verdict}</b>" in told
    assert f"<b>{sum(end.verdict == 'bad luck' for end in found.ends)}</b> killed by bad luck" in told
    chosen = found.ends[0].uid
    assert f'<tr data-uid="{chosen}" aria-current="true">' in verdicts.render_deaths(RUN, chosen)


def test_where_nobody_knows_the_truth_it_says_what_to_do_and_follows_the_selected() -> None:
    riddle = replace(TRACE, truth=None, problem="A riddle")
    told = verdicts.render_deaths(riddle, None)
    assert "Mark the right answer, or type it under More settings" in told
    assert "<table" not in told
    assert "Mark the right answer" in misjudged.mistakes(riddle, None)
    assert "type the true answer" in verdicts.render_winners(riddle, None)
    assert "<tr data-uid=" in verdicts.render_deaths(riddle, int(TRACE.uids[0, 0]))


def test_winners_mark_the_rule_of_the_run() -> None:
    told = verdicts.render_winners(RUN, None)
    assert told.count('class="own"') == 1
    assert told.count("<td") == 12
    assert "rules give the right answer" in told
    assert "iteration alone" in verdicts.render_winners(gibbs(), None) or not gibbs().answers.rows


def test_signs_that_need_no_label_are_there_without_one() -> None:
    told = misjudged.mistakes(replace(TRACE, truth=None, problem="A riddle"), None)
    assert "Duplicate siblings" in told
    assert "Weight collapse" in told
    assert 'data-role="twin-' in told
    assert told.count('tabindex="0"') == 3  # a sentence for each sign
    assert told.count('class="reading-help"') == 1


def test_the_form_starts_with_the_rule_of_the_run_and_does_not_change_with_it() -> None:
    form = what_if_form.draw_form(replace(TRACE, settings={**TRACE.settings, "tau": 0.25}))
    assert 'name="tau" value="0.25"' in form
    assert '<option value="systematic" selected>' in form
    before = navigate.redraw(visiting("what_if"))["rule"]
    visit = visiting("what_if")
    navigate.select(visit, {"rule": FORM})
    assert navigate.redraw(visit)["rule"] == before  # else the field that is typed in would lose its focus


def test_another_rule_redraws_and_an_empty_form_is_the_run_again() -> None:
    visit = visiting("what_if")
    plain = navigate.redraw(visit)
    navigate.select(visit, {"rule": FORM})
    assert visit.rule_form is not None
    rule = visit.rule_form.rule
    assert rule == Rule("ssp", 0.5, "score", "ess", 0.3, "min", 7)
    assert navigate.redraw(visit)["check"] != plain["check"]
    navigate.select(visit, {"rule": {}})
    assert navigate.redraw(visit) == plain


def test_nonsense_is_told_beside_the_last_rule() -> None:
    visit = visiting("what_if")
    navigate.select(visit, {"rule": FORM})
    good = navigate.redraw(visit)
    for wrong, said in (
        ({"tau": "-1"}, "Tau is -1"),
        ({"resampler": "<b>"}, "Resampler is"),
        ({"seed": "x" * 999}, "Seed is"),
    ):
        navigate.select(visit, {"rule": FORM | wrong})
        shown = navigate.redraw(visit)
        assert said in shown["told"]
        assert "<b>" not in shown["told"].split("</p>")[0]
        assert shown["check"] == good["check"]
    for strange in (None, 3, "tau", []):
        navigate.select(visit, {"rule": strange})
        assert visit.rule_form is not None
        assert visit.rule_form.rule is None


def test_a_question_that_is_none_changes_nothing() -> None:
    visit = visiting("winners")
    for strange in ("<script>", None, 3):
        navigate.select(visit, {"question": strange})
        assert visit.question == "winners"


def test_a_rule_holds_as_long_as_the_form_that_it_was_typed_into() -> None:
    """Another form is drawn with the rule of its run: what was typed into the one before is seen no more."""
    trace = gibbs()
    visit = visiting("what_if", trace)
    navigate.select(visit, {"rule": FORM})
    typed = visit.rule_form
    navigate.select(visit, {"sweep": 0})
    assert what_if_form.current_rule(trace.sweep(0), visit.rule_form) is typed
    another = replace(trace, started="2026-01-02T00:00:00Z")
    assert what_if_form.draw_form(another) != what_if_form.draw_form(trace)
    assert what_if_form.current_rule(another, typed).rule is None
    hot, cold = tempering().sweep(2), tempering().sweep(0)
    assert what_if_form.current_rule(hot, what_if_form.read_rule(cold, FORM, None)).rule is None


def test_the_parts_of_the_tab_are_empty_until_it_is_open() -> None:
    assert not set(run_view.REWARD_TAB_PARTS) & navigate.redraw(Visit(trace=TRACE)).keys()


SPEAKS = synthetic_trace(inside=True)


def test_the_steepest_turns_are_rows_that_select_and_are_marked_right_or_wrong() -> None:
    told, found = token_rewards.render_token_rewards(SPEAKS, None), steepest_changes(SPEAKS)
    sharp = [turn for turn in found if abs(turn.change) >= MIN_CHANGE]
    assert told.count("<tr data-uid=") == min(len(sharp), token_rewards.MAX_TURN_ROWS) > 3
    places = [told.index(f'<tr data-uid="{turn.uids[0]}"') for turn in sharp[: token_rewards.MAX_TURN_ROWS]]
    assert places == sorted(places), "steepest first"
    known = prefix_labels(SPEAKS, truth(SPEAKS))
    shown = [int(known[SPEAKS.node(turn.uids[0])]) for turn in sharp[: token_rewards.MAX_TURN_ROWS]]
    assert (told.count("✓"), told.count("✗")) == (shown.count(RIGHT), shown.count(WRONG))
    turn = sharp[0]
    assert f"{turn.reward_before:.2f} → <b>{turn.reward_after:.2f}</b>" in told


def test_the_selected_step_is_read_token_by_token() -> None:
    uid = int(SPEAKS.uids[1, 3])
    t, n = SPEAKS.node(uid)
    told = token_rewards.render_token_rewards(SPEAKS, uid)
    reading = told[: told.index("</p>")]
    assert reading.count('<span class="token"') == len(SPEAKS.reward_ends[t][n])
    assert re.sub(r"<[^>]*>", "", reading) == SPEAKS.texts[t][n]
    assert [float(x) for x in re.findall(r'title="([\d.]+)"', reading)] == pytest.approx(
        SPEAKS.token_rewards[t][n], abs=6e-4
    )


def test_of_a_model_that_scores_steps_it_is_said_and_what_to_ask_instead() -> None:
    assert "scores whole steps" in token_rewards.render_token_rewards(TRACE, 0)
    assert "Which words?" in token_rewards.render_token_rewards(TRACE, 0)
