"""The inspector sets a step beside those of others, and what a step did beside its reward."""

from __future__ import annotations

import dataclasses

from pfviz.page.render.run.inspector import inspect_particle
from pfviz.page.render.run.text_differences import MAX_COMPARED, MAX_NAMED, differences, same_text_note
from tests.traces import synthetic_trace

TEXTS = ["We add <b>1</b> and 2.", "We add <b>1</b> and 3.", "We add <b>1</b> and 2.", "We add <b>1</b> and 4."]
TRACE = dataclasses.replace(synthetic_trace(4, 2), texts=[TEXTS, synthetic_trace(4, 2).texts[1]])


def test_what_siblings_share_is_dimmed_and_the_rest_is_not() -> None:
    told = inspect_particle(TRACE, 0)
    assert '<span class="shared">We add &lt;b&gt;1&lt;/b&gt; and </span>2.' in told


def test_duplicates_are_named() -> None:
    assert same_text_note(TRACE, 0) == "The same text as particle 2"
    assert same_text_note(TRACE, 1) == ""
    many = dataclasses.replace(synthetic_trace(16, 1), texts=[["again"] * 16])
    assert f" and {15 - MAX_NAMED} more" in same_text_note(many, 3)


def test_differences_are_marked_and_escaped_and_each_text_is_shown_once() -> None:
    told = inspect_particle(TRACE, 0)
    assert "<ins>2.</ins>" in told
    assert "<del>3.</del>" in told
    assert "We add <b>" not in told
    assert len(differences(TRACE, 1)) == 2  # "and 2." stands in two slots
    many = dataclasses.replace(synthetic_trace(16, 1), texts=[[f"step {n}" for n in range(16)]])
    assert len(differences(many, 0)) == MAX_COMPARED


def test_what_a_step_did_is_the_change_of_its_reward() -> None:
    uid = int(TRACE.uids[1, 0])
    before = TRACE.rewards[0, TRACE.ancestors[0, 0]]
    change = TRACE.rewards[1, 0] - before
    assert f'class="did" title="Reward after this step minus the reward before it">{change:+.2f}'.replace(
        "-", "−"
    ) in inspect_particle(TRACE, uid).replace("-", "−")
    assert inspect_particle(TRACE, 0).count('class="did"') == 0  # a first step
