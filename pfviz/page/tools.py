"""Questions to models, read from what a browser sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pfviz.diagnostics.truth import true_answer
from pfviz.errors import LabError, SettingError
from pfviz.lab import attribution
from pfviz.page import selection
from pfviz.page.answers import Answers
from pfviz.page.offer import Offer
from pfviz.page.questions import Grow, Question, Rescore, Retell, ValueOf, ValueTree, Words
from pfviz.trace import Trace

ROLLOUTS = (16, 32, 64)
BUDGETS = (128, 256, 512)
MOST_WORDS = 200  # of a step: each is a slot of the reward model's session
MOST_TEXT = 2000  # characters of a typed step
UNKNOWN = (
    "Nobody knows which answers are right here. Mark the right one, or type it under More settings before a run; the "
    "embedded pair’s own problems need neither."
)
NOBODY = "Select a particle first: click one in any picture."


def read(
    sent: Mapping[str, Any],
    trace: Trace | None,
    shown: Trace | None,
    selected: int | None,
    offer: Offer,
    answers: Answers | None = None,
) -> Question:
    """The question that a form asks: of the run `trace`, or of its sweep that is `shown`, about which `answers` are
    there already. Nothing that a browser sends is trusted; `Grow`, which begins a run, is read by `read_grow`.

    Raises:
        LabError, SettingError: it cannot be asked; what to do instead.
    """
    if trace is None or shown is None or not shown.steps:
        raise LabError("There is no run to ask about yet.")
    match str(sent.get("do")):
        case "value":
            _knows(shown)
            uid, known = _node(shown, selected), answers or Answers()
            return ValueOf(shown, uid, _one_of(sent.get("rollouts"), ROLLOUTS), known.measured.get(uid), known.valued)
        case "tree":
            _knows(shown)
            known = answers or Answers()
            return ValueTree(shown, _one_of(sent.get("budget"), BUDGETS), known.measured, known.valued)
        case "rescore":
            return Rescore(trace, another_reward(sent, trace, offer))
        case "words":
            uid = _node(shown, selected)
            if len(attribution.words(_text(shown, uid))) > MOST_WORDS:
                raise LabError(f"The step has more than {MOST_WORDS} words; this page leaves out no more than that.")
            chosen = sent.get("reward") or sent.get("typed")
            return Words(shown, uid, another_reward(sent, trace, offer) if chosen else trace.reward)
        case "retell":
            uid = _node(shown, selected)
            return Retell(shown, uid, _typed(sent))
    raise LabError("This page has no such question.")


def read_grow(sent: Mapping[str, Any], shown: Trace | None, selected: int | None, particles: int) -> Grow:
    """The run that the form of an edited step asks for; raises `LabError` if it cannot be."""
    if shown is None or not shown.steps:
        raise LabError("There is no run to go on from yet.")
    uid, text = _node(shown, selected), _typed(sent)
    return Grow(shown, uid, None if text == _text(shown, uid).strip() else text, particles)


def another_reward(sent: Mapping[str, Any], trace: Trace, offer: Offer) -> str:
    """The reward model that was chosen from the list, or typed where that is allowed. Raises `SettingError`."""
    typed = str(sent.get("typed") or "").strip()
    if typed:
        return offer.typed("typed_reward", typed)
    chosen = str(sent.get("reward") or "")
    if chosen not in [name for _, name in offer.rewards_for(trace.generator)]:
        raise SettingError("reward", "Choose one of the reward models in the list.")
    return chosen


def _knows(trace: Trace) -> None:
    if true_answer(trace) is None:
        raise LabError(UNKNOWN)


def _node(trace: Trace, selected: int | None) -> int:
    uid = selection.known(trace, selected)
    if uid is None:
        raise LabError(NOBODY)
    return uid


def _text(trace: Trace, uid: int) -> str:
    t, n = trace.node(uid)
    return trace.texts[t][n]


def _typed(sent: Mapping[str, Any]) -> str:
    text = str(sent.get("text") or "").replace("\r\n", "\n").strip()
    if len(text) > MOST_TEXT:
        raise LabError(f"The step’s new text has {len(text)} characters; on this page it may have {MOST_TEXT}.")
    return text


def _one_of(value: object, choices: tuple[int, ...]) -> int:
    found = [choice for choice in choices if str(choice) == str(value)]
    if not found:
        raise LabError(f"Choose one of {', '.join(map(str, choices))} rollouts.")
    return found[0]
