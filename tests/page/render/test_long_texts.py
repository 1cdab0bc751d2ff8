"""Texts, notes and sweeps of a file may be as many and as long as it has room for: what is shown of them is bounded."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pfviz.inference.events import NoteAdded
from pfviz.page.render.reward import token_rewards
from pfviz.page.render.run import inspector, run_view
from pfviz.report import mathtext
from pfviz.trace import Trace
from tests.traces import synthetic_trace

NESTED = r"\boxed{" * 12_000 + "1" + "}" * 12_000
TRACE = synthetic_trace(particles=2, steps=3, trigger="never", inside=True)


def with_texts(text: str) -> Trace:
    nothing: list[list[list[int]]] = [[[], []] for _ in range(3)]
    return replace(TRACE, texts=[[text] * 2 for _ in range(3)], reward_ends=nothing, token_rewards=[[[], []]] * 3)


def test_a_long_solution_is_cut_and_what_is_left_out_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspector, "MAX_CHARACTERS", 3000)
    shown = inspector.inspect_particle(with_texts("y" * 3500), int(TRACE.uids[-1, 0]))
    assert shown.count("y" * 1000) == 3
    assert "y" * 1001 not in shown
    assert shown.count("… 2,500 more characters") == 3
    whole = inspector.inspect_particle(with_texts("y" * 1000), int(TRACE.uids[-1, 0]))
    assert "more characters" not in whole


@pytest.mark.parametrize("text", [NESTED, r"\boxed{" * 14_000, "$x$ " * 20_000, r"\(" * 40_000], ids=lambda x: x[:8])
def test_hostile_mathematics_is_shown_as_typed_without_a_formula_being_tried(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("a formula was tried")

    monkeypatch.setattr(mathtext, "_render_formula", fail)
    shown = re.sub("</?i>", "", inspector.inspect_particle(with_texts(text), int(TRACE.uids[-1, 0])))
    assert "<math" not in shown
    assert text[:40].strip().rstrip("\\") in shown


def test_as_many_formulas_as_are_allowed_are_set() -> None:
    text = "$q^2$ " * mathtext.MAX_FORMULAS
    assert mathtext.render_bounded(text[: 6 * 20]).count("<math") == 20
    assert mathtext.render_bounded(text) == text  # each has two places
    several = mathtext.render_all(["$q^2$"] * 3, formulas=4)
    assert [html.count("<math") for html in several] == [1, 1, 0]


def test_a_step_without_a_word_of_the_reward_is_shown_beside_steps_with_some() -> None:
    ends, rewards = [list(row) for row in TRACE.reward_ends], [list(row) for row in TRACE.token_rewards]
    ends[-1][0], rewards[-1][0] = [], []
    trace = replace(TRACE, reward_ends=ends, token_rewards=rewards)
    shown = token_rewards.render_token_rewards(trace, int(trace.uids[-1, 0]))
    assert trace.texts[-1][0][:10] in shown


def test_very_many_notes_are_counted() -> None:
    notes = tuple(NoteAdded(0, (), f"note {k} " + "x" * 5000) for k in range(500))
    shown = run_view.notes(replace(TRACE, notes=notes))
    assert "note 0 " in shown
    assert "And 476 more, in the saved trace." in shown
    assert len(shown) < 24 * 500
    assert "more, in" not in run_view.notes(replace(TRACE, notes=notes[:24]))
