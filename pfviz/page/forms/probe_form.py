"""Questions to models, read from what a browser sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pfviz.diagnostics import kinship
from pfviz.diagnostics.truth import true_answer
from pfviz.errors import LabError, SettingError
from pfviz.lab.probes import occlusion
from pfviz.lab.probes.questions import (
    EditQuestion,
    GrowQuestion,
    OcclusionQuestion,
    PrefixValueQuestion,
    Question,
    RescoreQuestion,
    ValueTreeQuestion,
)
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.state.probe_answers import ProbeAnswers
from pfviz.trace import Trace

ROLLOUT_CHOICES = (16, 32, 64)
BUDGET_CHOICES = (128, 256, 512)
MAX_WORDS = 200  # of a step: each is a slot of the reward model's session
MAX_TEXT_CHARS = 2000  # characters of a typed step
UNKNOWN_TRUTH_MESSAGE = (
    "The true answer of this problem is not known. Mark the right one, or type it under More settings before a run; "
    "problems of the embedded pair need neither."
)
NO_SELECTION_MESSAGE = "Select a particle first: click one in any picture."


def read_question(
    sent: Mapping[str, Any],
    trace: Trace | None,
    shown: Trace | None,
    selected: int | None,
    menu: ModelMenu,
    answers: ProbeAnswers | None = None,
) -> Question:
    """The question that a form asks: of the run `trace`, or of its sweep that is `shown`, about which `answers` are
    there already. Nothing that a browser sends is trusted; `Grow`, which begins a run, is read by `read_grow`.

    Raises:
        LabError, SettingError: it cannot be asked; what to do instead.
    """
    if trace is None or shown is None or not shown.steps:
        raise LabError("There is no run yet. Press Run first, or open a trace.")
    match str(sent.get("do")):
        case "value":
            _require_truth(shown)
            uid, known = _selected_node(shown, selected), answers or ProbeAnswers()
            return PrefixValueQuestion(
                shown,
                uid,
                _read_choice(sent.get("rollouts"), ROLLOUT_CHOICES),
                known.measured_values.get(uid),
                known.value_seed,
            )
        case "tree":
            _require_truth(shown)
            known = answers or ProbeAnswers()
            return ValueTreeQuestion(
                shown, _read_choice(sent.get("budget"), BUDGET_CHOICES), known.measured_values, known.value_seed
            )
        case "rescore":
            return RescoreQuestion(trace, read_reward(sent, trace, menu))
        case "words":
            uid = _selected_node(shown, selected)
            if len(occlusion.word_spans(_step_text(shown, uid))) > MAX_WORDS:
                raise LabError(
                    f"The step has more than {MAX_WORDS} words, the most that this page can leave out one by one."
                )
            chosen = sent.get("reward") or sent.get("typed")
            return OcclusionQuestion(shown, uid, read_reward(sent, trace, menu) if chosen else trace.reward)
        case "retell":
            uid = _selected_node(shown, selected)
            return EditQuestion(shown, uid, _typed_text(sent))
    raise LabError("This page has no such question.")


def read_grow(sent: Mapping[str, Any], shown: Trace | None, selected: int | None, particles: int) -> GrowQuestion:
    """The run that the form of an edited step asks for; raises `LabError` if it cannot be."""
    if shown is None or not shown.steps:
        raise LabError("There is no run yet. Press Run first, or open a trace.")
    uid, text = _selected_node(shown, selected), _typed_text(sent)
    return GrowQuestion(shown, uid, None if text == _step_text(shown, uid).strip() else text, particles)


def read_reward(sent: Mapping[str, Any], trace: Trace, menu: ModelMenu) -> str:
    """The reward model that was chosen from the list, or typed where that is allowed. Raises `SettingError`."""
    typed = str(sent.get("typed") or "").strip()
    if typed:
        return menu.check_typed_name("typed_reward", typed)
    chosen = str(sent.get("reward") or "")
    if chosen not in [name for _, name in menu.rewards_for(trace.generator)]:
        raise SettingError("reward", "Choose one of the reward models in the list.")
    return chosen


def _require_truth(trace: Trace) -> None:
    if true_answer(trace) is None:
        raise LabError(UNKNOWN_TRUTH_MESSAGE)


def _selected_node(trace: Trace, selected: int | None) -> int:
    uid = kinship.valid_uid(trace, selected)
    if uid is None:
        raise LabError(NO_SELECTION_MESSAGE)
    return uid


def _step_text(trace: Trace, uid: int) -> str:
    t, n = trace.node(uid)
    return trace.texts[t][n]


def _typed_text(sent: Mapping[str, Any]) -> str:
    text = str(sent.get("text") or "").replace("\r\n", "\n").strip()
    if len(text) > MAX_TEXT_CHARS:
        raise LabError(
            f"The step’s new text has {len(text)} characters; at most {MAX_TEXT_CHARS} are allowed on this page."
        )
    return text


def _read_choice(value: object, choices: tuple[int, ...]) -> int:
    found = [choice for choice in choices if str(choice) == str(value)]
    if not found:
        raise LabError(f"Choose one of {', '.join(map(str, choices))} rollouts.")
    return found[0]
