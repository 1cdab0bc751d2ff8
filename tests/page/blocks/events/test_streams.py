"""What a stream of updates must repeat so that the browser cannot lose it."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import Any

import gradio as gr
from gradio.utils import diff

from pfviz.page.blocks.events.streams import keep_properties

BUTTON, FOLD, TEXT = "button", "fold", "text"  # stand for components
STREAM: list[dict[Any, Any]] = [
    {BUTTON: gr.update(interactive=True), FOLD: gr.update(open=True)},
    {TEXT: "step 1"},
    gr.skip(),
    {BUTTON: gr.update(interactive=False)},
    {TEXT: "step 2"},
]


def test_properties_stay_and_values_do_not() -> None:
    found = list(keep_properties(STREAM))
    assert [update[BUTTON]["interactive"] for update in found] == [True, True, True, False, False]
    assert all(update[FOLD]["open"] for update in found)
    assert [update.get(TEXT) for update in found] == [None, "step 1", None, None, "step 2"]


def test_nothing_to_keep_is_skipped() -> None:
    assert list(keep_properties([gr.skip(), {TEXT: "a"}])) == [gr.skip(), {TEXT: "a"}]


def test_a_waiting_update_survives_the_differences_of_those_after_it() -> None:
    """As Gradio's client does it: differences change in place the updates that still wait to be shown."""

    def queue(stream: list[dict[Any, Any]]) -> list[bool | None]:
        whole = [copy.deepcopy(found.get(BUTTON, gr.skip())) for found in stream]
        first = copy.deepcopy(whole[0])
        shown = [first]
        for before, after in pairwise(whole):
            for action, path, value in diff(before, after):
                assert len(path) == 1
                first.pop(path[0]) if action == "delete" else first.update({path[0]: value})
            shown.append(first)
        return [update.get("interactive") for update in shown]

    assert queue(STREAM[:2]) == [None, None]  # lost
    assert queue(list(keep_properties(STREAM[:2]))) == [True, True]
    assert queue(list(keep_properties(STREAM)))[-1] is False
